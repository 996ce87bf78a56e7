"""What is said to DynamoDB, byte by byte, and what is made of what comes back."""

from __future__ import annotations

import json
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from select import select
from socket import create_connection
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError, NoCredentialsError, SSLError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain import clock
from models_app.storage import connections
from models_app.storage.protocol import AnswerCorrupt, ItemCalls, signed
from tests.engine import free_port

ADA = Credentials("AKID", "secret")
NOWHERE = "http://127.0.0.1:1"
NOW = 1_800_000_000
ITEM = {"Item": {"pk": {"S": "é"}}, "ConsumedCapacity": {"CapacityUnits": 1.0}}


class Peer(ThreadingHTTPServer):
    """Something that answers as it is told: what it heard, over how many connections, and how many of them ended."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None], context: ssl.SSLContext | None) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.connections = self.ended = 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server: Peer

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.server.heard.append((dict(self.headers), body))
                answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handler)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.ended += 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""

    def asked(self, operation: str = "GetItem", /, **params: Any) -> dict[str, Any]:
        """What the registry takes from its answer to a call."""
        with calls_to(self.url) as call:
            return call(operation, params)

    def waits_until_all_ended(self) -> None:
        """Until it has ended every connection."""
        until = time.monotonic() + 10
        while self.ended < self.connections:
            assert time.monotonic() < until
            time.sleep(0.001)


@contextmanager
def peer(answer: Callable[[BaseHTTPRequestHandler], None], context: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer for as long as the block."""
    there = Peer(answer, context)
    threading.Thread(target=there.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield there
    finally:
        there.shutdown()
        there.server_close()


@contextmanager
def calls_to(url: str, *, credentials: Credentials | None = ADA, ca_bundle: str | None = None) -> Iterator[ItemCalls]:
    """The calls of a client that knows where to ask, and as whom."""
    events = SimpleNamespace(emit=lambda *_, **__: None)
    client = SimpleNamespace(
        meta=SimpleNamespace(endpoint_url=url, region_name="eu-west-1", events=events),
        _request_signer=SimpleNamespace(_credentials=credentials),
        _make_api_call=lambda operation, _: {"generally": operation},
    )
    with closing(ItemCalls(client, ca_bundle=ca_bundle)) as calls:
        yield calls


def says(document: Any = ITEM, *, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer as DynamoDB does."""
    content = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    told = {"Content-Length": str(len(content)), "x-amz-crc32": str(zlib.crc32(content))}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (told | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@dataclass(frozen=True)
class Certificate:
    """What proves a server on loopback, and the bundle that vouches for it."""

    context: ssl.SSLContext
    bundle: str


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = clock.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    of_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    bundle = tmp_path_factory.mktemp("certificate") / "bundle.pem"
    bundle.write_bytes(made.public_bytes(pem))
    whole = bundle.with_name("server.pem")
    whole.write_bytes(made.public_bytes(pem) + of_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return Certificate(context, str(bundle))


class Tunnel(BaseHTTPRequestHandler):
    """A proxy: it connects, and then passes on what either side says."""

    def do_CONNECT(self) -> None:
        self.server.heard.append((self.path, self.headers["Proxy-Authorization"]))  # type: ignore[attr-defined]
        host, _, port = self.path.partition(":")
        with create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            near = self.connection
            while ready := select([near, far], [], [], 10)[0]:
                for side in ready:
                    if not (said := side.recv(65536)):
                        return
                    (far if side is near else near).sendall(said)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def a_proxy() -> Iterator[Any]:
    """A proxy for as long as the block; tells where it was asked to connect to, by whom."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    server.daemon_threads, server.heard = True, []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class TestWhatIsSent:
    @given(body=st.binary(max_size=200), secret=st.text(min_size=1), token=st.none() | st.just("session/token+="))
    def test_bears_the_signature_that_botocore_would_give_it(self, body, secret, token):
        credentials = Credentials("AKID", secret, token)
        for url in ("https://dynamodb.eu-west-1.amazonaws.com", "http://127.0.0.1:8000"):
            ours = signed(url, "DynamoDB_20120810.Query", body, region="eu-west-1", credentials=credentials, at=NOW)

            theirs = AWSRequest("POST", url, data=body)
            for name in ("content-type", "x-amz-target"):
                theirs.headers[name] = ours[name]
            with time_machine.travel(NOW, tick=False):
                SigV4Auth(credentials, "dynamodb", "eu-west-1").add_auth(theirs)
            assert ours["authorization"] == theirs.headers["Authorization"]

    def test_is_the_document_itself_with_sets_as_lists(self):
        with peer(says()) as there:
            there.asked("PutItem", Item={"tag_words": {"SS": {"b", "a"}}, "n": {"N": "1"}})

        headers, body = there.heard[0]
        assert headers["x-amz-target"] == "DynamoDB_20120810.PutItem"
        assert json.loads(body) == {
            "Item": {"tag_words": {"SS": ["a", "b"]}, "n": {"N": "1"}},
            "ReturnConsumedCapacity": "TOTAL",
        }

    def test_holds_nothing_that_the_protocol_writes_otherwise(self):
        with calls_to(NOWHERE) as call, pytest.raises(TypeError, match="bytes"):
            call("PutItem", {"Item": {"b": {"B": b"\0"}}})

    def test_takes_credentials(self):
        with calls_to(NOWHERE, credentials=None) as call, pytest.raises(NoCredentialsError):
            call("GetItem", {})

    def test_is_left_to_botocore_where_it_is_about_no_items(self):
        with calls_to(NOWHERE) as call:
            assert call("DescribeTable", {}) == {"generally": "DescribeTable"}


class TestWhatComesBack:
    def test_is_the_answers_document(self):
        with peer(says()) as there:
            assert there.asked() == ITEM

    def test_comes_over_a_connection_that_is_kept(self):
        with peer(says()) as there, calls_to(there.url) as ask:
            for _ in range(3):
                ask("GetItem", {})
        assert (len(there.heard), there.connections) == (3, 1)

    def test_comes_over_a_new_one_where_the_other_side_ended_it(self):
        with peer(says(Connection="close")) as there, calls_to(there.url) as ask:
            for _ in range(3):
                assert ask("GetItem", {}) == ITEM
        assert there.connections == 3

    def test_comes_over_a_new_one_where_it_ended_between_two_calls(self):
        def once(handler):
            says()(handler)
            handler.close_connection = True  # without a word

        with peer(once) as there, calls_to(there.url) as ask:
            for _ in range(3):
                assert ask("GetItem", {}) == ITEM
                there.waits_until_all_ended()

    def test_may_come_in_chunks(self):
        content = json.dumps(ITEM).encode()

        def in_chunks(handler):
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.send_header("x-amz-crc32", str(zlib.crc32(content)))
            handler.end_headers()
            for part in (content[:10], content[10:]):
                handler.wfile.write(b"%x;of=two\r\n%s\r\n" % (len(part), part))
            handler.wfile.write(b"0\r\n\r\n")

        with peer(in_chunks) as there:
            assert there.asked() == ITEM

    def test_is_an_error_of_botocores_kind_where_dynamodb_refuses(self):
        refusal = {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled",
            "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "x"}}}],
        }
        with peer(says(refusal, status=400)) as there, pytest.raises(ClientError) as told:
            there.asked("TransactWriteItems")

        answer = told.value.response
        assert answer["Error"] == {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
        assert answer["CancellationReasons"] == refusal["CancellationReasons"]
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400

    @pytest.mark.parametrize(
        "answer",
        [
            says(b"<html>Bad gateway</html>", status=502, **{"x-amz-crc32": "0"}),
            says(**{"x-amz-crc32": "1"}),
            says(b"<html>with a checksum</html>"),
            says(b"[]"),
            says(b"\xff"),
        ],
        ids=["a proxy's page", "changed on its way", "no JSON", "no document", "no text"],
    )
    def test_is_not_believed_where_dynamodb_did_not_say_it(self, answer):
        with peer(answer) as there, pytest.raises(AnswerCorrupt):
            there.asked()

    @pytest.mark.parametrize(
        "sent",
        [
            b"",
            b"HTTP/1.1 200 OK\r\ncontent-le",
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
            b"SSH-2.0-no\r\n\r\n",
        ],
        ids=["nothing", "half a head", "half a body", "another protocol"],
    )
    def test_is_a_broken_connection_where_it_is_no_answer(self, sent):
        def breaks_off(handler):
            handler.wfile.write(sent)
            handler.close_connection = True

        with peer(breaks_off) as there, pytest.raises(HTTPClientError):
            there.asked()

    def test_is_not_waited_for_longer_than_a_call_may_take(self, monkeypatch):
        monkeypatch.setattr(connections, "READ_SECONDS", 0.05)
        released = threading.Event()
        with peer(lambda _: released.wait(10) and None) as there:
            with pytest.raises(HTTPClientError, match="timed out"):
                there.asked()
            released.set()

    def test_is_that_nobody_is_there(self):
        with calls_to(f"http://127.0.0.1:{free_port()}") as call, pytest.raises(EndpointConnectionError):
            call("GetItem", {})


class TestEncrypted:
    def test_is_spoken_with_who_has_a_certificate_that_the_bundle_vouches_for(self, certificate):
        with peer(says(), context=certificate.context) as there:
            with calls_to(there.url, ca_bundle=certificate.bundle) as call:
                assert call("GetItem", {}) == ITEM
            with calls_to(there.url) as call, pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
                call("GetItem", {})

    def test_goes_through_the_proxy_that_the_environment_names(self, certificate, monkeypatch):
        with peer(says(), context=certificate.context) as there, a_proxy() as between:
            monkeypatch.setenv("HTTPS_PROXY", f"http://ada:secret@127.0.0.1:{between.server_port}")
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)

            with calls_to(there.url, ca_bundle=certificate.bundle) as call:
                assert call("GetItem", {}) == ITEM

        assert between.heard == [(there.url.rpartition("/")[2], "Basic YWRhOnNlY3JldA==")]

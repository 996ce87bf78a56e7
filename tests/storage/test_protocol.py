"""What is said to DynamoDB, byte by byte, and what is made of what comes back."""

from __future__ import annotations

import datetime
import json
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, socket
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from models_app.storage import protocol
from models_app.storage.protocol import AnswerCorrupt, Connections, ItemCalls, signed
from tests.engine import free_port

ITEM = {"Item": {"pk": {"S": "é"}}, "ConsumedCapacity": {"CapacityUnits": 1.0}}


class Peer:
    """Something that answers as it is told: what it heard, and over how many connections."""

    def __init__(
        self, answer: Callable[[BaseHTTPRequestHandler], None], *, context: ssl.SSLContext | None = None
    ) -> None:
        peer = self
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                peer.connections += 1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                peer.heard.append((dict(self.headers), body))
                answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def asked(self, operation: str = "GetItem", /, **params: Any) -> dict[str, Any]:
        """What the registry takes from its answer to a call."""
        return calls_to(self.url)(operation, params)


def calls_to(
    url: str, *, credentials: Credentials | None = Credentials("AKID", "secret"), ca_bundle: str | None = None
) -> ItemCalls:
    """The calls of a client that knows where to ask, and as whom."""
    client = SimpleNamespace(
        meta=SimpleNamespace(
            endpoint_url=url, region_name="eu-west-1", events=SimpleNamespace(emit=lambda *_, **__: None)
        ),
        _request_signer=SimpleNamespace(_credentials=credentials),
        _make_api_call=lambda operation, _: {"generally": operation},
    )
    return ItemCalls(client, ca_bundle=ca_bundle)


@contextmanager
def peer(answer: Callable[[BaseHTTPRequestHandler], None], **how: Any) -> Iterator[Peer]:
    """A peer for as long as the block."""
    there = Peer(answer, **how)
    try:
        yield there
    finally:
        there.server.shutdown()
        there.server.server_close()


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


class TestWhatIsSent:
    @given(body=st.binary(max_size=200), secret=st.text(min_size=1), token=st.none() | st.just("session/token+="))
    def test_bears_the_signature_that_botocore_would_give_it(self, body, secret, token):
        credentials = Credentials("AKID", secret, token)
        for url in ("https://dynamodb.eu-west-1.amazonaws.com", "http://127.0.0.1:8000"):
            ours = signed(url, "DynamoDB_20120810.Query", body, region="eu-west-1", credentials=credentials, at=1.8e9)

            theirs = AWSRequest("POST", url, data=body)
            for name in ("content-type", "x-amz-target"):
                theirs.headers[name] = ours[name]
            theirs.context["timestamp"] = ours["x-amz-date"]
            signer = SigV4Auth(credentials, "dynamodb", "eu-west-1")
            if token:
                theirs.headers["x-amz-security-token"] = token
            text = signer.string_to_sign(theirs, signer.canonical_request(with_date(theirs, ours["x-amz-date"])))
            assert ours["authorization"].rpartition("=")[2] == signer.signature(text, theirs)

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
        with pytest.raises(TypeError, match="bytes"):
            calls_to("http://127.0.0.1:1")("PutItem", {"Item": {"b": {"B": b"\0"}}})

    def test_takes_credentials(self):
        with pytest.raises(NoCredentialsError):
            calls_to("http://127.0.0.1:1", credentials=None)("GetItem", {})

    def test_is_left_to_botocore_where_it_is_about_no_items(self):
        assert calls_to("http://127.0.0.1:1")("DescribeTable", {}) == {"generally": "DescribeTable"}

"""DynamoDB's protocol, as far as items take it: a signed JSON document each way, over connections that are kept.

botocore serves every AWS service; of the 1.2 ms that an item costs with it, nine tenths go to that generality
(docs/decisions/022-dynamodb-without-a-general-client.md). It keeps what is not said per item: credentials, the
endpoint, tables and indexes. Its ``before-send`` hook is called here, too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import time
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    SSLError,
)
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies
from urllib3.util import make_headers, wait_for_read

from models_app.storage import metering

OPERATIONS = metering.READS | metering.WRITES
PROTOCOL = "application/x-amz-json-1.0"
TARGET = "DynamoDB_20120810"
ALGORITHM = "AWS4-HMAC-SHA256"

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.0
MAX_LINE = 8192
REFUSED = 300


def _listed(value: object) -> list[str]:
    if not isinstance(value, set | frozenset):
        raise TypeError(f"DynamoDB's documents hold no {type(value).__name__} here.")
    return sorted(value)


_in_one_line = json.JSONEncoder(separators=(",", ":"), default=_listed).encode


class AnswerCorrupt(BotoCoreError):  # type: ignore[misc]  # botocore is untyped
    """An answer that DynamoDB did not give, or not so."""

    fmt = "The answer does not bear DynamoDB's checksum"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: status, headers with small names, body."""

    status: int
    headers: dict[str, str]
    content: bytes


# Signing ------------------------------------------------------------------------------------------------------------


def signed(url: str, target: str, body: bytes, *, region: str, credentials: Any, at: float) -> dict[str, str]:
    """The headers of a request, with AWS's signature (version 4) over them and the body.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    headers = {"content-type": PROTOCOL, "host": urlsplit(url).netloc, "x-amz-date": stamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = target
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/dynamodb/aws4_request"
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, scope), text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


@lru_cache(maxsize=8)
def _key(secret: str, scope: str) -> bytes:
    """The key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


# Connections --------------------------------------------------------------------------------------------------------


class Connection:
    """A connection, for one request at a time."""

    def __init__(self, connection: HTTPConnection) -> None:
        """Connect.

        Raises:
            OSError: that failed.
        """
        try:
            connection.connect()
        except OSError:
            connection.close()
            raise
        self._connection = connection
        self._reader = connection.sock.makefile("rb")

    def exchange(self, request: bytes) -> tuple[HttpAnswer, bool]:
        """Send a request and read its answer; tells whether the connection takes another one.

        Raises:
            OSError, HTTPException, ValueError: it broke off, or what came is not HTTP.
        """
        self._connection.sock.settimeout(READ_SECONDS)
        self._connection.sock.sendall(request)
        version, _, status = self._line().partition(" ")
        headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        answer = HttpAnswer(int(status[:3]), headers, self._content(headers))
        return answer, version == "HTTP/1.1" and headers.get("connection") != "close" and "content-length" in headers

    def close(self) -> None:
        """End it."""
        self._reader.close()
        self._connection.close()

    @property
    def is_dropped(self) -> bool:
        """Whether the other side has ended it: there is something to read, though nothing was asked."""
        return wait_for_read(self._connection.sock, timeout=0)

    def _line(self) -> str:
        line = self._reader.readline(MAX_LINE)
        if not line.endswith(b"\n"):
            raise HTTPException("the answer broke off")
        return line.decode("latin-1").rstrip("\r\n")

    def _content(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            content = b""
            while size := int(self._line().partition(";")[0], 16):
                content += self._exactly(size)
                self._line()
            return content
        return self._exactly(int(headers["content-length"])) if "content-length" in headers else self._reader.read()

    def _exactly(self, size: int) -> bytes:
        content = self._reader.read(size)
        if len(content) < size:
            raise HTTPException("the answer broke off")
        return content


class Connections:
    """Connections that are kept for the next request, by whom they lead to. Threads may share them."""

    def __init__(self, ca_bundle: str | None) -> None:
        self._ca_bundle = ca_bundle
        self._idle: defaultdict[str, list[Connection]] = defaultdict(list)

    def exchange(self, request: AWSPreparedRequest) -> HttpAnswer:
        """Send a request over one of them.

        Raises:
            EndpointConnectionError, SSLError: nobody is there, or somebody else.
            HTTPClientError: the connection broke, or no answer came in time.
        """
        idle = self._idle[request.url]
        connection = self._kept(idle) or self._new(request.url)
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        start = f"POST / HTTP/1.1\r\n{head}content-length: {len(request.body)}\r\n\r\n"
        try:
            answer, may_go_on = connection.exchange(start.encode("latin-1") + request.body)
        except BaseException as failure:
            connection.close()
            if isinstance(failure, OSError | HTTPException | ValueError):
                raise HTTPClientError(error=failure) from failure
            raise
        if may_go_on:
            idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """End those that nobody uses at the moment."""
        for idle in self._idle.values():
            while (connection := self._kept(idle)) is not None:
                connection.close()

    def _kept(self, idle: list[Connection]) -> Connection | None:
        while idle:
            try:
                connection = idle.pop()
            except IndexError:  # another thread was faster
                return None
            if not connection.is_dropped:
                return connection
            connection.close()
        return None

    def _new(self, url: str) -> Connection:
        try:
            return Connection(self._way_to(urlsplit(url)))
        except ssl.SSLError as failure:
            raise SSLError(endpoint_url=url, error=failure) from failure
        except OSError as failure:
            raise EndpointConnectionError(endpoint_url=url, error=failure) from failure

    def _way_to(self, place: SplitResult) -> HTTPConnection:
        if place.scheme != "https":
            return HTTPConnection(place.netloc, timeout=CONNECT_SECONDS)
        proxy = get_environ_proxies(place.geturl()).get("https")
        if proxy is None:
            return HTTPSConnection(place.netloc, timeout=CONNECT_SECONDS, context=self._context)
        between = urlsplit(proxy)
        sign_in = f"{between.username}:{between.password}" if between.username else None
        connection = HTTPSConnection(
            between.hostname or "", between.port, timeout=CONNECT_SECONDS, context=self._context
        )
        connection.set_tunnel(place.netloc, headers=make_headers(proxy_basic_auth=sign_in))
        return connection

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=get_cert_path(self._ca_bundle or True))


# Calls --------------------------------------------------------------------------------------------------------------


class ItemCalls:
    """What a client of botocore does with items, done without it; all else stays with the client."""

    def __init__(self, client: Any, *, ca_bundle: str | None) -> None:
        """For the calls of a client, whose credentials and endpoint are taken."""
        self._client = client
        self._general = client._make_api_call  # noqa: SLF001 - the one method that PynamoDB calls
        self._connections = Connections(ca_bundle)

    def __call__(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Make one call, once.

        Raises:
            ClientError: DynamoDB refuses it.
            BotoCoreError: there are no credentials, or no answer, or one that DynamoDB did not give.
        """
        if operation not in OPERATIONS:
            told: dict[str, Any] = self._general(operation, params)
            return told
        answer = self._connections.exchange(self._request(operation, params))
        document = _document(answer)
        if answer.status >= REFUSED:
            raise ClientError(_refusal(answer, document), operation)
        metering.note_units(operation, document)
        return document

    def close(self) -> None:
        """End the connections."""
        self._connections.close()

    def _request(self, operation: str, params: dict[str, Any]) -> AWSPreparedRequest:
        """A call as it is sent, signed; botocore's hook may still look at it, or send it elsewhere."""
        client = self._client
        body = _in_one_line(params | {"ReturnConsumedCapacity": "TOTAL"}).encode()
        credentials = client._request_signer._credentials  # noqa: SLF001 - where PynamoDB looks, too
        if credentials is None:
            raise NoCredentialsError
        url = client.meta.endpoint_url
        headers = signed(
            url,
            f"{TARGET}.{operation}",
            body,
            region=client.meta.region_name,
            credentials=credentials.get_frozen_credentials(),
            at=time.time(),
        )
        request = AWSPreparedRequest("POST", url, headers, body, stream_output=False)
        metering.note_call()
        client.meta.events.emit(f"before-send.dynamodb.{operation}", request=request)
        return request


def _document(answer: HttpAnswer) -> dict[str, Any]:
    """The answer's body. botocore looks at the checksum, too, but accepts what is still wrong after its last attempt.

    Raises:
        AnswerCorrupt: its checksum is missing or wrong: a page of a proxy in between must not be believed.
    """
    if answer.headers.get("x-amz-crc32") != str(zlib.crc32(answer.content)):
        raise AnswerCorrupt
    try:
        document = json.loads(answer.content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise AnswerCorrupt
    return document


def _refusal(answer: HttpAnswer, document: dict[str, Any]) -> dict[str, Any]:
    """An error as botocore tells it."""
    code = document.get("__type", str(answer.status)).rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    metadata = {"HTTPStatusCode": answer.status, "HTTPHeaders": answer.headers}
    return document | {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}

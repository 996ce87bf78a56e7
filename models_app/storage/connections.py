"""HTTP as DynamoDB speaks it: POST, one request at a time on a connection, connections kept for the next one."""

from __future__ import annotations

import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import EndpointConnectionError, HTTPClientError, SSLError
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies
from urllib3.util import make_headers, wait_for_read

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.0
MAX_LINE = 8192
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: status, headers with small names, body."""

    status: int
    headers: dict[str, str]
    content: bytes


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
        connection.sock.settimeout(READ_SECONDS)

    def exchange(self, request: bytes) -> tuple[HttpAnswer, bool]:
        """Send a request and read its answer; tells whether the connection takes another one.

        Raises:
            OSError, HTTPException, ValueError: it broke off, or what came is not HTTP.
        """
        self._connection.sock.sendall(request)
        start, *lines = self._head()
        version, _, status = start.partition(" ")
        headers: dict[str, str] = {}
        for line in lines:
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

    def _head(self) -> list[str]:
        """The lines before the content. Most often all of them come at once, and need not be looked for one by one."""
        end = self._reader.peek().find(HEAD_END)
        if end >= 0:
            return self._reader.read(end + len(HEAD_END))[:end].decode("latin-1").split("\r\n")
        lines = [self._line()]
        while line := self._line():
            lines.append(line)
        return lines

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

"""A client that is not what is measured: one socket, one ``send`` a request, and no more reading than it takes."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

SECONDS = 60
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)\r\n", re.IGNORECASE)
GOOD = {b"200", b"201"}
SENT_ON = b"307"


class Refused(Exception):
    """An answer that is no success: nothing that was measured with it counts."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. ``target`` is a path with its query."""

    method: str
    target: str
    body: Any = None


class Wire:
    """One connection that stays open."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        always = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", **headers}
        self.headers = "".join(f"{name}: {text}\r\n" for name, text in always.items())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: Request) -> bytes:
        """The body of the answer; like MLflow's client, it goes where it is sent on to, once.

        Raises:
            Refused: the answer is no success.
        """
        status, head, body = self._exchange(request)
        if status == SENT_ON and (onward := LOCATION.search(head)):
            relative = onward[1].decode()
            target = relative if relative.startswith("/") else f"{request.target.rpartition('/')[0]}/{relative}"
            status, head, body = self._exchange(Request(request.method, target, request.body))
        if status not in GOOD:
            raise Refused(f"{request.method} {request.target}: {status.decode()} {body[:500].decode()}")
        return body

    def _exchange(self, request: Request) -> tuple[bytes, bytes, bytes]:
        body = b"" if request.body is None else json.dumps(request.body).encode()
        head = f"{request.method} {request.target} HTTP/1.1\r\n{self.headers}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        read = self._read(b"")
        while (end := read.find(b"\r\n\r\n")) < 0:
            read = self._read(read)
        head_read = read[: end + 2]
        length = LENGTH.search(head_read)
        if length is None:
            raise Refused(f"{request.method} {request.target}: an answer without a length: {head_read!r}")
        whole = end + 4 + int(length[1])
        while len(read) < whole:
            read = self._read(read)
        return read[9:12], head_read, read[end + 4 : whole]

    def _read(self, before: bytes) -> bytes:
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionError("The server closed the connection.")
        return before + more

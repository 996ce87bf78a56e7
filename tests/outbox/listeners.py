"""A server on loopback that answers what a test chooses: what played buses and receivers of webhooks have in common."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Arrival:
    """One request that arrived, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.handler = handler
        self.body = handler.rfile.read(int(handler.headers["Content-Length"]))

    def say(self, status: int, content: bytes = b"", **headers: str) -> None:
        """Answer something. ``headers`` are written with underscores."""
        self.handler.send_response_only(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Length", str(len(content)))
        self.handler.end_headers()
        self.handler.wfile.write(content)

    def hang_up(self) -> None:
        """Take it, and end the connection without a word."""
        self.handler.close_connection = True
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)


class Listener:
    """A server on loopback; ``hear`` is called with each request, in a thread of its own."""

    def __init__(self) -> None:
        self.closing = threading.Event()  # whoever waits before answering waits for that too
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def hear(self, handler: BaseHTTPRequestHandler) -> None:
        """Note a request, and answer it."""
        raise NotImplementedError

    def close(self) -> None:
        """Take it down."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    listener.hear(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler

"""The registry's door for pipelines: its application behind a real socket, which refuses what a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.handlers.wsgi import WSGIHandler


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Door:
    """The application on loopback. ``refusals`` are the statuses of the next answers, which it never sees."""

    def __init__(self) -> None:
        self.refusals: list[int] = []
        self.application = WSGIHandler()
        self.server = make_server("127.0.0.1", 0, self, _Server, _Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __call__(self, variables: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.refusals:
            status = HTTPStatus(self.refusals.pop(0))
            start_response(f"{status.value} {status.phrase}", [("Content-Length", "0")])
            return [b""]
        return self.application(variables, start_response)

    def close(self) -> None:
        """Take it down."""
        self.server.shutdown()
        self.server.server_close()

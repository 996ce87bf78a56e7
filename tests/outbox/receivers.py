"""Somebody outside who is told by webhooks: a real server on loopback that answers what a test chooses."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "shared-with-the-receiver"


class Told:
    """One request that arrived."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.handler = handler
        self.path = handler.path
        self.headers = dict(handler.headers)
        self.body = handler.rfile.read(int(handler.headers["Content-Length"]))

    @property
    def id(self) -> str:
        """Under which it is known."""
        return self.headers["X-MLflow-Delivery-Id"]

    @property
    def says(self) -> dict[str, Any]:
        """The document."""
        return json.loads(self.body)

    @property
    def about(self) -> str:
        """The event: ``model_version.created``."""
        return f"{self.says['entity']}.{self.says['action']}"

    @property
    def data(self) -> dict[str, Any]:
        """MLflow's fields."""
        return self.says["data"]

    def is_signed(self, secret: str = SECRET) -> bool:
        """The check that docs/mlflow.md gives to receivers."""
        signed = b".".join([self.id.encode(), self.headers["X-MLflow-Timestamp"].encode(), self.body])
        wanted = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(self.headers["X-MLflow-Signature"], f"v1,{wanted}")

    def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        """Say something."""
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


Manner = Callable[[Told], None]


def thank(told: Told) -> None:
    """Take it."""
    told.answer(200, b"thanks")


def say(status: int, **headers: str) -> Manner:
    """Answer with a status."""
    return lambda told: told.answer(status, b"no", **headers)


class Receiver:
    """A receiver on loopback. ``manner`` says how it answers; ``told`` is what it heard, in order."""

    def __init__(self) -> None:
        self.manner: Manner = thank
        self.told: list[Told] = []
        self.closing = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks/path-key?query-key=1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def heard(self) -> list[str]:
        """What it was told of."""
        return [each.about for each in self.told]

    def close(self) -> None:
        """Take it down."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                told = Told(self)
                receiver.told.append(told)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    receiver.manner(told)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


@contextlib.contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver for as long as somebody needs it, and leave to reach it on loopback."""
    from models_app.outbox import posting

    receiver = Receiver()
    posting.configure(insecure=True)
    try:
        yield receiver
    finally:
        posting.configure(insecure=False)
        receiver.close()

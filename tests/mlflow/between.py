"""A wire between MLflow's client and the registry: it counts requests, and loses answers on the way back."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP = {"connection", "content-length", "transfer-encoding", "host"}


class Between:
    """A proxy in front of a server.

    Attributes:
        seen: method, path and status of each request, in order.
        losing: addresses of which the next answer is lost: the request is made, and the connection breaks.
    """

    def __init__(self, port: int) -> None:
        self.onward = port
        self.seen: list[tuple[str, str, int]] = []
        self.losing: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sent = {name: text for name, text in self.headers.items() if name.lower() not in HOP}
                onward = http.client.HTTPConnection("127.0.0.1", between.onward, timeout=60)
                onward.request(self.command, self.path, body, sent)
                answer = onward.getresponse()
                content = answer.read()
                onward.close()
                between.seen.append((self.command, self.path, answer.status))
                lost = next((each for each in between.losing if each in self.path and answer.status != 307), None)
                if lost:
                    between.losing.remove(lost)
                    self.close_connection = True
                    return
                self.send_response_only(answer.status)
                for name, text in answer.getheaders():
                    if name.lower() not in HOP:
                        self.send_header(name, text)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = pass_on  # noqa: N815 - http.server looks for these names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@contextlib.contextmanager
def between(port: int) -> Iterator[Between]:
    """A wire to a server on loopback."""
    wire = Between(port)
    try:
        yield wire
    finally:
        wire.server.shutdown()
        wire.server.server_close()

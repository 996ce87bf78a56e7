"""A bus that is played: on loopback, answering what a test chooses."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests import event_contract


class Call:
    """One PutEvents that arrived at the played bus."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self.handler = handler
        self.closing = closing
        self.entries = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))["Entries"]
        self.ids = [json.loads(entry["Detail"])["eventId"] for entry in self.entries]
        self.taken: list[str] = []

    def answer(self, refusals: list[str | None]) -> None:
        """Take the entries for which there is no refusal, and say so."""
        self.taken = [each for each, refusal in zip(self.ids, refusals, strict=True) if refusal is None]
        results = [
            {"EventId": f"bus-{each}"} if refusal is None else {"ErrorCode": refusal, "ErrorMessage": "played"}
            for each, refusal in zip(self.ids, refusals, strict=True)
        ]
        failed = len(self.ids) - len(self.taken)
        self.say(200, json.dumps({"FailedEntryCount": failed, "Entries": results}).encode())

    def say(self, status: int, content: bytes) -> None:
        """Answer something."""
        self.handler.send_response_only(status)
        self.handler.send_header("Content-Type", "application/x-amz-json-1.1")
        self.handler.send_header("Content-Length", str(len(content)))
        self.handler.end_headers()
        self.handler.wfile.write(content)

    def hang_up(self) -> None:
        """End the connection without a word."""
        self.handler.close_connection = True
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)


Manner = Callable[[Call], None]


def take(call: Call) -> None:
    """All of it."""
    call.answer([None] * len(call.ids))


def take_and_hang_up(call: Call) -> None:
    """All of it is taken, and nobody hears of it."""
    call.taken = call.ids
    call.hang_up()


def black_hole(call: Call) -> None:
    """Nothing is taken and nothing is said."""
    call.closing.wait(10)
    call.hang_up()


def refuse(refused: Callable[[str], bool], code: str = "InternalFailure") -> Manner:
    """The entries whose event id is one of those are refused, the others taken."""
    return lambda call: call.answer([code if refused(each) else None for each in call.ids])


def say(status: int, content: bytes) -> Manner:
    """Nothing is taken; the answer is what somebody else would say."""
    return lambda call: call.say(status, content)


class PlayedBus:
    """A bus on loopback that behaves as it is told, and notes what it was asked and what it took, in order."""

    def __init__(self) -> None:
        self.manner: Manner = take
        self.closing = threading.Event()
        self.calls: list[Call] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def asked(self) -> list[str]:
        """The ids of the events that it was asked to take, repeated ones too."""
        return [each for call in self.calls for each in call.ids]

    @property
    def taken(self) -> list[str]:
        """The ids of the events that it took, repeated ones too."""
        return [each for call in self.calls for each in call.taken]

    def forget(self) -> None:
        """Take all again, as if nobody had ever called."""
        self.closing.set()  # whoever waits in a black hole may go
        self.closing = threading.Event()
        self.manner = take
        self.calls = []

    def close(self) -> None:
        """Take it down. All that it was asked to take must be as the contract says."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        for entry in (each for call in self.calls for each in call.entries):
            event_contract.check(entry["DetailType"], json.loads(entry["Detail"]))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bus = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                call = Call(self, bus.closing)
                bus.calls.append(call)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    bus.manner(call)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler

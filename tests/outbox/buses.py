"""A bus that is played: on loopback, answering what a test chooses."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from tests import event_contract
from tests.outbox.listeners import Arrival, Listener


class Call(Arrival):
    """One PutEvents that arrived at the played bus."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        super().__init__(handler)
        self.closing = closing
        self.entries = json.loads(self.body)["Entries"]
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
        answer = json.dumps({"FailedEntryCount": failed, "Entries": results}).encode()
        self.say(200, answer, content_type="application/x-amz-json-1.1")


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
    return lambda call: call.say(status, content, content_type="application/x-amz-json-1.1")


class PlayedBus(Listener):
    """A bus on loopback that behaves as it is told, and notes what it was asked and what it took, in order."""

    def __init__(self) -> None:
        self.manner: Manner = take
        self.calls: list[Call] = []
        super().__init__()

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
        super().close()
        for entry in (each for call in self.calls for each in call.entries):
            event_contract.check(entry["DetailType"], json.loads(entry["Detail"]))

    def hear(self, handler: BaseHTTPRequestHandler) -> None:
        """Note a call, and answer as it is this bus's manner."""
        call = Call(handler, self.closing)
        self.calls.append(call)
        self.manner(call)

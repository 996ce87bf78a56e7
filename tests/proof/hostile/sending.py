"""Sending hostile bodies to doors, and what is wrong with each answer: its contract, its time, its size."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client

from registry_project.wsgi import readable
from tests.api.hostile.corpus import Body
from tests.callers import Answer, Caller, assert_is_problem
from tests.proof.hostile.doors import Door
from tests.proof.hostile.machine import slowness

SECONDS = 0.2  # 100 ms, and as much again for a machine whose cores are shared
MAX_ANSWER_BYTES = 1024 * 1024
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
REFUSALS = {400, 404, 409, 413, 415}
OF_FORMS = {200, 302, 303, 400, 403, 404, 405, 409, 410, 412, 413, 429}


class Watched(Client):
    """A client that knows what its last request took of this thread's CPU; engine and neighbours don't count."""

    seconds = 0.0

    def request(self, **environ: Any) -> Any:
        """Send it, past what stands before Django."""
        if content_type := environ.get("CONTENT_TYPE"):
            environ["CONTENT_TYPE"] = readable(content_type)
        begun = time.thread_time()
        try:
            return super().request(**environ)
        finally:
            self.seconds = time.thread_time() - begun


@dataclass
class Tally:
    """What came of all that was sent."""

    sent: int = 0
    slowest: tuple[float, str] = (0.0, "")
    statuses: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def send(self, caller: Caller, door: Door, address: str, bodies: Iterable[Body], *, refused: bool = False) -> None:
        """Send bodies to a door. With ``refused`` each of them must be."""
        assert isinstance(caller.client, Watched)
        for name, body, content_type in bodies:
            label = f"{door} < {name}"
            self.sent += 1
            try:
                answer = _sent(caller, door, address, body, content_type)
                wrong = complaint(door.face, answer, refused=refused)
            except AssertionError as broken:
                answer, wrong = None, repr(broken)[:300]
            if answer is not None:
                self.statuses.add(answer.status)
            seconds = caller.client.seconds
            if wrong is None and seconds > SECONDS:
                seconds = min(
                    [seconds, *_again(caller, door, address, body, content_type)]
                )  # what it takes undisturbed
                wrong = f"{seconds:.3f} s" if seconds > SECONDS * slowness() else None
            self.slowest = max(self.slowest, (seconds, label))
            if wrong is not None:
                self.complaints.append(f"{label}: {wrong}")


def complaint(face: str, answer: Answer, *, refused: bool) -> str | None:
    """What is wrong with an answer to a hostile body, or None."""
    try:
        assert answer.status < 500, answer.status
        assert len(answer.raw) <= MAX_ANSWER_BYTES, f"{len(answer.raw)} bytes"
        assert not refused or answer.status in REFUSALS, answer.status
        if face == "api":
            _as_the_api_says(answer)
        elif face == "mlflow":
            _as_mlflow_says(answer)
        else:
            assert answer.status in OF_FORMS, answer.status
            assert b"Traceback" not in answer.raw, "a traceback"
    except AssertionError as wrong:
        return repr(wrong)[:300]
    return None


def resident_mb() -> float:
    """How much memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1024 / 1024


def watch(caller: Caller) -> None:
    """Give a caller a client that is watched, with the cookies and headers of the one before."""
    client = Watched(enforce_csrf_checks=caller.client.handler.enforce_csrf_checks, raise_request_exception=False)
    client.cookies, client.defaults = caller.client.cookies, caller.client.defaults
    caller.client = client


def _sent(caller: Caller, door: Door, address: str, body: bytes, content_type: str) -> Answer:
    headers = {"accept": HTML} if door.face == "form" else {}
    return caller.calls(door.method, address, raw=body, content_type=content_type, **headers)


def _again(caller: Caller, door: Door, address: str, body: bytes, content_type: str) -> Iterator[float]:
    for _ in range(4):
        _sent(caller, door, address, body, content_type)
        yield caller.client.seconds  # type: ignore[attr-defined]


def _as_the_api_says(answer: Answer) -> None:
    if answer.status < 400:
        return
    assert_is_problem(answer)
    assert answer.body["detail"].strip().endswith((".", "'")), answer.body["detail"]
    assert all(each["detail"] and each["field"] for each in answer.body.get("errors", [])), answer.body
    assert answer.slug != "invalid-fields" or answer.body["errors"], "no field is named"


def _as_mlflow_says(answer: Answer) -> None:
    assert answer.headers["Content-Type"].startswith("application/json"), answer.headers["Content-Type"]
    assert isinstance(answer.body, dict), answer.body
    if answer.status >= 400:
        assert answer.status in {400, 403, 404, 409}, answer.status
        assert set(answer.body) == {"error_code", "message"}, answer.body
        assert answer.body["message"].strip(), "no sentence"

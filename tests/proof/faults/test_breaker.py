"""Storage is down for a while: callers are told at once, storage is left alone, and all is well soon after."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field

import pytest

from models_app.storage import calls
from tests.callers import Cast
from tests.faults import Fault, Wire, refuse
from tests.proof.conftest import rounds
from tests.proof.faults import careless
from tests.proof.figures import controls, in_time, proves

AT_ONCE = "while storage is down, callers are told at once"
LEFT_ALONE = "while storage is down, it is left alone"
HEALED = "when storage is up again, callers are served soon"
ELSEWHERE = "one team's hot partition closes the registry for nobody else"

TOLD_WITHIN_MS = 50.0
LESS = 0.9
HEALED_WITHIN_SECONDS = 5.0
DOWN = refuse("ThrottlingException")
HOT = refuse("ThrottlingException", because="TableReadKeyRangeThroughputExceeded")
THREADS = 2
ASKED = 5


@dataclass
class Outage:
    """What callers met, and what storage had to bear."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: int = 0
    seconds: float = 0.0

    @property
    def calls_a_request(self) -> float:
        return self.asked / len(self.statuses)


def outage(team: Cast, wire: Wire, *, requests: int, fault: Fault = DOWN) -> Outage:
    """So many requests of a few callers at once, one after the other, while storage fails at every call."""
    met, each = Outage(), requests // THREADS
    wire.mend()
    wire.always("*", fault)

    def call() -> None:
        for at in range(each):
            path = "teams/payments" if at % 2 else f"models/payments.m{at}"
            began = time.perf_counter()
            answer = team.viewer.gets(path)
            met.milliseconds.append((time.perf_counter() - began) * 1000)
            met.statuses.append(answer.status)
            assert int(answer.headers["Retry-After"]) > 0

    began = time.perf_counter()
    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    met.seconds = time.perf_counter() - began
    met.asked = len(wire.met)
    return met


@pytest.fixture
def team(payments: Cast, wire: Wire) -> Cast:
    for caller in (payments.viewer, payments.outsider):
        assert caller.gets("me").status == 200
    return payments


class TestAnOutage:
    def test_is_told_at_once_and_over_soon(self, team: Cast, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        met = outage(team, wire, requests=rounds(120, full=500))

        assert set(met.statuses) == {503}
        quickly = statistics.median(sorted(met.milliseconds)[: int(len(met.milliseconds) * 0.95)])
        slow = sum(each > TOLD_WITHIN_MS for each in met.milliseconds)
        most = calls.FAILURES + THREADS * (2 + met.seconds / calls.REST_SECONDS)
        figure = f"median {quickly:.1f} ms; {slow} of {len(met.statuses)} took more than {TOLD_WITHIN_MS:.0f} ms"
        proves(
            AT_ONCE,
            figure,
            target=f"{TOLD_WITHIN_MS:.0f} ms",
            holds=in_time(quickly <= TOLD_WITHIN_MS and slow <= most),
        )

        health = team.anonymous.gets("health")
        assert (health.status, health.body["status"]) == (503, "unavailable")
        wire.standing.clear()
        ended = time.monotonic()
        while team.viewer.gets("teams/payments").status != 200:
            assert time.monotonic() - ended < 10 * HEALED_WITHIN_SECONDS
            time.sleep(0.05)
        healed = time.monotonic() - ended
        holds = in_time(healed <= HEALED_WITHIN_SECONDS)
        proves(HEALED, f"{healed:.1f} s", target=f"{HEALED_WITHIN_SECONDS:.0f} s", holds=holds)

        with monkeypatch.context() as patch:
            careless.never_rest(patch)
            without = outage(team, wire, requests=rounds(20, full=60))
        wire.mend()
        less = 1 - met.calls_a_request / without.calls_a_request
        each = f"{met.calls_a_request:.2f} calls a request instead of {without.calls_a_request:.2f}"
        proves(LEFT_ALONE, f"{less:.0%} fewer calls: {each}", target=f"{LESS:.0%}", holds=less >= LESS)
        figure = f"no breaker: {without.calls_a_request:.2f} calls a request"
        controls(LEFT_ALONE, figure, target="at least 4", holds=without.calls_a_request >= 4)

    def test_of_one_partition_is_nobody_elses(self, team: Cast, wire: Wire) -> None:
        refused = refused_to_another_team(team, wire, while_=HOT)
        proves(ELSEWHERE, f"{refused} of {ASKED} requests refused", target="0", holds=refused == 0)

        refused = refused_to_another_team(team, wire, while_=DOWN)
        figure = f"storage as a whole is throttled: {refused} of {ASKED} requests refused"
        controls(ELSEWHERE, figure, target="at least 1", holds=refused > 0)


def refused_to_another_team(team: Cast, wire: Wire, *, while_: Fault) -> int:
    """How many requests of somebody else are refused right after a team met a fault many times."""
    outage(team, wire, requests=30, fault=while_)
    wire.standing.clear()
    return sum(team.outsider.gets("teams/vision").status == 503 for _ in range(ASKED))

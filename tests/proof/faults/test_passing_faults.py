"""A third of all calls fail in passing: callers hardly notice. And how many calls that takes, and how much time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from models_app.storage import calls
from models_app.storage.table import connection
from tests.callers import Cast
from tests.faults import Exchange, Wire, break_down, cancel, lose_answer, lose_request, pass_on, refuse, truncate
from tests.proof.conftest import rounds
from tests.proof.faults import careless
from tests.proof.figures import controls, in_time, proves

PATIENT = "three calls in ten fail in passing: reads and keyed writes succeed"
SLOWER = "three calls in ten fail in passing: requests take at most four times as long"
SHARE_OF_FAULTS = 0.3
SUCCEED = 0.995
FEW = 2
TIMES = 4.0
MODELS = 4

FAULTS = [
    *(refuse(code) for code in ("ThrottlingException", "ProvisionedThroughputExceededException")),
    *(refuse(code) for code in ("InternalServerError", "ServiceUnavailable", "TransactionInProgressException")),
    *(lose_request, lose_answer, truncate, break_down(502)),
]
CONFLICT = cancel("TransactionConflict")


class Weather:
    """A share of the calls fails, each in a way of its own; the same from run to run."""

    def __init__(self, *, seed: int) -> None:
        self.random = random.Random(seed)
        self.lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        with self.lock:
            fails = self.random.random() < SHARE_OF_FAULTS
            own = [CONFLICT] if exchange.operation == "TransactWriteItems" else []
            fault = self.random.choice([*FAULTS, *own]) if fails else pass_on
        fault(exchange)


@dataclass
class Tally:
    """What became of requests."""

    milliseconds: list[float] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.95)]

    @property
    def succeeded(self) -> float:
        return 1 - len(self.failed) / len(self.milliseconds)


def work(team: Cast, *, requests: int, round_: str) -> Tally:
    """Reads and keyed writes in turn, one caller after the other."""
    tally = Tally()
    acts: Sequence[Callable[[int], int]] = (
        lambda at: team.viewer.reads(f"payments.m{at % MODELS}").status,
        lambda at: team.contributor.registers(f"m{at % MODELS}", key=f"{round_}-{at}").status,
        lambda at: team.viewer.reads(f"payments.m{at % MODELS}", "latest").status,
        lambda _: team.viewer.lists("models").status,
        lambda at: (
            team.maintainer.deploys(
                f"payments.m{at % MODELS}", "latest", key=f"{round_}-{at}", environment=f"{round_}-{at}"
            ).status
        ),
        lambda _: team.viewer.gets("teams/payments/members").status,
    )
    for at in range(requests):
        began = time.perf_counter()
        status = acts[at % len(acts)](at)
        tally.milliseconds.append((time.perf_counter() - began) * 1000)
        if status >= 400:
            tally.failed.append(status)
    return tally


@pytest.fixture
def team(payments: Cast, wire: Wire) -> Cast:
    for number in range(MODELS):
        assert payments.contributor.registers(f"m{number}").status == 201
    return payments


class TestPassingFaults:
    def test_are_hardly_noticed(self, team: Cast, wire: Wire) -> None:
        requests = rounds(150, full=1000)
        usual = work(team, requests=requests // 2, round_="calm")
        assert usual.failed == []
        wire.mend()
        wire.always("*", Weather(seed=7))

        tally = work(team, requests=requests, round_="rough")

        wire.mend()
        assert set(tally.failed) <= {503}
        figure = f"{tally.succeeded:.1%} of {requests}"
        few = len(tally.failed) <= FEW  # of a share, one is already more than one in two hundred
        proves(PATIENT, figure, target=f"{SUCCEED:.1%}", holds=tally.succeeded >= SUCCEED or few)
        ratio = tally.p95 / usual.p95
        milliseconds = f"p95 {tally.p95:.0f} ms, without faults {usual.p95:.0f} ms"
        most = rounds(2 * TIMES, full=TIMES)  # a share tells too little of the slowest twentieth
        proves(SLOWER, f"{ratio:.1f} times ({milliseconds})", target=f"{most:.0f} times", holds=in_time(ratio <= most))

    def test_would_be_without_repetition(self, team: Cast, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        careless.try_once(monkeypatch)
        wire.always("*", Weather(seed=7))

        tally = work(team, requests=60, round_="once")

        wire.mend()
        figure = f"nothing repeated: {tally.succeeded:.1%}"
        controls(PATIENT, figure, target=f"below {SUCCEED:.1%}", holds=tally.succeeded < SUCCEED)


class TestTheClient:
    def test_repeats_nothing_by_itself_and_all_attempts_fit_into_a_request(self, table: None) -> None:
        config = connection().connection.client.meta.config
        attempts = config.retries["total_max_attempts"] * calls.MAX_ATTEMPTS
        longest = attempts * config.read_timeout

        figure = f"{attempts} attempts a call, {longest:.0f} s of silence, {calls.REQUEST_SECONDS:.0f} s a request"
        holds = attempts <= 6 and longest < calls.REQUEST_SECONDS <= 8
        proves("a call to storage is tried a few times, within the request", figure, target="6, 8 s", holds=holds)

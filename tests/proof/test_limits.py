"""Twenty containers share one quota through the table alone: never exceeded, seldom asked for."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine

from models_app.domain import clock
from models_app.domain.rates import RatePolicy, TooManyRequests
from models_app.services import rates
from models_app.services.rates import Limiter
from models_app.storage import table
from models_app.storage.table import RateItem, RegistryItem
from tests.costs import counted_calls
from tests.engine import Engine
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.server import at_once

CONTAINERS = 20
POLICIES = [
    RatePolicy(per_second=50, window_seconds=10),
    RatePolicy(per_second=10, window_seconds=60),
    RatePolicy(per_second=5, window_seconds=10),
]
CALLER = "token:9fJ2kQ7vB3xZ"
ROOT = Path(__file__).parent.parent.parent

# A container of its own: a process that asks as often as it can until the time is up, and counts by window.
CONTAINER = """
import json, sys, time
import django; django.setup()
from collections import Counter
from models_app.domain import clock
from models_app.domain.rates import RatePolicy
from models_app.services import rates
from models_app.services.rates import Limiter
policy = RatePolicy(per_second=int(sys.argv[1]), window_seconds=int(sys.argv[2]))
limiter, admitted, caller = Limiter(policy), Counter(), sys.argv[3]
assert limiter.count("token:warm")
print("ready", flush=True)  # connected, before the race begins
ends = float(input())
while time.time() < ends:
    # Counted to the window that it was admitted in: one that ends in between is counted to neither.
    before = policy.window_at(clock.now())
    standing = limiter.count(caller)
    if standing.is_admitted and before == policy.window_at(clock.now()):
        admitted[before] += 1
    if not standing.is_admitted:
        time.sleep(0.01)
print(json.dumps(admitted))
"""


@dataclass
class Outcome:
    """What came of many requests within one window."""

    admitted: int
    refused: int
    calls: int

    @property
    def calls_per_request(self) -> float:
        return self.calls / (self.admitted + self.refused)


@pytest.fixture
def within_a_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that stands still, so that all of a test is in one window; and an engine that may take its time."""
    monkeypatch.setattr(rates, "LEASE_SECONDS", 8)
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False):
        yield


def loaded(policy: RatePolicy, load: float, *, shares: list[int] | None = None) -> Outcome:
    """Containers that together ask for a share of the quota at the same time."""
    each = [round(policy.quota * load / CONTAINERS)] * CONTAINERS if shares is None else shares

    def asks(limiter: Limiter, times: int) -> Counter[bool]:
        return Counter(is_admitted(limiter) for _ in range(times))

    with counted_calls() as calls:
        counted = at_once([lambda times=times: asks(Limiter(policy), times) for times in each])
    total = sum(counted, Counter())
    return Outcome(total[True], total[False], len(calls))


QUOTA = "nobody gets more than a quota, however many containers count"
SELDOM = "counting takes a call for few requests"


def is_admitted(limiter: Limiter) -> bool:
    standing = limiter.count(CALLER)
    assert standing is not None, "storage did not answer: this proves nothing"
    try:
        standing.check()
    except TooManyRequests:
        return False
    return True


def told(name: str, policy: RatePolicy, outcome: Outcome) -> None:
    missed = 1 - outcome.admitted / policy.quota
    print(  # noqa: T201 - the figures of the proof
        f"\n{name}: quota {policy.quota}, {CONTAINERS} containers, admitted {outcome.admitted}, refused "
        f"{outcome.refused}, under-admitted {missed:.1%}, {outcome.calls_per_request:.3f} calls a request"
    )


@pytest.mark.usefixtures("table", "within_a_window")
class TestTwentyContainers:
    @pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: f"{policy.quota} in {policy.window_seconds} s")
    def test_admit_no_more_than_the_quota_and_nearly_all_of_it(self, policy: RatePolicy) -> None:
        outcome = loaded(policy, 2)

        told("twice the quota", policy, outcome)
        figure = f"{outcome.admitted} of {policy.quota} admitted to {CONTAINERS} containers"
        holds = policy.quota * 0.95 <= outcome.admitted <= policy.quota
        proves(QUOTA, figure, target="none too many, 5 % too few", holds=holds)

    def test_ask_seldom_at_half_the_quota(self) -> None:
        policy = POLICIES[0]

        outcome = loaded(policy, 0.5)

        assert outcome.refused == 0
        proves(SELDOM, f"{outcome.calls_per_request:.2f}", target=0.3, holds=outcome.calls_per_request <= 0.3)

    def test_ask_still_less_where_there_is_too_much(self) -> None:
        policy = POLICIES[1]

        outcome = loaded(policy, 2)

        name = f"{SELDOM}, at twice the quota"
        proves(name, f"{outcome.calls_per_request:.2f}", target=0.2, holds=outcome.calls_per_request <= 0.2)

    def test_who_is_busy_gets_what_idle_ones_leave(self) -> None:
        policy = POLICIES[0]

        outcome = loaded(policy, 0, shares=[2 * policy.quota, *[2] * (CONTAINERS - 1)])

        told("one is busy", policy, outcome)
        assert policy.quota * 0.9 <= outcome.admitted <= policy.quota

    def test_a_count_is_gone_when_nobody_needs_it(self) -> None:
        loaded(POLICIES[0], 0.1)

        (item,) = RegistryItem.scan(RegistryItem.sk == table.RATE)
        assert isinstance(item, RateItem)
        assert 0 < item.expires_at - clock.now().timestamp() < 120


class TestProcesses:
    """The same with processes and the real time, over several windows."""

    def test_no_window_holds_more_than_its_quota(self, engine: Engine, table: None) -> None:
        policy = RatePolicy(per_second=100, window_seconds=1)
        environment = {"DJANGO_SETTINGS_MODULE": "registry_project.settings", "PATH": "", **engine.environment()}
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", CONTAINER, str(policy.per_second), str(policy.window_seconds), CALLER],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for _ in range(rounds(3, full=6))
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        ends = clock.now().timestamp() + 4
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(f"{ends}\n")
            process.stdin.flush()
        admitted: Counter[str] = Counter()
        for process in processes:
            answer, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            admitted.update(json.loads(answer))

        print(f"\n{len(processes)} processes, quota {policy.quota}: {dict(sorted(admitted.items()))}")  # noqa: T201
        assert len(admitted) >= 4
        assert max(admitted.values()) <= policy.quota
        assert max(admitted.values()) >= policy.quota * 0.8, "nobody was near the limit: this proves nothing"


class TestControl:
    """A limiter that reads, looks and then writes must be caught, or the proof proves nothing."""

    @pytest.mark.usefixtures("table", "within_a_window")
    def test_a_careless_count_admits_too_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        policy = POLICIES[0]
        count = [0]

        def careless(
            caller: str, *, window: int, ends_at: int, permits: int, quota: int, seconds: float
        ) -> tuple[int, int]:
            seen = count[0]
            time.sleep(0.001)
            if seen + permits > quota:
                return 0, 0
            count[0] = seen + permits
            return permits, quota - count[0]

        monkeypatch.setattr("models_app.storage.rates.lease", careless)

        admitted = loaded(policy, 4).admitted
        figure = f"{admitted} of {policy.quota} by who reads, looks and writes"
        controls(QUOTA, figure, target="too many", holds=admitted > policy.quota)

from __future__ import annotations

from types import SimpleNamespace

import pytest

from models_app.outbox import breaker
from models_app.outbox.breaker import Breaker
from tests.server import at_once


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that the test holds."""
    held = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=lambda: held.now))
    return held


def _fails(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.note(succeeded=False)


class TestTheBreaker:
    def test_lets_everybody_try_until_it_has_seen_enough(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        seen = []
        for _ in range(4):
            seen.append(breaker.may_try())
            breaker.note(succeeded=False)

        assert seen == [True, True, True, False]

    def test_counts_failures_in_a_row_only(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        for _ in range(10):
            _fails(breaker, 2)
            breaker.note(succeeded=True)

        assert breaker.may_try()

    def test_rests_for_its_time(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        _fails(breaker, 3)

        clock.now += 4.99
        assert not breaker.may_try()
        clock.now += 0.01
        assert breaker.may_try()

    def test_lets_one_try_after_each_rest(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        _fails(breaker, 3)

        for _ in range(3):
            clock.now += 5
            assert sum(at_once([breaker.may_try] * 8)) == 1
            breaker.note(succeeded=False)

    def test_is_itself_again_after_one_success(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        _fails(breaker, 3)
        clock.now += 5
        assert breaker.may_try()

        breaker.note(succeeded=True)

        assert [breaker.may_try() for _ in range(3)] == [True, True, True]
        _fails(breaker, 2)
        assert breaker.may_try()
        _fails(breaker, 1)
        assert not breaker.may_try()

    def test_does_not_rest_for_ever_when_the_one_who_tried_never_came_back(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        _fails(breaker, 3)
        clock.now += 5
        assert breaker.may_try()

        clock.now += 5
        assert breaker.may_try()

    def test_that_many_fail_at_the_same_moment_does_no_harm(self, clock: SimpleNamespace) -> None:
        breaker = Breaker(failures=3, rest_seconds=5)
        at_once([lambda: breaker.note(succeeded=False)] * 8)

        assert not breaker.may_try()
        clock.now += 5
        assert breaker.may_try()

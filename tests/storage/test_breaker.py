from __future__ import annotations

from types import SimpleNamespace

import pytest

from models_app.storage import breaker, calls
from models_app.storage.breaker import Breaker
from models_app.storage.calls import REST_SECONDS
from tests.api.test_every_answer import read
from tests.callers import Cast
from tests.faults import Fault, Wire, cancel, corrupt, lose_request, pass_on, refuse
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


IN_A_ROW = 5
HOT = refuse("ThrottlingException", because="TableReadKeyRangeThroughputExceeded")
FULL = refuse("ProvisionedThroughputExceededException", because="TableReadMaxOnDemandThroughputExceeded")
OF_STORAGE = {
    "unreachable": lose_request,
    "broken": refuse("InternalServerError"),
    "garbled": corrupt,
    "throttled": refuse("ThrottlingException"),
    "throttled as a whole": FULL,
    "no table": refuse("ResourceNotFoundException"),
    "no rights": refuse("ExpiredTokenException"),
}
OF_SOMEBODY = {
    "a hot partition": HOT,
    "a conflict": refuse("TransactionConflictException"),
    "a full collection": refuse("ItemCollectionSizeLimitExceededException"),
}


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


class TestBeforeStorage:
    """Promised: nobody is kept waiting for a storage that is known to be down, and nobody else can bring that about."""

    @pytest.fixture
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Pauses that cost a test nothing."""
        monkeypatch.setattr(calls, "FIRST_PAUSE_SECONDS", 0.001)
        monkeypatch.setattr(calls, "LONGEST_PAUSE_SECONDS", 0.001)

    @pytest.mark.parametrize("fault", OF_STORAGE.values(), ids=OF_STORAGE)
    def test_after_five_failures_nothing_is_asked(
        self, fault: Fault, payments: Cast, wire: Wire, clock: SimpleNamespace, quick: None
    ) -> None:
        wire.always("*", fault)
        for _ in range(IN_A_ROW):
            assert payments.viewer.gets("teams/payments").status == 503
        asked = len(wire.met)

        answer = payments.viewer.gets("teams/payments")

        assert (answer.status, answer.slug, answer.headers["Retry-After"]) == (503, "storage-busy", str(REST_SECONDS))
        assert len(wire.met) == asked
        wire.standing.clear()
        clock.now += REST_SECONDS
        assert payments.viewer.gets("teams/payments").status == 200

    @pytest.mark.parametrize("fault", OF_SOMEBODY.values(), ids=OF_SOMEBODY)
    def test_what_is_one_callers_own_trouble_stays_that(
        self, fault: Fault, payments: Cast, wire: Wire, clock: SimpleNamespace, quick: None
    ) -> None:
        for caller in (payments.viewer, payments.outsider):
            assert caller.gets("me").status == 200
        wire.always("GetItem", fault)
        for _ in range(3 * IN_A_ROW):
            assert payments.viewer.gets("teams/payments").status == 503
        wire.always("GetItem", pass_on)

        assert payments.outsider.gets("teams/vision").status == 200

    def test_nor_do_conflicts_and_conditions_count(
        self, payments: Cast, wire: Wire, clock: SimpleNamespace, quick: None
    ) -> None:
        payments.contributor.registers("fraud", version="1")
        wire.always("TransactWriteItems", cancel("TransactionConflict", "ThrottlingError"))
        for _ in range(2 * IN_A_ROW):
            assert payments.contributor.registers("fraud", version="2").status == 503
        wire.always("TransactWriteItems", pass_on)
        for _ in range(2 * IN_A_ROW):
            taken = payments.contributor.registers("fraud", version="1", s3Uri="s3://models/other")
            assert taken.status == 409

        assert payments.contributor.registers("fraud", version="2").status == 201

    def test_while_it_rests_health_tells_and_what_needs_no_storage_is_served(
        self, payments: Cast, wire: Wire, clock: SimpleNamespace, quick: None
    ) -> None:
        wire.always("*", lose_request)
        for _ in range(IN_A_ROW):
            payments.viewer.gets("teams/payments")

        health = payments.anonymous.gets("health")

        assert (health.status, health.body["status"]) == (503, "unavailable")
        for path in ("/problems/storage-busy", "/api/docs", "/login", "/static/models_app/registry.css"):
            assert read(payments.anonymous.client.get(path)).status_code == 200, path

    def test_one_attempt_after_each_rest_is_all_that_storage_has_to_bear(
        self, payments: Cast, wire: Wire, clock: SimpleNamespace, quick: None
    ) -> None:
        wire.always("*", refuse("InternalServerError"))
        for _ in range(IN_A_ROW):
            payments.viewer.gets("teams/payments")
        asked = len(wire.met)

        for _ in range(3):
            clock.now += REST_SECONDS
            for _ in range(10):
                assert payments.viewer.gets("teams/payments").status == 503

        assert len(wire.met) == asked + 3

"""DynamoDB throttled, unreachable or talking nonsense: waited for while there is time, then told as "busy".

Promised: "429 and 503 always with Retry-After; a caller's mistake is never a 500; nothing internal leaks",
and "A request has a deadline; DynamoDB clients get short time-outs and a retry budget that fits in it".
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from models_app.storage import calls
from models_app.storage.table import connection
from tests.callers import Answer, Cast
from tests.faults import (
    Fault,
    Wire,
    alter,
    black_hole,
    break_down,
    cancel,
    corrupt,
    hand_back,
    lose_answer,
    lose_request,
    pass_on,
    refuse,
    replace_with_page,
    truncate,
)
from tests.storage.changes import BY_SLUG, CHANGES, Change, disturb, perform
from tests.web.visitors import Visitor

# What DynamoDB says when it wants to be asked again; and what no repetition will mend, but operators may.
PASSING = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "TransactionConflictException",  # what a single write is told, where a transaction is told of a reason
]
LASTING = [
    "ResourceNotFoundException",
    "AccessDeniedException",
    "ExpiredTokenException",
    "TransactionInProgressException",
]
GARBLED = [corrupt, alter, truncate, replace_with_page]

READS: dict[str, Callable[[Cast], Answer]] = {
    "model": lambda cast: cast.viewer.reads("payments.fraud"),
    "version": lambda cast: cast.viewer.reads("payments.fraud", "1.0.0"),
    "latest": lambda cast: cast.viewer.reads("payments.fraud", "latest"),
    "alias": lambda cast: cast.viewer.reads("payments.fraud", "@fraud"),
    "models": lambda cast: cast.viewer.lists("models"),
    "models by update": lambda cast: cast.viewer.lists("models", ordering="-updatedAt"),
    "events": lambda cast: cast.viewer.lists("models/payments.fraud/events"),
    "team events": lambda cast: cast.viewer.lists("events"),
    "resolve": lambda cast: cast.viewer.resolves("payments.fraud", alias="fraud", at="2099-01-01T00:00:00Z"),
    "teams": lambda cast: cast.viewer.gets("teams"),
    "team": lambda cast: cast.viewer.gets("teams/payments"),
    "members": lambda cast: cast.viewer.gets("teams/payments/members"),
    "tokens": lambda cast: cast.maintainer.gets("teams/payments/tokens"),
    "dry run": lambda cast: cast.maintainer.deletes("payments.fraud", "2.0.0", query="?dryRun=true"),
}
EVERY_CHANGE = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.slug.replace(" ", "-"))


@pytest.fixture
def fraud(payments: Cast, wire: Wire) -> Cast:
    """A model to read, with an alias; and every caller's token known to the process, so that only the read is met."""
    BY_SLUG["move an alias"].prepare(payments, "fraud")
    for caller in (payments.viewer, payments.maintainer, payments.admin, payments.contributor):
        assert caller.gets("me").status == 200
    return payments


def in_time(ask: Callable[[], Answer]) -> Answer:
    """An answer that comes before the deadline."""
    started = time.monotonic()
    answer = ask()
    took = time.monotonic() - started
    assert took <= calls.REQUEST_SECONDS + 0.2, f"it took {took:.1f} s"
    return answer


def is_busy_in_time(ask: Callable[[], Answer]) -> None:
    """The answer of a storage that cannot be reached: 503 with Retry-After, before the deadline."""
    answer = in_time(ask)
    assert (answer.status, answer.body and answer.slug) == (503, "storage-busy")
    assert int(answer.headers["Retry-After"]) > 0


class TestTheClient:
    """Promised: short time-outs, and all attempts within the request."""

    def test_its_attempts_end_in_time_and_only_the_registry_repeats_them(self, table: None) -> None:
        config = connection().connection.client.meta.config

        assert config.connect_timeout <= 0.5
        assert config.read_timeout <= 1.5
        assert config.connect_timeout + config.read_timeout == calls.ATTEMPT_SECONDS
        assert config.retries == {"mode": "standard", "total_max_attempts": 1}
        assert calls.MAX_ATTEMPTS >= 3
        assert calls.MAX_ATTEMPTS * config.read_timeout < calls.REQUEST_SECONDS


class TestPassingTrouble:
    @EVERY_CHANGE
    def test_a_transaction_that_met_another_is_repeated_until_it_succeeds(
        self, change: Change, payments: Cast, wire: Wire
    ) -> None:
        for reason in ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"):
            name = f"n-{reason.lower()}"
            change.prepare(payments, name)
            disturb(wire, change, cancel(reason), cancel(reason), cancel(reason))

            perform(change, payments, name)

            assert wire.faults() == 3
            wire.mend()

    @pytest.mark.parametrize(
        "fault",
        [*map(refuse, PASSING), lose_request, truncate, alter, break_down(502)],
        ids=[*PASSING, "reset", "cut", "altered", "bad gateway"],
    )
    def test_a_write_survives_one_failure(self, fault: Fault, fraud: Cast, wire: Wire) -> None:
        change = BY_SLUG["describe a model"]
        disturb(wire, change, fault)

        perform(change, fraud, "fraud")

        assert wire.faults() == 1

    @pytest.mark.parametrize("faults", [(lose_request, lose_request), (truncate, alter)], ids=["reset", "garbled"])
    def test_a_read_survives_two_failures(self, faults: tuple[Fault, ...], fraud: Cast, wire: Wire) -> None:
        undisturbed = {name: read(fraud).body for name, read in READS.items()}
        disturbed = {}
        for name, read in READS.items():
            wire.mend()
            for operation in ("GetItem", "Query", "BatchGetItem"):
                wire.next(operation, *faults)
            disturbed[name] = read(fraud).body
            assert wire.faults() == 2, name

        assert disturbed == undisturbed

    def test_a_conflict_after_a_lost_answer_is_still_our_own_write(self, payments: Cast, wire: Wire) -> None:
        change = BY_SLUG["make an alias"]
        change.prepare(payments, "n0")
        wire.forgets_tokens = True
        disturb(wire, change, lose_answer, cancel("TransactionConflict"), lose_answer)

        perform(change, payments, "n0")


class TestLastingTrouble:
    @EVERY_CHANGE
    def test_a_write_is_told_as_busy_and_may_be_repeated(self, change: Change, payments: Cast, wire: Wire) -> None:
        for name, fault in (("n-reset", lose_request), ("n-error", refuse("InternalServerError"))):
            change.prepare(payments, name)
            wire.always(change.writes[-1], fault)

            is_busy_in_time(lambda name=name: change.make(payments, name))

            wire.mend()
            perform(change, payments, name)

    @pytest.mark.parametrize("fault", [lose_request, *GARBLED], ids=lambda fault: fault.__name__)
    def test_a_read_is_told_as_busy_and_never_as_nothing(self, fault: Fault, fraud: Cast, wire: Wire) -> None:
        """House rule: "A storage failure told as 'not found' or an empty list"."""
        told = {}
        for name, read in READS.items():
            wire.mend()
            wire.always("*", fault)
            told[name] = read(fraud).status

        assert told == dict.fromkeys(READS, 503)

    @pytest.mark.parametrize("code", [*PASSING, *LASTING])
    def test_whatever_dynamodb_says_a_read_and_a_write_are_told_as_busy(
        self, code: str, fraud: Cast, wire: Wire
    ) -> None:
        wire.always("GetItem", refuse(code))
        wire.always("TransactWriteItems", refuse(code))

        is_busy_in_time(lambda: READS["version"](fraud))
        is_busy_in_time(lambda: fraud.contributor.registers("fraud", version="3.0.0"))

    @pytest.mark.parametrize("fault", GARBLED, ids=lambda fault: fault.__name__)
    def test_a_write_is_never_told_as_done_by_an_answer_that_cannot_be_read(
        self, fault: Fault, fraud: Cast, wire: Wire
    ) -> None:
        wire.always("TransactWriteItems", fault)

        is_busy_in_time(lambda: fraud.contributor.registers("fraud", version="3.0.0"))

    def test_it_makes_no_storm_of_a_table_that_hands_keys_back(self, fraud: Cast, wire: Wire) -> None:
        """A throttled BatchGetItem succeeds and reads nothing; asking again at once is what it asks not to do."""
        wire.always("BatchGetItem", hand_back)

        is_busy_in_time(lambda: fraud.contributor.patches("payments.fraud", "1.0.0", {"description": "new"}))

        assert wire.calls("BatchGetItem") < 100

    def test_the_health_page_says_so(self, fraud: Cast, wire: Wire) -> None:
        wire.always("*", lose_request)

        answer = fraud.anonymous.gets("health")

        assert (answer.status, answer.body["status"]) == (503, "unavailable")
        assert b"127.0.0.1" not in answer.raw


class TestPages:
    """Whoever is signed in with a browser reads a page, even where storage cannot tell who that is."""

    @pytest.mark.parametrize("path", ["/api/v1/me", "/web/account", "/admin/", "/admin/models_app/team/"])
    def test_a_person_whom_storage_does_not_know_at_the_moment_reads_what_to_do(
        self, path: str, payments: Cast, wire: Wire
    ) -> None:
        root = Visitor.signed_in("root", is_platform_admin=True)
        wire.always("*", refuse("InternalServerError"))

        page = root.sees(path)

        assert page.status == 503
        assert page.response.headers["Content-Type"].startswith("text/html")
        assert int(page.response.headers["Retry-After"]) > 0
        assert "Repeat the request" in page.html
        assert wire.faults() == calls.MAX_ATTEMPTS  # not asked again by each who wants to know


class TestSilence:
    """Promised: an answer within 8 seconds from any endpoint, whatever storage does."""

    def test_a_read_is_given_up_in_time(self, fraud: Cast, wire: Wire) -> None:
        wire.always("*", black_hole)

        is_busy_in_time(lambda: READS["model"](fraud))

    def test_a_write_is_given_up_in_time(self, fraud: Cast, wire: Wire) -> None:
        wire.always("TransactWriteItems", black_hole)

        is_busy_in_time(lambda: fraud.contributor.moves("payments.fraud", "challenger", "1.0.0"))

    def test_many_slow_calls_in_one_request_do_not_add_up_beyond_it(self, fraud: Cast, wire: Wire) -> None:
        """Each call of this deletion is answered at its last attempt; together that is more time than there is."""
        for operation in ("BatchGetItem", "Query", "TransactWriteItems"):
            wire.next(operation, *[black_hole] * (calls.MAX_ATTEMPTS - 1), pass_on)

        answer = in_time(lambda: fraud.maintainer.deletes("payments.fraud", "2.0.0"))

        assert answer.status in {204, 503}

    def test_endless_conflicts_are_given_up_in_time(self, fraud: Cast, wire: Wire) -> None:
        wire.always("TransactWriteItems", cancel("TransactionConflict"))

        is_busy_in_time(lambda: fraud.contributor.moves("payments.fraud", "challenger", "1.0.0"))

        assert wire.calls("TransactWriteItems") < 100

"""``latest`` is found in one call and used in the next: what others do in between must not be seen by half."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.callers import Answer, Cast
from tests.faults import Exchange, Fault, Wire, pass_on

FRAUD = "payments.fraud"


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with three versions, of which the highest is deleted: finding the latest takes two calls."""
    for label in ("1.0.0", "2.0.0", "3.0.0"):
        assert payments.contributor.registers("fraud", version=label).status == 201
    assert payments.maintainer.deletes(FRAUD, "3.0.0").status == 204
    return payments


def once(deed: Callable[[], Answer]) -> Fault:
    """No fault, but somebody else is quicker."""

    def quicker(exchange: Exchange) -> None:
        assert deed().status in {200, 201, 204}
        pass_on(exchange)

    return quicker


class TestTheLatestGoesWhileSomebodyAsks:
    def test_a_reader_gets_the_one_below(self, fraud: Cast, wire: Wire) -> None:
        wire.next("BatchGetItem", once(lambda: fraud.maintainer.deletes(FRAUD, "2.0.0")))
        assert fraud.viewer.reads(FRAUD, "latest").body["version"] == "1.0.0"

    def test_who_deletes_the_latest_deletes_the_one_below(self, fraud: Cast, wire: Wire) -> None:
        wire.next("BatchGetItem", once(lambda: fraud.maintainer.deletes(FRAUD, "2.0.0")))
        assert fraud.maintainer.deletes(FRAUD, "latest").status == 204
        assert fraud.viewer.reads(FRAUD, "1.0.0").status == 404

    def test_who_asks_when_all_are_gone_is_told_so(self, fraud: Cast, wire: Wire) -> None:
        fraud.maintainer.deletes(FRAUD, "1.0.0")
        wire.next("BatchGetItem", once(lambda: fraud.maintainer.deletes(FRAUD, "2.0.0")))
        assert fraud.viewer.reads(FRAUD, "latest").slug == "version-not-found"


class TestAHigherOneComesWhileSomebodyWrites:
    def test_a_patch_of_the_latest_changes_the_higher_one(self, fraud: Cast, wire: Wire) -> None:
        wire.next("BatchGetItem", once(lambda: fraud.contributor.registers("fraud", version="9.0.0")))
        assert fraud.contributor.patches(FRAUD, "latest", {"description": "new"}).body["version"] == "9.0.0"

    def test_an_alias_moved_to_the_latest_points_to_the_higher_one(self, fraud: Cast, wire: Wire) -> None:
        wire.next("TransactWriteItems", once(lambda: fraud.contributor.registers("fraud", version="9.0.0")))
        assert fraud.contributor.moves(FRAUD, "candidate", "latest").body["version"] == "9.0.0"

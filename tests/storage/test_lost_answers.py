"""Committed, but the answer got lost: the caller hears of success all the same, and it happened once.

Three rounds of each write endpoint meet every plan of faults; ``make proof`` loses 300 answers and more.
"""

from __future__ import annotations

import json
from itertools import cycle

import pytest

from models_app.domain import clock
from models_app.domain.errors import StorageBusy
from models_app.storage import calls, transactions
from models_app.storage.table import RegistryItem
from tests.callers import Cast
from tests.faults import Exchange, Fault, Wire, lose_answer, lose_request, pass_on, truncate
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.storage.changes import BY_SLUG, CHANGES, Change, disturb, perform

ROUNDS = 3
PROOF = "done, but the answer got lost: the caller hears of success"
EVERY_CHANGE = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.slug.replace(" ", "-"))


def names(change: Change) -> list[str]:
    """A word for each round."""
    return [f"n{number}" for number in range(ROUNDS)]


@EVERY_CHANGE
class TestALostAnswer:
    """Promised: "A write whose response got lost is recognised as our own when it comes again"."""

    def test_while_aws_knows_the_transaction_the_caller_hears_of_success(
        self, change: Change, payments: Cast, wire: Wire
    ) -> None:
        for name, faults in zip(names(change), cycle(([lose_answer], [lose_answer, lose_answer])), strict=False):
            change.prepare(payments, name)
            disturb(wire, change, *faults)

            perform(change, payments, name)

            assert wire.faults() == len(faults)
            wire.mend()

    def test_when_aws_has_forgotten_the_transaction_our_own_record_tells(
        self, change: Change, payments: Cast, wire: Wire
    ) -> None:
        """ "AWS keeps a client request token for 10 minutes; our own record (rid) covers what comes later"."""
        faults: cycle[list[Fault]] = cycle(([lose_answer], [lose_answer, lose_answer], [lose_request, lose_answer]))
        for name, planned in zip(names(change), faults, strict=False):
            change.prepare(payments, name)
            wire.forgets_tokens = True
            disturb(wire, change, *planned)

            perform(change, payments, name)

            assert wire.faults() == len(planned)
            wire.mend()

    def test_half_an_answer_is_as_good_as_none(self, change: Change, payments: Cast, wire: Wire) -> None:
        change.prepare(payments, "n0")
        wire.forgets_tokens = True
        disturb(wire, change, truncate)

        perform(change, payments, "n0")

        assert wire.faults() == 1

    def test_when_every_answer_is_lost_the_caller_may_ask_again(
        self, change: Change, payments: Cast, wire: Wire
    ) -> None:
        change.prepare(payments, "n0")
        wire.always(change.writes[-1], lose_answer)

        assert change.make(payments, "n0").slug == "storage-busy"

        wire.mend()
        again = change.make(payments, "n0")
        assert again.status < 500


@pytest.mark.proof
def test_every_change_is_told_as_done_however_often_its_answer_is_lost(payments: Cast, wire: Wire) -> None:
    lost = told = 0
    for place, change in enumerate(CHANGES):
        for number in range(rounds(1, full=14)):
            name = f"n{place}-{number}"
            change.prepare(payments, name)
            wire.forgets_tokens = bool(number % 2)
            disturb(wire, change, lose_answer)
            perform(change, payments, name)
            lost += wire.faults()
            told += 1
            wire.mend()

    figure, target = f"{told} of {lost} told as done, over {len(CHANGES)} kinds of change", f"all of {told}"
    proves(PROOF, figure, target=target, holds=lost == told)


class TestALostReservation:
    def test_a_number_whose_answer_was_lost_is_left_out_and_never_given_twice(self, payments: Cast, wire: Wire) -> None:
        """Promised: "Gaps are allowed, reuse is not."."""
        key = {"pk": {"S": "MODEL#payments.fraud"}, "sk": {"S": "VERSION~"}}
        one = {"UpdateExpression": "ADD last_number :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}

        def overtaken(exchange: Exchange) -> None:
            rival = {"TableName": RegistryItem.Meta.table_name, "Key": key, **one}
            wire.engine.send("UpdateItem", json.dumps(rival).encode())
            pass_on(exchange)

        given = []
        for _ in range(5):
            wire.next("TransactWriteItems", overtaken)  # only who has rivals reserves a number
            wire.next("UpdateItem", lose_answer)
            given.append(perform(BY_SLUG["register without a label"], payments, "fraud").body["version"])

        assert given == ["3", "6", "9", "12", "15"]


class TestTheHarness:
    """A harness that cannot fail proves nothing: without the recognition, these changes are reported as refused."""

    @pytest.mark.parametrize(
        "slug",
        [
            *("register with a label", "register without a label", "register below the highest", "delete a version"),
            *("make an alias", "move an alias", "remove an alias", "create a team", "delete a team"),
            *("add a member", "remove a member", "issue a token"),
        ],
    )  # the others look again, find it done and have nothing left to do
    def test_it_notices_when_own_writes_are_not_recognised(
        self, slug: str, payments: Cast, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change = BY_SLUG[slug]
        change.prepare(payments, "n0")
        monkeypatch.setattr(transactions, "_is_own", lambda *_: False)
        wire.forgets_tokens = True
        disturb(wire, change, lose_answer)

        try:
            perform(change, payments, "n0")
        except AssertionError:
            noticed = True
        else:
            noticed = False
        controls(PROOF, f"{slug}: own writes not recognised", target="noticed", holds=noticed)

    def test_it_notices_when_a_repetition_comes_under_another_token(
        self, payments: Cast, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A repetition as another event is another change: the caller would be told 200, not 201."""
        change = BY_SLUG["register with a label"]
        monkeypatch.setattr(transactions, "_is_own", lambda *_: False)
        monkeypatch.setattr(transactions, "_attempt", _under_fresh_tokens(transactions._attempt))
        wire.next("TransactWriteItems", lose_answer, *[lose_request] * (calls.MAX_ATTEMPTS - 1))

        with pytest.raises(AssertionError):
            perform(change, payments, "n0")


def _under_fresh_tokens(attempt):
    def attempting(operations, *, token):
        try:
            return attempt(operations, token=clock.new_id())
        except StorageBusy:
            return attempt(operations, token=clock.new_id())

    return attempting

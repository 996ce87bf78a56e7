"""A change is one transaction with exactly one event, or nothing. Its refusal is that of the write that failed."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from models_app.domain.actors import command_line
from models_app.domain.errors import ChangeTooLarge, StorageBusy
from models_app.domain.events import Event, EventKind
from models_app.domain.teams import TeamSlug
from models_app.storage import calls
from models_app.storage.table import EVENTS, MembershipItem, RegistryItem, connection
from models_app.storage.transactions import MAX_ACTIONS, Refused, Verb, Write, commit, until_undisturbed
from tests.callers import Cast
from tests.costs import counted_calls
from tests.faults import Wire, cancel, refuse
from tests.storage.changes import CHANGES, Change, events

VERBS = list(Verb)
FACTS = {"team": "x", "added_at": "x", "added_by": "x", "role": "viewer"}


class StandsThere(Exception):
    """What a write of these tests raises when it is refused."""

    def __init__(self, verb: Verb, item: RegistryItem | None) -> None:
        self.verb = verb
        self.item = item
        super().__init__(verb.name)


@pytest.fixture
def items(table: None) -> dict[Verb, MembershipItem]:
    """An item for each verb; they are taken away again, because they make no sense as memberships."""
    made = {verb: MembershipItem(pk=f"TEST#{verb.name}", sk="TEST", rid="x", username="x", **FACTS) for verb in Verb}
    for item in made.values():
        item.save()
    yield made
    for item in MembershipItem.query("TEST"), [*made.values()]:
        for each in item:
            each.delete()
    for raw in connection().scan()["Items"]:
        if raw["name"]["S"] == "TeamUpdated":
            connection().delete_item(raw["pk"]["S"], raw["sk"]["S"])


def a_write(verb: Verb, *, fails: bool) -> Write:
    """A write to this verb's item, whose condition holds or not."""
    item = MembershipItem(pk=f"TEST#{verb.name}", sk="TEST", username="new", **FACTS)
    condition = MembershipItem.username == ("somebody else" if fails else "x")
    actions = [MembershipItem.username.set("new")] if verb is Verb.UPDATE else ()
    return Write(verb, item, condition, lambda found: StandsThere(verb, found), actions)


def an_event() -> Event:
    renamed = {"changes": {"displayName": {"from": "tests", "to": "Tests"}}}
    return Event.record(EventKind.TEAM_UPDATED, by=command_line(), team=TeamSlug("tests"), data=renamed)


def everything() -> list[dict[str, object]]:
    return sorted(connection().scan(consistent_read=True)["Items"], key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


class TestARefusal:
    """House rule: each write says what its failed condition means."""

    @pytest.mark.parametrize("failing", VERBS, ids=lambda verb: verb.name)
    def test_it_is_that_of_the_write_that_failed_whatever_the_order(
        self, failing: Verb, items: dict[Verb, MembershipItem]
    ) -> None:
        for order in permutations(VERBS):
            with pytest.raises(StandsThere) as refusal:
                commit([a_write(verb, fails=verb is failing) for verb in order], event=an_event())
            assert refusal.value.verb is failing

    @pytest.mark.parametrize("failing", VERBS, ids=lambda verb: verb.name)
    def test_it_brings_the_item_that_stood_there(self, failing: Verb, items: dict[Verb, MembershipItem]) -> None:
        with pytest.raises(StandsThere) as refusal:
            commit([a_write(verb, fails=verb is failing) for verb in VERBS], event=an_event())

        found = refusal.value.item
        assert isinstance(found, MembershipItem)
        assert (found.pk, found.username) == (f"TEST#{failing.name}", "x")

    @pytest.mark.parametrize("failing", VERBS, ids=lambda verb: verb.name)
    def test_it_tells_when_nothing_stood_there(self, failing: Verb, items: dict[Verb, MembershipItem]) -> None:
        items[failing].delete()

        with pytest.raises(StandsThere) as refusal:
            commit([a_write(verb, fails=False) for verb in VERBS], event=an_event())

        assert (refusal.value.verb, refusal.value.item) == (failing, None)

    @pytest.mark.parametrize("failing", VERBS, ids=lambda verb: verb.name)
    def test_nothing_of_the_change_is_written(self, failing: Verb, items: dict[Verb, MembershipItem]) -> None:
        before = everything()

        with pytest.raises(StandsThere):
            commit([a_write(verb, fails=verb is failing) for verb in VERBS], event=an_event())

        assert everything() == before

    def test_an_event_that_is_there_already_is_a_change_that_was_made(self, items: dict[Verb, MembershipItem]) -> None:
        event = an_event()
        commit([a_write(Verb.PUT, fails=False)], event=event)
        once = everything()

        commit([a_write(Verb.PUT, fails=False)], event=event)

        assert everything() == once


class TestACommit:
    def test_all_of_it_is_written_under_the_events_id(self, items: dict[Verb, MembershipItem]) -> None:
        event = an_event()

        with counted_calls() as sent:
            commit([a_write(verb, fails=False) for verb in VERBS], event=event)

        assert sent == ["TransactWriteItems"]
        left = {item.pk: item for item in map(RegistryItem.from_raw_data, everything())}
        assert set(left) == {"TEST#CHECK", "TEST#PUT", "TEST#UPDATE", "TEAM#tests"}
        assert {name: item.rid for name, item in left.items()} == {
            "TEST#CHECK": "x",
            **dict.fromkeys(("TEST#PUT", "TEST#UPDATE", "TEAM#tests"), event.id),
        }
        assert left["TEST#UPDATE"].rev == 2

    def test_further_events_of_it_bear_the_id_of_the_first(self, items: dict[Verb, MembershipItem]) -> None:
        first, *others = (an_event() for _ in range(3))

        with counted_calls() as sent:
            commit([a_write(Verb.PUT, fails=False)], event=first, also=others)

        assert sent == ["TransactWriteItems"]
        told = {item.id: item.rid for item in map(RegistryItem.from_raw_data, everything()) if item.pk == "TEAM#tests"}
        assert told == {event.id: first.id for event in (first, *others)}

    def test_more_than_a_transaction_takes_is_not_sent(self, table: None) -> None:
        with counted_calls() as sent, pytest.raises(ChangeTooLarge):
            commit([], event=an_event(), also=[an_event() for _ in range(MAX_ACTIONS)])

        assert sent == []

    def test_an_item_beyond_what_one_holds_is_a_refusal(self, items: dict[Verb, MembershipItem]) -> None:
        write = a_write(Verb.UPDATE, fails=False)
        large = replace(write, actions=[MembershipItem.username.set("x" * 410_000)])

        with pytest.raises(ChangeTooLarge):
            commit([large], event=an_event())

    def test_a_refusal_behind_a_conflict_is_still_the_refusal(
        self, items: dict[Verb, MembershipItem], wire: Wire
    ) -> None:
        wire.next("TransactWriteItems", cancel("TransactionConflict"))

        with pytest.raises(StandsThere):
            commit([a_write(verb, fails=verb is Verb.UPDATE) for verb in VERBS], event=an_event())

        assert wire.calls("TransactWriteItems") == 2

    @pytest.mark.parametrize("reasons", [("ItemCollectionSizeLimitExceeded",), ("None", "AccessDenied"), ()])
    def test_a_reason_that_no_caller_can_help_is_told_as_busy(
        self, reasons: tuple[str, ...], items: dict[Verb, MembershipItem], wire: Wire
    ) -> None:
        wire.next("TransactWriteItems", cancel(*reasons) if reasons else refuse("TransactionCanceledException"))

        with pytest.raises(StorageBusy):
            commit([a_write(verb, fails=False) for verb in VERBS], event=an_event())

    def test_without_time_left_nothing_is_sent(self, table: None) -> None:
        with calls.deadline(0), counted_calls() as sent, pytest.raises(StorageBusy):
            commit([a_write(Verb.PUT, fails=False)], event=an_event())

        assert sent == []

    def test_a_request_that_dynamodb_finds_wrong_is_our_own_mistake(self, table: None) -> None:
        """It must fail loudly: told as "busy", callers would repeat it for ever."""
        twice = [a_write(Verb.PUT, fails=False), a_write(Verb.PUT, fails=False)]

        with pytest.raises(Exception, match="Transaction request") as failure:
            commit(twice, event=an_event())

        assert not isinstance(failure.value, StorageBusy)


class TestRepeating:
    def test_a_decision_is_taken_again_on_what_then_stands(self) -> None:
        answers = iter([Refused(None), Refused(None), "done"])

        def attempt() -> str:
            answer = next(answers)
            if isinstance(answer, Refused):
                raise answer
            return answer

        assert until_undisturbed(attempt) == "done"

    def test_it_ends_with_the_time(self) -> None:
        def attempt() -> None:
            raise Refused(None)

        with calls.deadline(0.3), pytest.raises(StorageBusy):
            until_undisturbed(attempt)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.slug.replace(" ", "-"))
class TestEveryChange:
    """Promised: "Each change is ONE DynamoDB transaction that writes the changed items *and* one
    immutable event item".
    """

    def test_it_is_one_transaction_with_one_event(self, change: Change, payments: Cast) -> None:
        change.prepare(payments, "n0")
        before = events(payments, change.team("n0"))

        with counted_calls() as sent:
            answer = change.make(payments, "n0")

        assert answer.status == change.status
        assert tuple(each for each in sent if each in WRITING) == change.writes
        after = events(payments, change.team("n0"))
        assert [kind for event, kind in after.items() if event not in before] == [change.event] * change.times

    def test_its_event_stays_as_it_was_written(self, change: Change, payments: Cast) -> None:
        change.prepare(payments, "n0")
        before = {item["sk"]["S"]: item for item in everything() if item["sk"]["S"].startswith(EVENTS)}

        change.make(payments, "n0")

        after = {item["sk"]["S"]: item for item in everything() if item["sk"]["S"].startswith(EVENTS)}
        assert {event: after[event] for event in before} == before


WRITING = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}

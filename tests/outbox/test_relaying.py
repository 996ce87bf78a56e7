from __future__ import annotations

from itertools import groupby

import pytest

from models_app.outbox import relay
from models_app.storage import outbox, table
from tests.callers import Cast
from tests.commands.shell import run
from tests.outbox.acts import an_event, committed, deploys, everything, unsent
from tests.outbox.buses import PlayedBus, refuse
from tests.outbox.queues import Queue


class TestTheRelay:
    def test_sends_everything_that_was_committed(self, payments: Cast, queue: Queue) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
        payments.maintainer.removes("payments.fraud", "champion")
        payments.maintainer.calls("POST", "teams/payments/tokens", {"name": "ci", "role": "viewer"})

        said = run("relay_events")

        arrived = queue.read()
        assert sorted(each["detail"]["eventId"] for each in arrived) == committed()
        kinds = {each["detail-type"] for each in arrived}
        assert kinds >= {"ModelVersionRegistered", "AliasMoved", "AliasRemoved", "TeamCreated", "TokenIssued"}
        assert said.out == f"{len(arrived)} sent, 0 refused, 0 given up.\n"
        assert unsent() == []

    def test_tells_what_the_history_tells(self, payments: Cast, queue: Queue) -> None:
        payments.contributor.registers("fraud", version="1.0.0", metrics={"auc": 0.9}, description="größer 🚀")
        run("relay_events")

        [detail] = queue.details("ModelVersionRegistered")
        [told] = payments.viewer.gets("models/payments.fraud/events").body["results"]
        assert detail == {name: value for name, value in told.items() if name != "eventType"}

    def test_sends_nothing_twice(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        deploys(payments)

        first, second = run("relay_events"), run("relay_events")

        assert first.code == second.code == 0
        assert second.out == "0 sent, 0 refused, 0 given up.\n"
        assert sorted(played.taken) == committed()

    def test_leaves_no_trace_of_a_sent_event_in_the_index(self, payments: Cast, played: PlayedBus) -> None:
        an_event()
        run("relay_events")

        events = [item for item in everything() if item["sk"]["S"].startswith(table.EVENTS)]
        assert [item for item in events if {"gsi2pk", "gsi2sk"} & set(item)] == []
        assert all("sent_at" in item for item in events)

    @pytest.mark.parametrize("read_at_once", [1, 3, 100])
    def test_begins_with_the_oldest_of_a_shard(
        self, payments: Cast, played: PlayedBus, monkeypatch: pytest.MonkeyPatch, read_at_once: int
    ) -> None:
        monkeypatch.setattr(relay, "READ_AT_ONCE", read_at_once)
        for _ in range(40):
            an_event()
        stubborn = set(committed()[::7])
        played.manner = refuse(stubborn.__contains__)

        run("relay_events")

        assert sorted(played.asked) == committed()
        assert set(unsent()) == stubborn
        shards = [(shard, list(ids)) for shard, ids in groupby(played.asked, key=table.outbox_shard)]
        assert [shard for shard, _ in shards] == outbox.shards()
        assert all(ids == sorted(ids) for _, ids in shards)

    def test_puts_ten_into_a_call(self, payments: Cast, played: PlayedBus) -> None:
        for _ in range(60):
            an_event()

        run("relay_events")

        assert max(len(call.ids) for call in played.calls) == 10
        # One call more for the rest of each shard.
        assert len(played.calls) <= len(committed()) // 10 + table.OUTBOX_SHARDS

    def test_ends_its_pass_in_time_and_goes_on_in_the_next(
        self, payments: Cast, played: PlayedBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relay, "PASS_SECONDS", relay.BATCH_SECONDS - 1)

        assert (relay.relay().sent, played.calls) == (0, [])
        monkeypatch.undo()

    def test_names_the_setting_that_is_missing(self, payments: Cast) -> None:
        said = run("relay_events")

        assert said.code == 1
        assert "REGISTRY_EVENT_BUS" in said.error


class TestTwoRelaysAtOnce:
    def test_a_refusal_that_comes_late_changes_nothing(self, payments: Cast, played: PlayedBus) -> None:
        event = an_event()
        outbox.note_sent(event)

        for _ in range(2 * outbox.MAX_ATTEMPTS):
            assert not outbox.note_refused(event, reason="InternalFailure")

        assert outbox.list_dead(limit=10).items == []
        assert event.id not in unsent()

    def test_an_event_is_given_up_by_one_of_them(self, payments: Cast) -> None:
        event = an_event()

        given_up = [outbox.note_refused(event, reason="InternalFailure") for _ in range(2 * outbox.MAX_ATTEMPTS)]

        assert sum(given_up) == 1
        outbox.revive(event)

    def test_only_what_was_given_up_is_revived(self, payments: Cast) -> None:
        sent, waiting = an_event(), an_event()
        outbox.note_sent(sent)
        outbox.note_refused(waiting, reason="InternalFailure")

        for event in (sent, waiting):
            outbox.revive(event)

        assert sent.id not in unsent()
        assert waiting.id in unsent()

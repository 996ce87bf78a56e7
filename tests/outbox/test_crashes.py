from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

from models_app.outbox import bus, relay
from models_app.storage import outbox
from tests.callers import Cast
from tests.commands.shell import run
from tests.faults import Wire, lose_answer, refuse
from tests.outbox.acts import UNTIL_SECONDS, an_event, committed, deploys, unsent, until
from tests.outbox.buses import Call, PlayedBus, take
from tests.server import at_once
from tests.storage.conftest import proxy, wire

__all__ = ["proxy", "wire"]


class TestATableThatDoesNotAnswer:
    def test_after_the_event_was_sent_it_is_sent_once_more(self, payments: Cast, played: PlayedBus, wire: Wire) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        wire.always("UpdateItem", refuse("InternalServerError"))

        assert deploys(payments).status == 202
        [deployment] = played.taken

        wire.mend()
        assert deployment in unsent()
        run("relay_events")
        assert played.taken.count(deployment) == 2
        assert unsent() == []

    def test_whose_answer_gets_lost_changes_nothing(self, payments: Cast, played: PlayedBus, wire: Wire) -> None:
        for _ in range(10):
            an_event()
        wire.next("UpdateItem", *[lose_answer] * 3)

        assert run("relay_events").code == 0

        assert sorted(played.taken) == committed()
        assert unsent() == []

    def test_is_told_by_the_relay_in_a_sentence(self, payments: Cast, played: PlayedBus, wire: Wire) -> None:
        wire.always("Query", refuse("InternalServerError"))

        said = run("relay_events")

        assert said.code == 1
        assert "Nothing is lost" in said.error

    def test_costs_the_relay_no_event(self, payments: Cast, played: PlayedBus, wire: Wire) -> None:
        for _ in range(20):
            an_event()
        wire.always("UpdateItem", refuse("InternalServerError"))
        assert run("relay_events").code == 1

        wire.mend()

        assert run("relay_events").code == 0
        assert sorted(set(played.taken)) == committed()
        assert unsent() == []


class TestManyAtOnce:
    def test_three_relays_send_everything_and_disturb_nobody(self, payments: Cast, played: PlayedBus) -> None:
        for _ in range(60):
            an_event()

        at_once([relay.relay] * 3)

        assert sorted(set(played.taken)) == committed()
        assert unsent() == []

    def test_refused_by_three_relays_an_event_is_given_up_once(self, payments: Cast, played: PlayedBus) -> None:
        event = an_event()
        played.manner = lambda call: call.answer(["InternalFailure" if each == event.id else None for each in call.ids])

        given_up = 0
        while event.id in unsent():
            given_up += sum(tally.dead for tally in at_once([relay.relay] * 3))

        assert given_up == 1
        assert outbox.list_dead(limit=10).items == [event]
        outbox.revive(event)

    def test_the_first_to_publish_do_not_get_into_each_other_s_way(self, payments: Cast, played: PlayedBus) -> None:
        entries = [[entry for _, entry in batch] for batch in bus.packed([an_event() for _ in range(40)])]
        bus._client.cache_clear()

        outcomes = at_once([lambda batch=batch: bus.put(batch, seconds=bus.RELAY_SECONDS) for batch in entries])

        assert outcomes == [[None] * 10] * 4


class TestARelayThatGoesOn:
    def test_outlives_a_bus_that_is_down(
        self, payments: Cast, played: PlayedBus, started: Callable[..., subprocess.Popen[bytes]]
    ) -> None:
        recovered = threading.Event()
        played.manner = lambda call: take(call) if recovered.is_set() else call.hang_up()
        process = started("run_jobs")
        until(lambda: len(played.calls) >= 3)

        recovered.set()

        until(lambda: not unsent())
        assert sorted(played.taken) == committed()
        assert process.poll() is None

    def test_that_is_killed_in_the_middle_loses_nothing(
        self, payments: Cast, played: PlayedBus, started: Callable[..., subprocess.Popen[bytes]]
    ) -> None:
        for _ in range(80):
            an_event()
        process = started("relay_events")

        def kill_at_the_third(call: Call) -> None:
            if len(played.calls) == 3:
                process.kill()
            take(call)

        played.manner = kill_at_the_third
        assert process.wait(timeout=UNTIL_SECONDS) == -9
        assert unsent()

        assert run("relay_events").code == 0

        assert sorted(set(played.taken)) == committed()
        assert unsent() == []

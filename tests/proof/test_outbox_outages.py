"""The bus is down for a while; and four relays at once read an index that is behind the table, as AWS's indexes are."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from models_app.domain import clock
from models_app.domain.events import Event
from models_app.domain.pages import Page, StartKey
from models_app.outbox import relay
from models_app.storage import outbox
from tests.callers import Cast
from tests.engine import free_port
from tests.outbox.acts import an_event, committed, deploys, unsent
from tests.outbox.buses import PlayedBus
from tests.outbox.conftest import played, played_bus
from tests.proof import careless
from tests.proof.conftest import rounds
from tests.proof.figures import controls, in_time, proves
from tests.server import at_once

__all__ = ["played", "played_bus"]

DOWN = "the bus is down for ten minutes: deployments are taken as ever"
DRAINED = "the bus is up again: what waited is sent within a minute"
LAGGING = "four relays at once, over an index that is behind: no event is lost"
MINUTES, EVERY_SECONDS = 10, 60
LATER_MS = 50.0
DRAINED_WITHIN_SECONDS = 60.0
RELAYS = 4
HIDDEN, STALE = 0.3, 0.1
MOST_DUPLICATES = 3


def median_of(team: Cast, places: list[str]) -> float:
    """Deploy to each place; the milliseconds that the one in the middle took."""
    took = []
    for place in places:
        began = time.perf_counter()
        assert deploys(team, environment=place).status == 202
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def test_a_bus_that_is_down(payments: Cast, played: PlayedBus, publishing_to: Callable[[str], None]) -> None:
    payments.contributor.registers("fraud", version="1.0.0")
    usual = median_of(payments, [f"before-{number}" for number in range(8)])
    relay.relay()  # whatever else waits, since the team was founded say
    publishing_to(f"http://127.0.0.1:{free_port()}")
    began, each = clock.now(), []
    for minute in range(MINUTES):
        with time_machine.travel(began + timedelta(seconds=minute * EVERY_SECONDS)):
            each.append(median_of(payments, [f"m{minute}-{number}" for number in range(rounds(2, full=10))]))
    for _ in range(rounds(100, full=1000) - len(unsent())):
        an_event()
    with time_machine.travel(began + timedelta(minutes=MINUTES)):
        age = relay.backlog().oldest_seconds
    later = statistics.median(each) - usual
    waiting = len(unsent())
    figure = f"all 202, {later:+.0f} ms; {waiting} events wait, the oldest for {age:.0f} s"
    target = f"+{LATER_MS:.0f} ms, {MINUTES * EVERY_SECONDS} s"
    proves(
        DOWN,
        figure,
        target=target,
        holds=in_time(later <= LATER_MS) and abs(age - MINUTES * EVERY_SECONDS) < EVERY_SECONDS,
    )

    publishing_to(played.url)
    began_at, passes = time.monotonic(), 0
    while unsent():
        relay.relay()
        passes += 1
    took = time.monotonic() - began_at
    assert set(played.taken) == set(committed())
    figure = f"{waiting} events in {took:.1f} s, {passes} passes"
    proves(DRAINED, figure, target=f"{DRAINED_WITHIN_SECONDS:.0f} s", holds=in_time(took <= DRAINED_WITHIN_SECONDS))


class BehindTheTable:
    """The outbox's index as AWS has it: what is new may not be there yet, and what left it may still be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random = random.Random(5)
        self.lock = threading.Lock()
        self.exact = outbox.list_unsent
        self.seen: dict[str, list[Event]] = {}
        monkeypatch.setattr(outbox, "list_unsent", self.list_unsent)

    def list_unsent(self, shard: str, *, limit: int, after: StartKey | None) -> Page[Event]:
        page = self.exact(shard, limit=limit, after=after)
        with self.lock:
            there = {event.id for event in page.items}
            gone = [event for event in self.seen.get(shard, []) if event.id not in there]
            shown = [event for event in page.items if self.random.random() >= HIDDEN]
            stale = [event for event in gone if self.random.random() < STALE]
            self.seen[shard] = list(page.items)  # what left the index before is gone for good
        return replace(page, items=[*stale, *shown])


def relays_at_once(behind: BehindTheTable, *, events: int) -> None:
    """Four relays, again and again, until the table itself says that nothing is left."""
    for _ in range(events):
        an_event()
    while any(behind.exact(shard, limit=1, after=None).items for shard in outbox.shards()):
        at_once([relay.relay] * RELAYS)
        behind.seen.clear()  # a minute later, what has left the index is gone from it


def test_an_index_that_is_behind(payments: Cast, played: PlayedBus, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = BehindTheTable(monkeypatch)

    relays_at_once(behind, events=rounds(60, full=300))

    missing = set(committed()) - set(played.taken)
    most = max(Counter(played.taken).values()) - 1
    figure = f"{len(missing)} of {len(committed())} lost, each sent again {most} times at most"
    proves(LAGGING, figure, target=f"0, {MOST_DUPLICATES} times", holds=not missing and most <= MOST_DUPLICATES)


def test_a_relay_that_notes_before_it_sends(payments: Cast, played: PlayedBus, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = BehindTheTable(monkeypatch)
    monkeypatch.setattr(relay, "_send", relay._send)  # the mutant takes its place for this test alone
    careless.note_before_sending()
    played.manner = lambda call: call.hang_up()
    with pytest.raises(relay.bus.BusFailed):
        relays_at_once(behind, events=1)
    lost = set(committed()) - set(played.taken) - set(outbox_of(behind))
    controls(LAGGING, f"noted before it is sent: {len(lost)} lost", target="at least 1", holds=bool(lost))


def outbox_of(behind: BehindTheTable) -> list[str]:
    """What waits, by the table itself."""
    return [event.id for shard in outbox.shards() for event in behind.exact(shard, limit=1000, after=None).items]

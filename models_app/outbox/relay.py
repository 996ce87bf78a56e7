"""Sending what was left behind: events whose publishing failed, crashed, or was never tried."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from models_app.domain import clock
from models_app.domain.events import Event
from models_app.domain.pages import StartKey
from models_app.outbox import bus
from models_app.storage import calls, outbox

log = logging.getLogger(__name__)

# One pass ends well before the next one begins a minute later; no batch is begun that may not be noted in time.
PASS_SECONDS = 50.0
BATCH_SECONDS = 2 * bus.RELAY_SECONDS + 5.0
READ_AT_ONCE = 100


@dataclass(slots=True)
class Tally:
    """What became of a pass."""

    sent: int = 0
    refused: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What has not arrived: how long the oldest event has waited, and how many were given up (100 are counted)."""

    oldest_seconds: float
    dead: int


def relay() -> Tally:
    """Send each event in the outbox once, the oldest of a shard first. What is refused is tried again, up to 20 times.

    Raises:
        BusFailed, StorageBusy: the bus or the table does not answer; the next pass tries again.
    """
    tally = Tally()
    if not bus.present().name:
        return tally
    with calls.deadline(PASS_SECONDS):
        for shard in outbox.shards():
            for events in _pages(shard):
                for batch in bus.packed(events):
                    if calls.seconds_left() < BATCH_SECONDS:
                        return tally
                    _send(batch, tally)
    return tally


def backlog() -> Backlog:
    """How far the bus is behind the table; both are zero where all is well. One call a shard, and one more."""
    oldest = [event for shard in outbox.shards() for event in outbox.list_unsent(shard, limit=1, after=None).items]
    now = clock.now()
    ages = [(now - event.occurred_at).total_seconds() for event in oldest]
    return Backlog(oldest_seconds=max([0.0, *ages]), dead=len(outbox.list_dead(limit=READ_AT_ONCE).items))


def revive() -> int:
    """Put the events that were given up back into the outbox; how many. One call an event."""
    revived = 0
    while events := outbox.list_dead(limit=READ_AT_ONCE).items:
        for event in events:
            outbox.revive(event)
        revived += len(events)
    return revived


def _send(batch: list[tuple[Event, dict[str, object]]], tally: Tally) -> None:
    refusals = bus.put([entry for _, entry in batch], seconds=bus.RELAY_SECONDS)
    # The bus answers in the order of the entries.
    for (event, _), refusal in zip(batch, refusals, strict=True):
        if refusal is None:
            outbox.note_sent(event)
            tally.sent += 1
            continue
        tally.refused += 1
        tally.dead += outbox.note_refused(event, reason=refusal)
        log.warning("the bus refused event %s: %s", event.id, refusal)


def _pages(shard: str) -> Iterator[list[Event]]:
    after: StartKey | None = None
    while True:
        page = outbox.list_unsent(shard, limit=READ_AT_ONCE, after=after)
        if page.items:
            yield list(page.items)
        if page.next is None or calls.seconds_left() < BATCH_SECONDS:
            return
        after = page.next

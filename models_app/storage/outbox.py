"""The outbox: events that are not published yet, in shards of a sparse index that an event leaves once it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from models_app.domain import clock
from models_app.domain.events import Event
from models_app.domain.pages import Page, StartKey
from models_app.storage import events, table
from models_app.storage.pages import Listing, read_page
from models_app.storage.table import EventItem
from models_app.storage.updates import update_if

# An event that the bus refused so often is not sent by waiting: somebody has to look at it.
MAX_ATTEMPTS = 20


def shards() -> list[str]:
    """The names of the shards."""
    return table.outbox_shards()


def list_unsent(shard: str, *, limit: int, after: StartKey | None) -> Page[Event]:
    """A shard's events, the oldest first. One call."""
    return events.page(read_page(Listing(partition=shard, index="gsi2"), limit=limit, after=after))


def list_dead(*, limit: int) -> Page[Event]:
    """Events that were given up. One call."""
    return events.page(read_page(Listing(partition=table.DEAD_EVENTS, index="gsi2"), limit=limit))


def note_sent(event: Event) -> None:
    """Take an event out of the outbox. One call; again, it does no harm."""
    gone = [EventItem.gsi2pk.remove(), EventItem.gsi2sk.remove(), EventItem.sent_at.set(clock.wire(clock.now()))]
    _note(event, gone, only_if=EventItem.pk.exists())


def note_refused(event: Event, *, reason: str) -> bool:
    """Count a refusal, and give the event up after the twentieth: then True. One call, or two.

    What somebody else has sent or given up in the meantime stays so.
    """
    waiting = EventItem.gsi2pk == table.outbox_shard(event.id)
    attempts = _note(event, [EventItem.attempts.add(1), EventItem.last_error.set(reason)], only_if=waiting)
    if attempts < MAX_ATTEMPTS:
        return False
    return _note(event, [EventItem.gsi2pk.set(table.DEAD_EVENTS)], only_if=waiting) > 0


def revive(event: Event) -> None:
    """Put an event that was given up back into the outbox, once its cause is mended; any other stays. One call."""
    back = [EventItem.gsi2pk.set(table.outbox_shard(event.id)), EventItem.attempts.remove()]
    _note(event, back, only_if=EventItem.gsi2pk == table.DEAD_EVENTS)


def _note(event: Event, actions: Sequence[Action], *, only_if: Condition) -> int:
    """How often the event was refused by now; 0 also when the condition did not hold."""
    raw = update_if(only_if, events.item(event), actions)
    return int(EventItem.from_raw_data(raw).attempts or 0) if raw else 0

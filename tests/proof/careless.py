"""Registries that go wrong on purpose. Only the proofs' controls run them.

Importing this module changes nothing (pytest does, looking for doctests); each function does, for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from models_app.domain.events import Event
from models_app.storage import transactions
from models_app.storage.table import RegistryItem
from models_app.storage.transactions import Write


def application() -> Callable[..., Any]:
    """A registry that writes without looking, as the WSGI application of a process that has none of the services yet.

    Every condition of every change holds: whoever registers, moves or deletes reads, decides and writes as ever, but
    nobody notices who came in between. The services take ``commit`` from its module, so it is replaced before them.
    """
    careful = transactions.commit

    def commit(writes: Sequence[Write], *, event: Event, also: Sequence[Event] = ()) -> None:
        always = RegistryItem.pk.exists() | RegistryItem.pk.does_not_exist()
        careful([replace(write, condition=always) for write in writes], event=event, also=also)

    transactions.commit = commit
    from registry_project.wsgi import application as careless

    return careless


def publish_before_committing() -> None:
    """A registry that tells of a change and then makes it, in a process that has none of the services yet."""
    from models_app.outbox.publisher import publish_now

    careful = transactions.commit

    def commit(writes: Sequence[Write], *, event: Event, also: Sequence[Event] = ()) -> None:
        publish_now(event)
        careful(writes, event=event, also=also)

    transactions.commit = commit


def commit_in_halves() -> None:
    """A registry that takes two transactions for many rows, in a process that has none of the services yet."""
    careful = transactions.commit

    def commit(writes: Sequence[Write], *, event: Event, also: Sequence[Event] = ()) -> None:
        middle = len(writes) // 2 if also else len(writes)
        careful(writes[:middle], event=event)
        if also:
            careful(writes[middle:], event=also[0], also=also[1:])

    transactions.commit = commit


def commit_piece_by_piece() -> None:
    """A registry that takes two transactions for one change, in a process that has none of the services yet."""
    careful = transactions.commit

    def commit(writes: Sequence[Write], *, event: Event, also: Sequence[Event] = ()) -> None:
        careful(writes[1:], event=event, also=also)
        if writes:
            transactions.carry_on(writes[:1], change=event.id)

    transactions.commit = commit


def note_before_sending() -> None:
    """A relay that takes events out of the outbox and then sends them."""
    from models_app.outbox import relay
    from models_app.storage import outbox

    careful = relay._send

    def send(batch: list[tuple[Event, dict[str, object]]], tally: relay.Tally) -> None:
        for event, _ in batch:
            outbox.note_sent(event)
        careful(batch, tally)

    relay._send = send


def settle_before_sending() -> None:
    """A delivery counts as done before it is sent."""
    from models_app.services import deliveries

    send = deliveries._send

    def careless(delivery: Any, webhook: Any) -> Any:
        deliveries.deliveries.settle(delivery, due_at=None, error=None)
        return send(delivery, webhook)

    deliveries._send = careless


def stumbles_over_foreign_letters() -> Callable[..., Any]:
    """A registry that fails, by our mistake, for the id of a model that is no Latin-1."""
    from models_app.domain.models import ModelId

    careful = ModelId.parse

    def parse(cls: Any, text: str, *, default_team: Any = None) -> ModelId:
        text.encode("latin-1")
        return careful(text, default_team=default_team)

    ModelId.parse = classmethod(parse)
    from registry_project.wsgi import application as careless

    return careless

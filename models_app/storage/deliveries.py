"""Deliveries as they are kept: one item each, in an index by the time of the next try until it arrived.

They are no change of the registry, so no event tells of them. Whoever sends one has claimed it: the claim is a
condition on the time that it was due, so that of two who try only one sends.
"""

from __future__ import annotations

from datetime import datetime

from models_app.domain import clock
from models_app.domain.deliveries import LEASE, Delivery
from models_app.domain.teams import TeamSlug
from models_app.storage import table
from models_app.storage.pages import Listing, read_page
from models_app.storage.table import DeliveryItem, RawItem, RegistryItem
from models_app.storage.updates import update_if


def open_new(delivery: Delivery) -> bool:
    """Keep a new delivery, claimed by the caller; False if there is one already. One call."""
    actions = [
        DeliveryItem.id.set(delivery.id),
        DeliveryItem.team.set(delivery.team),
        DeliveryItem.webhook.set(delivery.webhook),
        DeliveryItem.body.set(delivery.body),
        DeliveryItem.created_at.set(clock.wire(delivery.created_at)),
        DeliveryItem.tries.set(delivery.tries),
        DeliveryItem.expires_at.set(delivery.expires_at),
        DeliveryItem.gsi3pk.set(table.DUE_DELIVERIES),
        DeliveryItem.gsi3sk.set(_due(delivery)),
    ]
    return update_if(DeliveryItem.pk.does_not_exist(), _item(delivery), actions) is not None


def list_due(*, at: datetime, limit: int) -> list[Delivery]:
    """Deliveries to be tried, those that wait longest first. One call."""
    listing = Listing(partition=table.DUE_DELIVERIES, index="gsi3", within=RegistryItem.gsi3sk <= clock.wire(at))
    return [_delivery(raw) for raw in read_page(listing, limit=limit).items]


def claim(delivery: Delivery, *, at: datetime) -> Delivery | None:
    """Take a delivery for one try; None if somebody else has it, or has done it. One call."""
    actions = [DeliveryItem.gsi3sk.set(clock.wire(at + LEASE)), DeliveryItem.tries.add(1)]
    raw = update_if(DeliveryItem.gsi3sk == _due(delivery), _item(delivery), actions)
    return _delivery(raw) if raw else None


def settle(delivery: Delivery, *, due_at: datetime | None, error: str | None) -> bool:
    """Note what came of a claimed delivery: when it is due again, or that it is done with. One call.

    False if the claim has lapsed: what became of it is then for somebody else to say.
    """
    again = [DeliveryItem.gsi3sk.set(clock.wire(due_at))] if due_at else []
    done = [] if due_at else [DeliveryItem.gsi3pk.remove(), DeliveryItem.gsi3sk.remove()]
    said = [DeliveryItem.last_error.set(error) if error else DeliveryItem.last_error.remove()]
    return update_if(DeliveryItem.gsi3sk == _due(delivery), _item(delivery), [*again, *done, *said]) is not None


def _due(delivery: Delivery) -> str:
    return clock.wire(delivery.due_at) if delivery.due_at else ""


def _item(delivery: Delivery) -> DeliveryItem:
    return DeliveryItem(pk=table.delivery_partition(delivery.id), sk=table.DELIVERY)


def _delivery(raw: RawItem) -> Delivery:
    item = DeliveryItem.from_raw_data(raw)
    return Delivery(
        id=item.id,
        team=TeamSlug(item.team),
        webhook=item.webhook,
        body=item.body,
        created_at=clock.from_wire(item.created_at),
        tries=int(item.tries),
        due_at=clock.from_wire(item.gsi3sk) if item.gsi3sk else None,
    )

"""Webhooks as they are kept: a team's lie together, so that all that must hear of an event are one consistent query."""

from __future__ import annotations

import json
from datetime import datetime

from models_app.domain import clock
from models_app.domain.documents import canonical_json
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import TeamSlug
from models_app.domain.webhooks import MOST_WEBHOOKS, Occasion, Webhook, WebhookNotFound, WebhookStatus
from models_app.storage import table, teams
from models_app.storage.pages import Listing, read_item, read_page
from models_app.storage.table import RawItem, RegistryItem, WebhookItem
from models_app.storage.transactions import Refused, Verb, Write
from models_app.storage.updates import update_if


def get(team: TeamSlug, webhook_id: str) -> Webhook:
    """A team's webhook. One call.

    Raises:
        WebhookNotFound: the team has none of that id.
    """
    raw = read_item(table.team_webhooks(team), table.webhook_sort(webhook_id))
    if raw is None:
        raise WebhookNotFound(team=team, webhook=webhook_id)
    return _webhook(raw)


def list_of_team(team: TeamSlug, *, limit: int = MOST_WEBHOOKS, after: str | None = None) -> Page[Webhook]:
    """A team's webhooks, the newest first, from behind the one with the id ``after``. One call."""
    partition = table.team_webhooks(team)
    listing = Listing(partition=partition, within=RegistryItem.sk.startswith(table.WEBHOOKS), newest_first=True)
    place: StartKey | None = {"pk": partition, "sk": table.webhook_sort(after)} if after else None
    page = read_page(listing, limit=limit, after=place)
    return Page([_webhook(raw) for raw in page.items], page.next)


def creating(new: Webhook) -> list[Write]:
    """A new webhook of a team that exists and has room for it."""
    item = WebhookItem(
        pk=table.team_webhooks(new.team),
        sk=table.webhook_sort(new.id),
        rev=new.revision,
        id=new.id,
        team=new.team,
        name=new.name,
        url=new.url,
        occasions=canonical_json(list(new.occasions)),
        description=new.description,
        secret=new.secret,
        status=new.status.value,
        created_at=clock.wire(new.created_at),
        created_by=new.created_by,
        updated_at=clock.wire(new.updated_at),
    )
    put = Write(Verb.PUT, item, WebhookItem.pk.does_not_exist(), Refused)
    return [put, teams.counting_webhook(new.team, most=MOST_WEBHOOKS)]


def updating(changed: Webhook) -> Write:
    """What its owner may change, if it stands as the caller saw it. What came of deliveries is noted meanwhile."""
    actions = [
        WebhookItem.name.set(changed.name),
        WebhookItem.url.set(changed.url),
        WebhookItem.occasions.set(canonical_json(list(changed.occasions))),
        WebhookItem.description.set(changed.description),
        WebhookItem.secret.set(changed.secret),
        WebhookItem.status.set(changed.status.value),
        WebhookItem.updated_at.set(clock.wire(changed.updated_at)),
    ]
    if changed.last_error is None:
        actions.append(WebhookItem.last_error.remove())
    return Write(Verb.UPDATE, _item(changed), WebhookItem.rev == changed.revision - 1, Refused, actions)


def deleting(old: Webhook) -> list[Write]:
    """A webhook's end, if it stands as the caller saw it."""
    gone = Write(Verb.DELETE, _item(old), WebhookItem.rev == old.revision, Refused)
    return [gone, teams.discounting_webhook(old.team)]


def note_outcome(webhook: Webhook, error: str | None, *, at: datetime) -> None:
    """Write down what came of a delivery, if the webhook still stands. No change of the registry: one call."""
    told = WebhookItem.last_error.set(error) if error else WebhookItem.last_error.remove()
    actions = [WebhookItem.last_tried_at.set(clock.wire(at)), told]
    update_if(WebhookItem.url == webhook.url, _item(webhook), actions)


def _item(webhook: Webhook) -> WebhookItem:
    return WebhookItem(pk=table.team_webhooks(webhook.team), sk=table.webhook_sort(webhook.id))


def _webhook(raw: RawItem) -> Webhook:
    item = WebhookItem.from_raw_data(raw)
    return Webhook(
        id=item.id,
        team=TeamSlug(item.team),
        name=item.name,
        url=item.url,
        occasions=tuple(Occasion(each) for each in json.loads(item.occasions)),
        description=item.description,
        secret=item.secret,
        status=WebhookStatus(item.status),
        created_at=clock.from_wire(item.created_at),
        created_by=item.created_by,
        updated_at=clock.from_wire(item.updated_at),
        revision=int(item.rev),
        last_tried_at=clock.from_wire(item.last_tried_at) if item.last_tried_at else None,
        last_error=item.last_error,
    )

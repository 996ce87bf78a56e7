"""Events as they are kept: history of a model, a team or a user, and what a name meant at a time."""

from __future__ import annotations

import json
from datetime import datetime

from models_app.domain import clock
from models_app.domain.documents import canonical_json
from models_app.domain.events import Event, EventKind
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.pages import FILTERED_BATCH, Page, StartKey
from models_app.domain.teams import TeamSlug, Username
from models_app.storage import table
from models_app.storage.pages import Listing, read_item, read_page
from models_app.storage.table import EventItem, RawItem, RegistryItem


def item(event: Event) -> EventItem:
    """The item that ``commit`` adds to every transaction, with its place in the outbox until it is published."""
    subject = event.model and event.decides and table.decisions_about(event.model, event.decides)
    return EventItem(
        pk=_partition(event),
        sk=table.event_sort(event.id),
        rid=event.id,
        gsi1pk=event.team and table.team_events(event.team),
        gsi1sk=event.team and event.id,
        gsi2pk=table.outbox_shard(event.id),
        gsi2sk=event.id,
        gsi3pk=subject,
        gsi3sk=subject and event.id,
        name=event.kind.value,
        actor=event.actor,
        request_id=event.request_id,
        team=event.team,
        username=event.username,
        model=event.model and str(event.model),
        version=event.version,
        decides=event.decides,
        data=canonical_json(event.data),
    )


def list_of_model(model: ModelId, *, limit: int, after: StartKey | None) -> Page[Event]:
    """A model's history, newest first. One call."""
    return _list_in(table.model_partition(model), limit=limit, after=after)


def list_of_version(model: ModelId, label: VersionLabel, *, limit: int, after: StartKey | None) -> Page[Event]:
    """What happened to one version of a model, newest first. One call, or up to four."""
    listing = Listing(
        partition=table.model_partition(model),
        within=RegistryItem.sk.startswith(table.EVENTS),
        leaving=EventItem.version == label,
        newest_first=True,
        batch=FILTERED_BATCH,
    )
    return page(read_page(listing, limit=limit, after=after))


def list_of_team(team: TeamSlug, *, limit: int, after: StartKey | None) -> Page[Event]:
    """All that happened in a team, newest first. One call."""
    listing = Listing(partition=table.team_events(team), index="gsi1", newest_first=True)
    return page(read_page(listing, limit=limit, after=after))


def list_about_team(team: TeamSlug, *, limit: int, after: StartKey | None) -> Page[Event]:
    """What happened to a team, its members and its tokens, newest first; nothing of its models. One call."""
    return _list_in(table.team_partition(team), limit=limit, after=after)


def list_about_user(username: Username, *, limit: int, after: StartKey | None) -> Page[Event]:
    """What happened to an account, newest first. One call."""
    return _list_in(table.user_partition(username), limit=limit, after=after)


def list_about_platform(*, limit: int, after: StartKey | None) -> Page[Event]:
    """What happened to the platform's own tokens, newest first. One call."""
    return _list_in(table.PLATFORM, limit=limit, after=after)


def find_of_team(team: TeamSlug, event_id: str) -> Event | None:
    """One event of a team, or None. One call."""
    listing = Listing(partition=table.team_events(team), index="gsi1", within=RegistryItem.gsi1sk == event_id)
    found = read_page(listing, limit=1)
    return _event(found.items[0]) if found.items else None


def find_of_model(model: ModelId, event_id: str) -> Event | None:
    """One event of a model, strongly consistent, or None. One call."""
    raw = read_item(table.model_partition(model), table.event_sort(event_id))
    return _event(raw) if raw else None


def find_decision(model: ModelId, name: str, *, at: datetime) -> Event | None:
    """The last event up to a time that gave a name of the model its meaning, or None. One call."""
    listing = Listing(
        partition=table.decisions_about(model, name),
        index="gsi3",
        within=RegistryItem.gsi3sk <= clock.last_id_at(at),
        newest_first=True,
    )
    page = read_page(listing, limit=1)
    return _event(page.items[0]) if page.items else None


def _list_in(partition: str, *, limit: int, after: StartKey | None) -> Page[Event]:
    listing = Listing(partition=partition, within=RegistryItem.sk.startswith(table.EVENTS), newest_first=True)
    return page(read_page(listing, limit=limit, after=after))


def _partition(event: Event) -> str:
    if event.model is not None:
        return table.model_partition(event.model)
    if event.team is not None:
        return table.team_partition(event.team)
    if event.username is not None:
        return table.user_partition(event.username)
    return table.PLATFORM


def page(page: Page[RawItem]) -> Page[Event]:
    """Events from their raw items."""
    return Page([_event(raw) for raw in page.items], page.next)


def _event(raw: RawItem) -> Event:
    kept = EventItem.from_raw_data(raw)
    return Event(
        id=kept.id,
        kind=EventKind(kept.name),
        occurred_at=clock.instant_of(kept.id),
        actor=kept.actor,
        request_id=kept.request_id,
        team=TeamSlug(kept.team) if kept.team else None,
        username=Username(kept.username) if kept.username else None,
        model=ModelId.parse(kept.model) if kept.model else None,
        version=VersionLabel(kept.version) if kept.version else None,
        decides=kept.decides,
        data=json.loads(kept.data),
    )

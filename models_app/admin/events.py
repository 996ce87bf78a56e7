"""Events: what happened, to look at. Nobody adds, changes or deletes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.contrib.admin import display
from django.contrib.admin.utils import quote
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from models_app.admin.rows import (
    RegistryAdmin,
    RegistryRepository,
    TeamFilter,
    actor_of,
    entry_of,
    in_turn,
)
from models_app.domain import events as domain
from models_app.domain.documents import indented_json
from models_app.domain.errors import ModelNotFound, TeamNotFound
from models_app.domain.models import ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import TeamSlug
from models_app.nodb.queries import Row, Rows
from models_app.nodb.sites import Entry
from models_app.services import events


class Event(Row):
    """An event on a page."""

    key = models.CharField(max_length=100, primary_key=True)
    occurred_at = models.DateTimeField()
    kind = models.CharField("event", max_length=40)
    actor = models.CharField(max_length=200)
    team = models.CharField(max_length=63)
    model = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=64, blank=True)
    request_id = models.CharField("request", max_length=64, blank=True)
    data = models.JSONField()

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "event"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @classmethod
    def of(cls, event: domain.Event) -> Self:
        """The row of an event."""
        row = cls(
            key=key_of(event),
            occurred_at=event.occurred_at,
            kind=event.kind.value,
            actor=event.actor,
            team=event.team or "",
            model=str(event.model or ""),
            version=event.version or "",
            request_id=event.request_id,
            data=dict(event.data),
        )
        row._state.adding = False
        return row


def key_of(event: domain.Event) -> str:
    """What an event of a team is found by."""
    return f"{event.team}/{event.id}"


class EventRepository(RegistryRepository):
    """Events team by team, in each the newest first; or a model's."""

    filters = frozenset({"team", "model"})

    def get(self, key: str) -> Event | None:
        """An event. One call."""
        team, _, event_id = key.partition("/")
        found = events.find_event(actor=self.actor, team=TeamSlug.parse(team), event_id=event_id) if event_id else None
        return Event.of(found) if found is not None else None

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """Events of a model, of a team, or of one team after the other. One call a team."""
        if "model" in conditions:
            return self._of_model(conditions, limit=limit, after=after)

        def read(team: str, start: StartKey | None, limit: int) -> Page[Any]:
            try:
                page = events.history_of_team(actor=self.actor, team=TeamSlug(team), limit=limit, after=start)
            except TeamNotFound:  # a team without a single event: there is none of that name
                return Page([])
            return Page([Event.of(event) for event in page.items], page.next)

        return in_turn(self.teams(conditions), read, limit=limit, after=after)

    def _of_model(self, conditions: Mapping[str, str], *, limit: int, after: Any) -> Rows:
        try:
            model_id = ModelId.parse(conditions["model"])
            if conditions.get("team", model_id.team) != model_id.team:
                return Rows([])
            page = events.history_of_model(actor=self.actor, model_id=model_id, limit=limit, after=after)
        except ModelNotFound:
            return Rows([])
        return Rows([Event.of(event) for event in page.items], page.next)


def recent_entries(request: HttpRequest, teams: list[TeamSlug], *, limit: int) -> list[Entry]:
    """The newest events of some teams. One call a team."""
    found: list[domain.Event] = []
    for team in teams:
        found += events.history_of_team(actor=actor_of(request), team=team, limit=limit).items
    found.sort(key=lambda event: event.id, reverse=True)
    return [
        entry_of(event, url=reverse("admin:models_app_event_change", args=[quote(key_of(event))]))
        for event in found[:limit]
    ]


class EventAdmin(RegistryAdmin):
    """The events of all teams."""

    repository_class = EventRepository
    list_display = ("occurred_at", "kind", "actor", "team", "model", "version")
    list_filter = (TeamFilter,)
    fields = ("occurred_at", "kind", "actor", "team", "model", "version", "request_id", "facts")
    readonly_fields = ("facts",)

    @display(description="facts")
    def facts(self, row: Event) -> str:
        """The event's data, as JSON."""
        return format_html("<pre>{}</pre>", indented_json(row.data))

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """The event itself: it never changes."""
        found = events.find_event(actor=actor_of(request), team=TeamSlug(row.team), event_id=row.key.partition("/")[2])
        return Rows([entry_of(found)] if found is not None else [])

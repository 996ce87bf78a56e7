"""What all nouns of the admin have in common: who asks, for which teams, what they may, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest

from models_app.domain.actors import Actor
from models_app.domain.documents import canonical_json
from models_app.domain.errors import InvalidFields, NotFound
from models_app.domain.events import Event
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, permits
from models_app.domain.teams import TeamSlug
from models_app.nodb.queries import Rows
from models_app.nodb.sites import Entry, RowAdmin
from models_app.services import teams

# A list over several teams asks one team after the other; beyond this many in one request the cursor goes on.
MAX_TEAMS_A_PAGE = 10
MAX_TEAMS = 500
MAX_TEAMS_TO_CHOOSE_FROM = 50
MAX_DETAIL_CHARACTERS = 300
HISTORY_PAGE = 50

# Stands for the platform where a team is named: no team can be called that, and it sorts before all of them.
PLATFORM = "-"


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; also for the request's line in the log."""
    actor: Actor = request.user.actor(request_id=getattr(request, "request_id", ""))  # type: ignore[union-attr]
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def teams_of(request: HttpRequest) -> list[TeamSlug]:
    """The teams that the one who asks may see, by slug. One call a request."""
    found: list[TeamSlug] | None = getattr(request, "teams_of_actor", None)
    if found is None:
        page = teams.list_teams(actor=actor_of(request), limit=MAX_TEAMS)
        found = [team.slug for team in page.items]
        request.teams_of_actor = found  # type: ignore[attr-defined]
    return found


def team_choices(request: HttpRequest, permission: Permission) -> list[tuple[str, str]]:
    """The teams in which the one who asks may do something, for a form."""
    actor = actor_of(request)
    return [(slug, slug) for slug in teams_of(request) if permits(actor, permission, team=slug)]


class TeamFilter(SimpleListFilter):
    """Narrow a list to a team. Where there are very many, a few are offered; ``?team=`` takes any."""

    title = "team"
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The teams of whoever asks."""
        return [(slug, slug) for slug in teams_of(request)[:MAX_TEAMS_TO_CHOOSE_FROM]]

    def has_output(self) -> bool:
        """Also where nothing can be chosen: the parameter is this filter's."""
        return True

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the team."""
        return queryset.filter(team=self.value()) if self.value() else queryset


def choice_filter(name: str, title: str, values: Sequence[str]) -> type[SimpleListFilter]:
    """A filter for a closed set of values."""

    class ChoiceFilter(SimpleListFilter):
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, value) for value in values]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    ChoiceFilter.title = title
    return ChoiceFilter


class RegistryRepository:
    """Rows of the registry on behalf of whoever makes a request. What is not theirs is not there."""

    filters: frozenset[str] = frozenset({"team"})

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor = actor_of(request)

    def find(self, key: str) -> Any | None:
        """The row with this key, or None where there is none to see."""
        try:
            return self.get(key)
        except (NotFound, InvalidFields):
            return None

    def get(self, key: str) -> Any:
        """The row with this key. Raises what the service raises."""
        raise NotImplementedError

    def page(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """A page of rows; one that no row can meet is empty."""
        try:
            return self.read(conditions, prefix=prefix, limit=limit, after=after)
        except InvalidFields:
            return Rows([])

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """The same. Raises what the service raises."""
        raise NotImplementedError

    def teams(self, conditions: Mapping[str, str]) -> list[str]:
        """The team that is asked for, or all that the actor may see."""
        named = conditions.get("team")
        return [TeamSlug.parse(named)] if named else list(teams_of(self.request))


def in_turn(
    asked: Sequence[str], read: Callable[[str, StartKey | None, int], Page[Any]], *, limit: int, after: Any
) -> Rows:
    """Rows of several teams, one team after the other: one read a team, and at most ten of them a page."""
    first, position = after or (None, None)
    left = sorted(team for team in asked if first is None or team >= first)
    found: list[Any] = []
    for team in left[:MAX_TEAMS_A_PAGE]:
        if len(found) == limit:
            return Rows(found, [team, None])
        page = read(team, position if team == first else None, limit - len(found))
        found += page.items
        if page.next is not None:
            return Rows(found, [team, page.next])
    following = left[MAX_TEAMS_A_PAGE:]
    return Rows(found, [following[0], None] if following else None)


class Platform(Enum):
    """What takes a platform administrator, rather than a role in a team."""

    ADMINISTRATOR = "administrator"


Need = Permission | Platform | None


class RegistryAdmin(RowAdmin):
    """A noun of the registry.

    The four needs say whom the pages are offered to; None is nobody. They only spare people forms that would be
    refused: the services decide.
    """

    repository_class: ClassVar[type[RegistryRepository]]
    viewing: ClassVar[Need] = Permission.READ
    adding: ClassVar[Need] = None
    changing: ClassVar[Need] = None
    deleting: ClassVar[Need] = None
    empty_value_display = "-"

    def repository(self, request: HttpRequest) -> RegistryRepository:
        """On behalf of whoever asks."""
        return self.repository_class(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the index shows it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return may(request, self.viewing, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether one may be made."""
        return may(request, self.adding, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be changed."""
        return may(request, self.changing, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be deleted."""
        return may(request, self.deleting, obj)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """What actions on teams, members and tokens take."""
        return may(request, Permission.MANAGE_TEAM, None)

    def has_deploy_permission(self, request: HttpRequest) -> bool:
        """What actions on deployments take."""
        return may(request, Permission.DEPLOY, None)

    def has_platform_permission(self, request: HttpRequest) -> bool:
        """What actions on accounts take."""
        return may(request, Platform.ADMINISTRATOR, None)


def may(request: HttpRequest, need: Need, row: Any) -> bool:
    """Whether whoever asks may do that to a row; without a row, to some of them."""
    if need is None or not request.user.is_authenticated:  # the sign-in page, too, asks what to show
        return False
    actor = actor_of(request)
    if need is Platform.ADMINISTRATOR or getattr(row, "team", None) == PLATFORM:
        return actor.is_platform_admin
    return permits(actor, need, team=TeamSlug(row.team) if row is not None else None)


def entry_of(event: Event, *, url: str = "") -> Entry:
    """An event as a line of a history."""
    place = (
        f"{event.model}/{event.version}" if event.version else str(event.model or event.team or event.username or "")
    )
    return Entry(
        at=event.occurred_at, who=event.actor, what=event.kind.value, about=place, url=url, details=_details(event.data)
    )


def entries(page: Page[Event], *, only: Callable[[Event], bool] = lambda _: True) -> Rows:
    """A page of events as a page of a history."""
    return Rows([entry_of(event) for event in page.items if only(event)], page.next)


def _details(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = []
    for name, value in data.items():
        if name == "changes":
            told += [(each, f"{_short(change['from'])} → {_short(change['to'])}") for each, change in value.items()]
        elif value not in (None, "", {}, []):
            told.append((name, _short(value)))
    return told


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else canonical_json(value)
    return text if len(text) <= MAX_DETAIL_CHARACTERS else f"{text[:MAX_DETAIL_CHARACTERS]}…"

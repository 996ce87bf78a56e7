"""Finding models, and what a model says of itself."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.errors import InvalidFields, ModelNotFound, TeamNotFound
from models_app.domain.events import Event, EventKind, told, told_changes
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelFilter, ModelId, RegisteredModel
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion
from models_app.services.idempotency import Once, keeping
from models_app.services.preconditions import Expected, expect
from models_app.storage import models, teams, version_lists, versions
from models_app.storage.relocations import until_settled
from models_app.storage.transactions import commit

# A list over several teams asks one team after the other; beyond this many in one request the cursor goes on.
MAX_TEAMS_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list over several teams goes on: behind ``after`` in each team named.

    By last change, teams not named are done with. By id, one team is named, and those behind it are still to come.
    """

    after: Mapping[TeamSlug, StartKey | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundModels:
    """A page of models. ``next`` is None at the end."""

    models: Sequence[RegisteredModel]
    next: Place | None


def find_models(
    *,
    actor: Actor,
    team: TeamSlug | None = None,
    narrowed: ModelFilter,
    by_update: bool = False,
    limit: int,
    place: Place | None = None,
) -> FoundModels:
    """The models of a team, or of all of the actor's, by id or by last change. One call a team; see ``list_of_team``.

    One more for a platform administrator, whose teams are all there are: those come by their slugs.

    Raises:
        TeamNotFound: there is no such team that the actor may see.
        InvalidFields: by last change over more teams than can be merged.
    """
    if not by_update:
        [(start, position)] = place.after.items() if place else [(None, None)]
        asked = _teams(actor, team, start=start)
        return _one_after_the_other(asked, start, position, narrowed=narrowed, limit=limit)
    after = place.after if place else dict.fromkeys(_teams(actor, team))
    if len(after) > MAX_TEAMS_A_PAGE:
        detail = f"Name a team with teamId: more than {MAX_TEAMS_A_PAGE} teams cannot be put in the order of updatedAt."
        raise InvalidFields.one("ordering", "too-many-teams", detail)
    return _merged(after, narrowed=narrowed, limit=limit)


def list_models(
    *,
    actor: Actor,
    team: TeamSlug,
    narrowed: ModelFilter,
    by_update: bool = False,
    descending: bool = False,
    limit: int,
    after: ModelId | None = None,
    after_update: datetime | None = None,
) -> tuple[Sequence[RegisteredModel], bool]:
    """A team's models in any of four orders, behind a name (and time), and whether there are more. One call.

    Raises:
        TeamNotFound: there is no such team that the actor may see.
    """
    authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
    start = models.position_of(after, updated_at=after_update) if after else None
    page = models.list_of_team(
        team, by_update=by_update, descending=descending, narrowed=narrowed, limit=limit, after=start
    )
    return page.items, page.next is not None


def create_model(
    *,
    actor: Actor,
    model_id: ModelId,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    once: Once[RegisteredModel] | None = None,
) -> RegisteredModel:
    """A model without versions. One call; one more for administrators and single sign-on, whose team may not exist.

    Raises:
        KeyReused, AnsweredBefore: the key belongs to another request, or the same one was made before.
        PermissionDenied, TeamNotFound: the actor is no contributor of the team.
        ModelTaken: there is a model of that name.
    """
    authorize(actor, Permission.REGISTER, team=model_id.team, hidden_as=TeamNotFound(team=model_id.team))
    if actor.may_miss_a_team:
        teams.get(model_id.team)
    now = clock.now()
    new = RegisteredModel(
        id=model_id,
        description=description,
        tags=tags or {},
        created_at=now,
        created_by=actor.name,
        updated_at=now,
        revision=1,
    )
    data = {"description": told(new.description), "tags": told(dict(new.tags))}
    # Told before the name is: whoever made this very model before hears of success.
    kept = keeping(once, new, at=now)

    def attempt() -> RegisteredModel:
        event = Event.record(EventKind.MODEL_CREATED, by=actor, model=model_id, data=data)
        commit([*kept, models.founding(new)], event=event)
        return new

    return until_settled(attempt)


def get_model(
    *, actor: Actor, model_id: ModelId, limit: int, after: StartKey | None = None
) -> tuple[RegisteredModel | None, Page[ModelVersion]]:
    """A model and its versions, the highest first; with ``after``, a further page of versions alone. One call.

    Raises:
        ModelNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    return versions.list_of_model(model_id, limit=limit, after=after)


def list_versions(
    *,
    actor: Actor,
    model_id: ModelId,
    limit: int,
    below: VersionLabel | None = None,
) -> tuple[Sequence[ModelVersion], VersionLabel | None]:
    """A model's versions below a label, or from the highest on, and below which label it goes on; None at the end.

    One call, or up to four where versions are deleted or large.

    Raises:
        ModelNotFound: there is no such model that the actor may see; below a label, nobody looks.
    """
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    after = versions.position(model_id, below) if below is not None else None
    _, page = versions.list_of_model(model_id, limit=limit, after=after)
    return page.items, versions.label_at(page.next) if page.next else None


def list_tagged_versions(
    *, actor: Actor, model_id: ModelId, tags: Sequence[tuple[str, str]], limit: int, below: VersionLabel
) -> tuple[Sequence[ModelVersion], VersionLabel | None]:
    """The same of versions with one of some tags. Up to four calls, each of which looks at a megabyte of versions.

    Raises:
        ModelNotFound: the actor may not see it; otherwise, nobody looks whether it is there.
    """
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    after = versions.position(model_id, below)
    page = version_lists.list_with_tags(model_id, tags=tags, limit=limit, after=after)
    return page.items, versions.label_at(page.next) if page.next else None


def describe_model(
    *,
    actor: Actor,
    model_id: ModelId,
    change: Callable[[RegisteredModel], RegisteredModel],
    expected: Expected = None,
) -> RegisteredModel:
    """Change a model's own description and tags; all else of what ``change`` gives is left aside. Two calls.

    Raises:
        PermissionDenied, ModelNotFound: the actor is no contributor, or there is no such model.
        RevisionMismatch: the model is at none of the expected etags.
    """
    authorize(actor, Permission.UPDATE, team=model_id.team, hidden_as=ModelNotFound(model=model_id))

    def attempt() -> RegisteredModel:
        old = models.get(model_id)
        expect(old.etag, among=expected, what=f"model {model_id}")
        wanted = change(old)
        new = replace(
            old,
            description=wanted.description,
            tags=wanted.tags,
            updated_at=clock.now(),
            revision=old.revision + 1,
        )
        pairs = {"description": (old.description, new.description), "tags": (dict(old.tags), dict(new.tags))}
        changes = {name: (was, now) for name, (was, now) in pairs.items() if was != now}
        if not changes:
            return old
        event = Event.record(EventKind.MODEL_UPDATED, by=actor, model=model_id, data=told_changes(changes))
        commit([models.describing(new)], event=event)
        return new

    return until_settled(attempt)


def _teams(actor: Actor, team: TeamSlug | None, *, start: TeamSlug | None = None) -> list[TeamSlug]:
    """The teams to ask in their order, from ``start`` on: enough to know whether one page can ask them all."""
    if team is not None:
        authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
        return [team]
    if actor.is_platform_admin:
        return teams.list_slugs(start=start, limit=MAX_TEAMS_A_PAGE + 1)
    return sorted((each for each in actor.roles if start is None or _in_ids(each) >= _in_ids(start)), key=_in_ids)


def _in_ids(team: TeamSlug) -> str:
    """Teams in the order of their models' ids: ``pay-ops.x`` stands before ``pay.x``."""
    return f"{team}."


def _one_after_the_other(
    asked: Sequence[TeamSlug],
    start: TeamSlug | None,
    position: StartKey | None,
    *,
    narrowed: ModelFilter,
    limit: int,
) -> FoundModels:
    """Models by name, whole teams one behind the other, from a position in the first of them on.

    The place is that of one team: a cursor that named all teams still to come would be longer than a URL may be.
    """
    found: list[RegisteredModel] = []
    for team in asked[:MAX_TEAMS_A_PAGE]:
        if len(found) == limit:
            return FoundModels(found, Place({team: None}))
        page = models.list_of_team(
            team,
            by_update=False,
            narrowed=narrowed,
            limit=limit - len(found),
            after=position if team == start else None,
        )
        found += page.items
        if page.next is not None:
            return FoundModels(found, Place({team: page.next}))
    following = asked[MAX_TEAMS_A_PAGE:]
    return FoundModels(found, Place({following[0]: None}) if following else None)


def _merged(after: Mapping[TeamSlug, StartKey | None], *, narrowed: ModelFilter, limit: int) -> FoundModels:
    """Models of all teams by their last change, the newest first: the top of each team, merged."""
    pages = {
        team: models.list_of_team(team, by_update=True, narrowed=narrowed, limit=limit, after=start)
        for team, start in after.items()
    }
    # Below the end of a page that stopped early, that team may have models which nobody has looked at yet.
    horizon = max(map(models.looked_down_to, pages.values()), default="")
    merged = heapq.merge(*(page.items for page in pages.values()), key=lambda model: model.updated_at, reverse=True)
    found = list(islice(_down_to(horizon, merged), limit))
    rest: dict[TeamSlug, StartKey | None] = {}
    for team, page in pages.items():
        taken = [model for model in found if model.id.team == team]
        if len(taken) < len(page.items):
            rest[team] = models.position(taken[-1], by_update=True) if taken else after[team]
        elif page.next is not None:
            rest[team] = page.next
    return FoundModels(found, Place(rest) if rest else None)


def _down_to(horizon: str, models_by_update: Iterator[RegisteredModel]) -> Iterator[RegisteredModel]:
    return (model for model in models_by_update if clock.wire(model.updated_at) >= horizon)

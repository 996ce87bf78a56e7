"""Reading history: what was changed, when, by whom, in which request."""

from __future__ import annotations

from models_app.domain.actors import Actor
from models_app.domain.errors import ModelNotFound, TeamNotFound
from models_app.domain.events import Event
from models_app.domain.models import ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize, authorize_platform
from models_app.domain.teams import TeamSlug, Username
from models_app.domain.versions import VersionReference
from models_app.storage import events


def history_of_model(*, actor: Actor, model_id: ModelId, limit: int, after: StartKey | None = None) -> Page[Event]:
    """What happened to a model, the newest first. One call.

    Raises:
        ModelNotFound: there is none that the actor may see. A model that exists has at least one event.
    """
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    page = events.list_of_model(model_id, limit=limit, after=after)
    if not page.items and after is None:
        raise ModelNotFound(model=model_id)
    return page


def history_of_version(
    *, actor: Actor, reference: VersionReference, limit: int, after: StartKey | None = None
) -> Page[Event]:
    """What happened to one version, named by its label, the newest first. One call, or up to four.

    Raises:
        VersionNotFound: it is none that the actor may see, or not named by its label.
    """
    authorize(actor, Permission.READ, team=reference.model.team, hidden_as=reference.missing)
    if reference.label is None:
        raise reference.missing
    return events.list_of_version(reference.model, reference.label, limit=limit, after=after)


def history_of_team(*, actor: Actor, team: TeamSlug, limit: int, after: StartKey | None = None) -> Page[Event]:
    """What happened in a team, the newest first. One call.

    Raises:
        TeamNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
    page = events.list_of_team(team, limit=limit, after=after)
    if not page.items and after is None:
        raise TeamNotFound(team=team)
    return page


def changes_of_team(*, actor: Actor, team: TeamSlug, limit: int, after: StartKey | None = None) -> Page[Event]:
    """What happened to a team itself, its members and its tokens, the newest first; nothing of its models. One call.

    Raises:
        TeamNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
    return events.list_about_team(team, limit=limit, after=after)


def changes_of_user(*, actor: Actor, username: Username, limit: int, after: StartKey | None = None) -> Page[Event]:
    """What happened to an account, the newest first. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
    """
    authorize_platform(actor, "Reading accounts")
    return events.list_about_user(username, limit=limit, after=after)


def changes_of_platform(*, actor: Actor, limit: int, after: StartKey | None = None) -> Page[Event]:
    """What happened to the platform's own tokens, the newest first. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
    """
    authorize_platform(actor, "Managing the platform's tokens")
    return events.list_about_platform(limit=limit, after=after)


def find_event(*, actor: Actor, team: TeamSlug, event_id: str) -> Event | None:
    """One event of a team, or None. One call.

    Raises:
        TeamNotFound: there is no such team that the actor may see.
    """
    authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
    return events.find_of_team(team, event_id)

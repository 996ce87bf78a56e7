"""Reading history: what was changed, when, by whom, in which request."""

from __future__ import annotations

from models_app.domain.actors import Actor
from models_app.domain.errors import ModelNotFound, TeamNotFound
from models_app.domain.events import Event
from models_app.domain.models import ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize
from models_app.domain.teams import TeamSlug
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

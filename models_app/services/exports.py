"""Everything that is kept of models, one after the other, for who moves or keeps it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from models_app.domain.actors import Actor
from models_app.domain.aliases import Alias
from models_app.domain.models import ModelFilter, RegisteredModel
from models_app.domain.permissions import authorize_platform
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion
from models_app.storage import exports, models, teams
from models_app.storage.pages import every, walk

PAGE = 100
Exported = tuple[RegisteredModel, Sequence[Alias], Iterator[ModelVersion]]


def export_models(*, actor: Actor, team: TeamSlug) -> Iterator[Exported]:
    """A team's models by name, each with its aliases by name and its versions from the lowest on, deleted ones too.

    Each model as it stands when it comes up. Two calls for every hundred models; for each model one for its aliases,
    if it has any, and one for every hundred versions.

    Raises:
        PermissionDenied: the actor is no platform administrator.
        TeamNotFound: there is no such team.
    """
    authorize_platform(actor, "Exporting")
    teams.get(team)
    return _models(team)


def list_teams(*, actor: Actor) -> list[TeamSlug]:
    """Every team by its slug. One call for every hundred.

    Raises:
        PermissionDenied: the actor is no platform administrator.
    """
    authorize_platform(actor, "Exporting")
    return [team.slug for team in every(partial(teams.list_all, limit=PAGE))]


def _models(team: TeamSlug) -> Iterator[Exported]:
    for page in walk(partial(models.list_of_team, team, by_update=False, narrowed=ModelFilter(), limit=PAGE)):
        for model in exports.get_models([each.id for each in page.items]):
            # Aliases first: what they point to is there when the versions are read.
            aliases = exports.aliases_of(model.id) if model.aliases else []
            yield model, aliases, exports.versions_of(model.id)

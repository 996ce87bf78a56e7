"""What runs where in a team, its deployments, and one deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models_app.domain.deployments import DeploymentStatus
from models_app.domain.frameworks import Target
from models_app.domain.models import ModelFilter
from models_app.domain.permissions import Permission
from models_app.services import models
from models_app.web.pages.links import Offer, offered
from models_app.web.pages.page import View, first_page
from models_app.web.pages.places import Place, places_of
from models_app.web.pages.values import rows_of

MODELS_ON_BOARD = 200

Board = tuple[list[str], list[tuple[str, list[list[Place]]]]]


def of_list(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of deployments; above the first one the board, for one call more."""
    query = view.request.query_params
    first = first_page(view)
    team = view.own_team
    context: dict[str, object] = {
        "deployments": answer["results"],
        "next": answer["next"],
        "first": first,
        "team": team,
        "query": query,
        "targets": list(Target),
        "is_filtered": bool({"environment", "deploymentTarget"} & set(query)),
    }
    if first is not None or team is None:
        return context
    found = models.find_models(
        actor=view.actor, team=team, narrowed=ModelFilter(), by_update=True, limit=MODELS_ON_BOARD
    )
    environments, rows = board_of([_placed(model) for model in found.models])
    return context | {"environments": environments, "board": rows, "is_whole_board": found.next is None}


def of_version(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of one version's deployments."""
    names = {name: view.kwargs[name] for name in ("model_id", "version")}
    return names | {"deployments": answer["results"], "next": answer["next"], "first": first_page(view)}


def of_deployment(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A deployment with its timeline, and what may still be done about it."""
    is_under_way = DeploymentStatus(answer["status"]).is_in_flight
    return {
        "deployment": answer,
        "parameters": rows_of(answer["parameters"]),
        "is_under_way": is_under_way,
        "actions": offered(view.actor, team=answer["teamId"], offers=_offers(answer)) if is_under_way else [],
    }


def board_of(models_: list[Mapping[str, Any]]) -> Board:
    """Environments, and for each model in order of its id what it has in each of them."""
    places = {model["modelId"]: places_of(model) for model in models_}
    environments = sorted({each.environment for found in places.values() for each in found})
    rows = [
        (model, [[each for each in found if each.environment == environment] for environment in environments])
        for model, found in sorted(places.items())
        if found
    ]
    return environments, rows


def _placed(model: Any) -> dict[str, Any]:
    return {"modelId": str(model.id), "placements": model.placements}


def _offers(deployment: dict[str, Any]) -> list[Offer]:
    names = {"deployment_id": deployment["deploymentId"]}
    return [
        Offer(label="Report status", route="report-form", takes=Permission.DEPLOY, names=names),
        Offer(label="Cancel", route="cancel-form", takes=Permission.DEPLOY, names=names),
    ]

"""One version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from models_app.domain.deployments import DeploymentFilter
from models_app.domain.errors import InvalidFields, ModelNotFound
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.permissions import Permission
from models_app.domain.versions import VersionReference
from models_app.services import deployments, events
from models_app.web.pages.feed import entries_of
from models_app.web.pages.links import Link, Offer, offered
from models_app.web.pages.page import View, first_page
from models_app.web.pages.values import MAX_ROWS, columns_of, number, rows_of, text_of

RECENT_EVENTS = 20
RECENT_DEPLOYMENTS = 10
MAX_VERSIONS_COMPARED = 5


def of_list(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of a model's versions."""
    return {
        "model_id": view.kwargs["model_id"],
        "versions": answer["results"],
        "most": MAX_VERSIONS_COMPARED,
        "next": answer["next"],
        "first": first_page(view),
    }


def of_version(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A version, its deployments and its history. Two calls more; each up to four where others come between."""
    from models_app.api.deployment_bodies import DeploymentRepresentation
    from models_app.api.events import EventRepresentation

    model_id = ModelId.parse(answer["modelId"])
    reference = VersionReference(model_id, label=VersionLabel(answer["version"]))
    deployed = deployments.list_of_version(
        actor=view.actor, reference=reference, narrowed=DeploymentFilter(), limit=RECENT_DEPLOYMENTS, after=None
    )
    history = events.history_of_version(actor=view.actor, reference=reference, limit=RECENT_EVENTS)
    parameters = rows_of(answer["metadata"])
    told = [EventRepresentation().to_representation(each) for each in history.items]
    return {
        "version": answer,
        "metrics": [(name, number(value)) for name, value in sorted(answer["metrics"].items())],
        "parameters": parameters,
        "are_parameters_cut": len(parameters) == MAX_ROWS,
        "signature": columns_of(answer["signature"]),
        "lineage": lineage_of(answer["lineage"]),
        "deployments": [DeploymentRepresentation().to_representation(each) for each in deployed.items],
        "more_deployments": deployed.next is not None,
        "feed": entries_of(told, actor=view.actor),
        "more_events": history.next is not None,
        "actions": offered(view.actor, team=answer["teamId"], offers=_offers(answer)),
    }


def lineage_of(lineage: Mapping[str, Any] | None) -> list[tuple[str, list[Link]]]:
    """What a version comes from; parents that are written as versions of this registry lead there."""
    found = []
    for name, value in (lineage or {}).items():
        parts = value if isinstance(value, list) else [value]
        found.append((name, [_origin(each) for each in parts if each not in ("", None)]))
    return [(name, links) for name, links in found if links]


def _origin(told: Any) -> Link:
    """``{"modelId", "version"}`` or ``team.name/1.2.0`` as a link; anything else as a text that leads nowhere."""
    if isinstance(told, Mapping) and isinstance(told.get("modelId"), str) and isinstance(told.get("version"), str):
        label, model, version = f"{told['modelId']} {told['version']}", told["modelId"], told["version"]
    elif isinstance(told, str):
        label, (model, _, version) = told, told.rpartition("/")
    else:
        return Link(text_of(told), "")
    try:
        names = {"model_id": str(ModelId.parse(model)), "version": str(VersionLabel.parse(version))}
    except (ModelNotFound, InvalidFields):
        return Link(text_of(told), "")
    return Link(label, reverse("version", kwargs=names))


def _offers(version: dict[str, Any]) -> list[Offer]:
    model = {"model_id": version["modelId"]}
    names = model | {"version": version["version"]}
    query = {"version": version["version"]}
    return [
        Offer(label="Deploy", route="deploy-form", takes=Permission.DEPLOY, names=names),
        Offer(label="Edit", route="version-form", takes=Permission.UPDATE, names=names),
        Offer(label="Set alias", route="alias-form", takes=Permission.MOVE_ALIAS, names=model, query=query),
        Offer(label="Delete", route="deregister-form", takes=Permission.DELETE, names=names),
    ]

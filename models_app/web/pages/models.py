"""The list of models, and one model."""

from __future__ import annotations

from typing import Any

from models_app.domain.frameworks import Framework, Target
from models_app.domain.models import ModelId
from models_app.domain.permissions import Permission, permits
from models_app.domain.versions import VersionStatus
from models_app.services import events
from models_app.web.charts import Series, metric_chart
from models_app.web.pages.feed import entries_of
from models_app.web.pages.links import Offer, offered, offered_one
from models_app.web.pages.page import View, first_page
from models_app.web.pages.places import places_of
from models_app.web.pages.values import NONE, number
from models_app.web.pages.versions import MAX_VERSIONS_COMPARED

RECENT_EVENTS = 10
MAX_CHARTS = 12


def of_list(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of models, with the filters that were used."""
    query = view.request.query_params
    actor = view.actor
    may_register = actor.is_platform_admin or any(
        permits(actor, Permission.REGISTER, team=team) for team in actor.roles
    )
    return {
        "models": answer["results"],
        "next": answer["next"],
        "first": first_page(view),
        "query": query,
        "tags": [*query.getlist("tag"), ""],
        "frameworks": list(Framework),
        "targets": list(Target),
        "statuses": list(VersionStatus),
        "is_filtered": bool(set(query) - {"limit", "cursor", "teamId", "ordering"}),
        "may_register": may_register,
        "host": f"{view.request.scheme}://{view.request.get_host()}",
    }


def of_model(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A model with its newest versions, their metrics as charts, and what happened last. One call more."""
    actor, team = view.actor, answer["teamId"]
    model_id = ModelId.parse(answer["modelId"])
    recent = events.history_of_model(actor=actor, model_id=model_id, limit=RECENT_EVENTS)
    versions = answer["versions"]["results"]
    series = metrics_of(versions)
    return {
        "model": answer,
        "versions": versions,
        "next": answer["versions"]["next"],
        "most": MAX_VERSIONS_COMPARED,
        "aliases": [(name, label, _removing(view, answer, name)) for name, label in sorted(answer["aliases"].items())],
        "places": places_of(answer, actor=actor),
        "charts": [metric_chart(each, key=f"metric-{at}") for at, each in enumerate(series[:MAX_CHARTS])],
        "hidden_charts": len(series[MAX_CHARTS:]),
        "metric_names": [each.name for each in series],
        "metric_rows": _metric_rows(versions, [each.name for each in series]),
        "feed": entries_of(_told(recent.items), actor=actor),
        "actions": offered(actor, team=team, offers=_offers(answer)),
    }


def metrics_of(versions: list[dict[str, Any]]) -> list[Series]:
    """Each metric over the versions, the lowest version first."""
    ascending = list(reversed(versions))
    names = sorted({name for version in versions for name in version["metrics"]})
    return [
        Series(name, [(each["version"], each["metrics"][name]) for each in ascending if name in each["metrics"]])
        for name in names
    ]


def _metric_rows(versions: list[dict[str, Any]], names: list[str]) -> list[tuple[str, list[str]]]:
    return [
        (each["version"], [number(each["metrics"][name]) if name in each["metrics"] else NONE for name in names])
        for each in versions
        if each["metrics"]
    ]


def _told(found: Any) -> list[dict[str, Any]]:
    from models_app.api.events import EventRepresentation

    represent = EventRepresentation().to_representation
    return [represent(event) for event in found]


def _offers(model: dict[str, Any]) -> list[Offer]:
    names = {"model_id": model["modelId"]}
    query = {"teamId": model["teamId"], "modelName": model["modelName"]}
    return [
        Offer(label="Register next version", route="register-form", takes=Permission.REGISTER, query=query),
        Offer(label="Edit description", route="model-form", takes=Permission.UPDATE, names=names),
        Offer(label="Set alias", route="alias-form", takes=Permission.MOVE_ALIAS, names=names),
        Offer(label="Rename", route="rename-form", takes=Permission.RENAME, names=names),
        Offer(label="Delete", route="delete-form", takes=Permission.DELETE, names=names),
    ]


def _removing(view: View, model: dict[str, Any], alias: str) -> object:
    names = {"model_id": model["modelId"], "alias": alias}
    offer = Offer(label="Remove", route="alias-remove-form", takes=Permission.MOVE_ALIAS, names=names)
    return offered_one(view.actor, team=model["teamId"], offer=offer)

"""What a model has in each environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models_app.domain.actors import Actor
from models_app.domain.permissions import Permission
from models_app.web.pages.links import Link, Offer, offered_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An environment on a target, as ``placements`` tells it."""

    environment: str
    target: str
    current: Mapping[str, Any] | None
    previous: Mapping[str, Any] | None
    in_flight: str | None
    roll_back: Link | None = None


def places_of(model: Mapping[str, Any], *, actor: Actor | None = None) -> list[Place]:
    """The places of a model in order; with the way back where the actor may take it."""
    found = []
    for slot, told in sorted(model["placements"].items()):
        environment, _, target = slot.partition("/")
        place = Place(
            environment=environment,
            target=target,
            current=told["current"],
            previous=told["previous"],
            in_flight=told["inFlight"],
            roll_back=_way_back(model, environment, target, told, actor),
        )
        found.append(place)
    return found


def _way_back(
    model: Mapping[str, Any], environment: str, target: str, told: Mapping[str, Any], actor: Actor | None
) -> Link | None:
    if actor is None or not told["previous"] or told["inFlight"]:
        return None
    offer = Offer(
        label="Roll back",
        route="rollback-form",
        takes=Permission.DEPLOY,
        names={"model_id": model["modelId"]},
        query={"environment": environment, "deploymentTarget": target},
    )
    return offered_one(actor, team=model["teamId"], offer=offer)

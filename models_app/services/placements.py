"""What runs where: the version that last succeeded in a slot, now or at a time.

A model says what it has in each slot now. What it had at a time is told by the events that decided it, one index entry
for each deployment that succeeded; whatever else befell a deployment changed nothing of what ran.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import EnvironmentName, Running, Slot
from models_app.domain.errors import InvalidFields, ModelNotFound, NothingAtThatTime
from models_app.domain.events import Event
from models_app.domain.frameworks import Target
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.permissions import Permission, authorize
from models_app.services.deployments import placement_in
from models_app.storage import events, models


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """What ran in a slot at an instant, and the event that made it so (None where that is not looked up)."""

    slot: Slot
    at: datetime
    running: Running
    event_id: str | None = None


def what_runs(
    *, actor: Actor, model_id: ModelId, environment: EnvironmentName, target: Target | None = None
) -> Occupancy:
    """What runs in an environment now; without a target, on the only one where something does. One call.

    Raises:
        ModelNotFound: there is none that the actor may see.
        NothingAtThatTime: nothing of the model runs there.
        InvalidFields: something runs on each target, and none is named.
    """
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    now = clock.now()
    placements = models.get(model_id).placements
    found = [
        Occupancy(slot=slot, at=now, running=running)
        for slot in _slots(environment, target)
        if (running := placement_in(placements, slot).current) is not None
    ]
    return _only_one(found, missing=NothingAtThatTime(sentence="No version of the model runs there"))


def what_ran(
    *, actor: Actor, model_id: ModelId, environment: EnvironmentName, target: Target | None = None, at: datetime
) -> Occupancy:
    """What ran in an environment at a time, as the events tell. One call for each target that may be meant.

    Raises:
        NothingAtThatTime: nothing of the model ran there then, or nothing that the actor may see.
        InvalidFields: something ran on each target, and none is named.
    """
    missing = NothingAtThatTime(sentence="At that time no version of the model ran there")
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=missing)
    found = [
        Occupancy(slot=slot, at=at, running=_running(decision), event_id=decision.id)
        for slot in _slots(environment, target)
        if (decision := events.find_decision(model_id, str(slot), at=at)) is not None
    ]
    return _only_one(found, missing=missing)


def _slots(environment: EnvironmentName, target: Target | None) -> list[Slot]:
    return [Slot(environment, each) for each in ([target] if target else Target)]


def _running(decision: Event) -> Running:
    return Running(
        deployment=DeploymentId.parse(decision.data["deploymentId"]),
        version=VersionLabel(decision.version or ""),
        since=decision.occurred_at,
    )


def _only_one(found: list[Occupancy], *, missing: NothingAtThatTime) -> Occupancy:
    if not found:
        raise missing
    if len(found) > 1:
        targets = " and on ".join(each.slot.target for each in found)
        detail = f"There is something on {targets} in that environment: say which one you mean."
        raise InvalidFields.one("deploymentTarget", "required", detail)
    return found[0]

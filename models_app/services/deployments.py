"""Asking a pipeline to run a version. What becomes of it is told in ``deployment_reports``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import (
    Deployment,
    DeploymentOrder,
    DeploymentStatus,
    EnvironmentName,
    Placement,
    Reason,
    Slot,
    Step,
    placement_from_wire,
    wire_placement,
)
from models_app.domain.errors import (
    DeploymentBlocked,
    InvalidFields,
    ModelNotFound,
    NothingToRollBackTo,
    TeamNotFound,
)
from models_app.domain.events import Event, EventKind
from models_app.domain.fit import Fit, fit_of
from models_app.domain.frameworks import Target
from models_app.domain.idempotency import IdempotencyKey, Kept
from models_app.domain.models import ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import LiveDeployment, ModelVersion, VersionReference, VersionStatus
from models_app.outbox import bus
from models_app.outbox.publisher import publish_now
from models_app.storage import deployments, models, versions
from models_app.storage.table import ModelItem
from models_app.storage.transactions import commit, until_undisturbed

Blocker = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a deployment would come to: the event as it would be published, and what stands in its way."""

    deployment: Deployment
    event: Mapping[str, Any]
    blockers: list[Blocker]
    placement: Placement
    fit: Fit


@dataclass(frozen=True, slots=True)
class Requested:
    """A deployment, or the answer that was given when the same was asked before."""

    deployment: Deployment | None
    kept: Kept | None = None


def plan_deployment(*, actor: Actor, reference: VersionReference, order: DeploymentOrder) -> Plan:
    """The deployment that would be made, without making it. One call; ``latest`` takes one more.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no maintainer, or there is no such version.
        InvalidFields: neither the order nor the version names a target.
    """
    authorize(actor, Permission.DEPLOY, team=reference.model.team, hidden_as=reference.missing)
    version, head = _live(reference)
    return _plan(actor, version, head, order)


def request_deployment(
    *,
    actor: Actor,
    reference: VersionReference,
    order: DeploymentOrder,
    key: IdempotencyKey | None = None,
    answer: Callable[[Deployment], Kept] | None = None,
) -> Requested:
    """Ask the pipeline to run a version, and record that it was asked.

    One or two reads and one transaction; then the event is sent at once, or by the relay within a minute. ``answer``
    gives what is to be kept under the key; the same key again gets that, and changes nothing.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no maintainer, or there is no such version.
        DeploymentBlocked: it is deprecated, fits no target, or another deployment is under way there.
        KeyReused: the key belongs to another request.
    """
    authorize(actor, Permission.DEPLOY, team=reference.model.team, hidden_as=reference.missing)

    def attempt() -> tuple[Requested, Event | None]:
        now = clock.now()
        if (kept := _kept(key, at=now)) is not None:
            return Requested(None, kept), None
        version, head = _live(reference)
        plan = _plan(actor, version, head, order)
        if plan.blockers:
            # What is under way there may be this very request, sent at the same moment.
            if (kept := _kept(key, at=now)) is not None:
                return Requested(None, kept), None
            raise DeploymentBlocked(
                version=version.label, model=version.model, summary=_summary(plan.blockers), blockers=plan.blockers
            )
        deployment = plan.deployment
        under_way = version.with_deployments({**version.deployments, str(deployment.id): live_form(deployment)})
        placements = placements_with(head, deployment.slot, replace(plan.placement, in_flight=deployment.id))
        event = _requested(deployment, actor, plan.placement)
        writes = [
            deployments.opening(deployment),
            *versions.rewriting(version, under_way),
            models.placing([under_way], seen=head, placements_after=placements, at=now),
        ]
        if key is not None and answer is not None:
            writes.append(deployments.keeping(key.scope, answer(deployment), at=now))
        commit(writes, event=event)
        return Requested(deployment), event

    requested, event = until_undisturbed(attempt)
    if event is not None:
        publish_now(event)
    return requested


def roll_back(
    *, actor: Actor, model_id: ModelId, environment: EnvironmentName, target: Target, detail: str = ""
) -> Deployment:
    """Deploy again what ran in a slot before what runs there now. One read more than a deployment.

    Raises:
        PermissionDenied, ModelNotFound: the actor is no maintainer, or there is no such model.
        NothingToRollBackTo: nothing else ran there.
    """
    authorize(actor, Permission.DEPLOY, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    placement = placement_in(models.get(model_id).placements, Slot(environment, target))
    if placement.previous is None:
        raise NothingToRollBackTo(model=model_id, environment=environment, target=target)
    order = DeploymentOrder(
        environment=environment, target=target, reason=Reason.ROLLBACK, parameters={"note": detail} if detail else {}
    )
    reference = VersionReference(model_id, label=placement.previous.version)
    deployment = request_deployment(actor=actor, reference=reference, order=order).deployment
    if deployment is None:
        raise NothingToRollBackTo(model=model_id, environment=environment, target=target)
    return deployment


def get_deployment(*, actor: Actor, deployment_id: DeploymentId) -> Deployment:
    """A deployment with its timeline. One call.

    Raises:
        DeploymentNotFound: there is none that the actor may see.
    """
    if actor.ticket_for != deployment_id:
        authorize(actor, Permission.READ, team=deployment_id.team, hidden_as=deployment_id.missing)
    return deployments.get(deployment_id)


def list_of_model(*, actor: Actor, reference: VersionReference, limit: int, after: StartKey | None) -> Page[Deployment]:
    """A version's deployments, the newest first. One call or a few; ``latest``, aliases and finding none take one more.

    Raises:
        VersionNotFound: there is no such version that the actor may see.
    """
    authorize(actor, Permission.READ, team=reference.model.team, hidden_as=reference.missing)
    label = reference.label or versions.get(reference).label
    page = deployments.list_of_model(reference.model, version=label, limit=limit, after=after)
    if not page.items and after is None:
        versions.get(reference)  # none so far, or no such version?
    return page


def list_of_team(
    *,
    actor: Actor,
    team: TeamSlug,
    environment: EnvironmentName | None,
    target: Target | None,
    limit: int,
    after: StartKey | None,
    status: DeploymentStatus | None = None,
) -> Page[Deployment]:
    """A team's deployments, the newest first. One call, narrowed up to four.

    Raises:
        TeamNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
    return deployments.list_of_team(
        team, environment=environment, target=target, status=status, limit=limit, after=after
    )


def _kept(key: IdempotencyKey | None, *, at: datetime) -> Kept | None:
    """The answer that stands under a key, or None. One call, if there is a key."""
    kept = deployments.find_kept(key.scope) if key is not None else None
    return kept if kept is not None and key is not None and kept.answers(key, at=at) else None


def _plan(actor: Actor, version: ModelVersion, head: ModelItem, order: DeploymentOrder) -> Plan:
    target = order.target or version.mutable.target
    if target is None:
        raise InvalidFields.one("deploymentTarget", "required", "The version names no target: say EKS or Lambda.")
    slot = Slot(order.environment, target)
    now = clock.now()
    deployment = Deployment(
        id=DeploymentId.new(version.model.team),
        model=version.model,
        version=version.label,
        slot=slot,
        status=DeploymentStatus.REQUESTED,
        reason=order.reason,
        parameters=order.parameters,
        framework=version.framework,
        framework_version=version.framework_version,
        artifact=version.artifact,
        timeline=(Step(status=DeploymentStatus.REQUESTED, at=now, by=actor.name),),
    )
    placement = placement_in(models.placements(head), slot)
    fit = fit_of(deployment)
    blockers: list[Blocker] = []
    if version.mutable.status is VersionStatus.DEPRECATED:
        blockers.append({"kind": "status", "status": VersionStatus.DEPRECATED.value})
    if placement.in_flight is not None:
        blockers.append({"kind": "deployment", "deploymentId": str(placement.in_flight), **where(slot)})
    blockers += [{"kind": "fit", "detail": detail} for detail in fit.obstacles]
    event = bus.detail_of(_requested(deployment, actor, placement), with_ticket=False)
    return Plan(deployment=deployment, event=event, blockers=blockers, placement=placement, fit=fit)


def _live(reference: VersionReference) -> tuple[ModelVersion, ModelItem]:
    around = versions.find_with_model(reference)
    if around.version is None or around.version.is_deleted or around.model is None:
        raise reference.missing
    return around.version, around.model


def placement_in(placements: Mapping[str, Mapping[str, Any]], slot: Slot) -> Placement:
    """What a model has in a slot."""
    told = placements.get(str(slot))
    return placement_from_wire(told) if told else Placement()


def placements_with(head: ModelItem, slot: Slot, placement: Placement) -> dict[str, Any]:
    """What a model has everywhere, once it has this in a slot."""
    return {**models.placements(head), str(slot): wire_placement(placement)}


def live_form(deployment: Deployment) -> LiveDeployment:
    """A deployment as its version knows it."""
    return LiveDeployment(status=deployment.status.value, **where(deployment.slot, target="target"))


def where(slot: Slot, *, target: str = "deploymentTarget") -> dict[str, str]:
    """A slot in wire names."""
    return {"environment": str(slot.environment), target: slot.target.value}


def _summary(blockers: list[Blocker]) -> str:
    words = {
        "status": "it is deprecated",
        "deployment": "another deployment is under way there",
        "fit": "it does not fit the target",
    }
    return ", and ".join(dict.fromkeys(words[blocker["kind"]] for blocker in blockers))


def _requested(deployment: Deployment, actor: Actor, placement: Placement) -> Event:
    artifact = deployment.artifact
    data = {
        "deploymentId": str(deployment.id),
        **where(deployment.slot),
        "reason": deployment.reason,
        "artifact": {"s3Uri": artifact.uri, "sha256": artifact.sha256, "sizeBytes": artifact.size_bytes},
        "framework": deployment.framework,
        "frameworkVersion": deployment.framework_version,
        "parameters": deployment.parameters,
        "replaces": wire_placement(placement)["current"],
    }
    return Event.record(
        EventKind.DEPLOYMENT_REQUESTED, by=actor, model=deployment.model, version=deployment.version, data=data
    )

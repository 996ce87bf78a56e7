"""Asking a pipeline to run a version. What becomes of it is told in ``deployment_reports``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.artifacts import is_in_s3
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import (
    Deployment,
    DeploymentFilter,
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
from models_app.domain.models import ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import LiveDeployment, ModelVersion, VersionReference, VersionStatus
from models_app.outbox import bus
from models_app.outbox.publisher import publish_now
from models_app.services.idempotency import Once, answered_once, keeping
from models_app.storage import deployments, models, versions
from models_app.storage.relocations import until_settled
from models_app.storage.table import ModelItem
from models_app.storage.transactions import commit

Blocker = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a deployment would come to: the event as it would be published, and what stands in its way."""

    deployment: Deployment
    event: Mapping[str, Any]
    blockers: list[Blocker]
    placement: Placement
    fit: Fit


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
    *, actor: Actor, reference: VersionReference, order: DeploymentOrder, once: Once[Deployment] | None = None
) -> Deployment:
    """Ask the pipeline to run a version, and record that it was asked.

    One or two reads and one transaction; then the event is sent at once, or by the relay within a minute. With
    ``once`` likewise; one read more where the request is refused.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no maintainer, or there is no such version.
        DeploymentBlocked: it is deprecated, fits no target, or another deployment is under way there.
        KeyReused, AnsweredBefore: the key belongs to another request, or the same one was made before.
    """
    authorize(actor, Permission.DEPLOY, team=reference.model.team, hidden_as=reference.missing)

    def attempt() -> tuple[Deployment, Event]:
        version, head = _live(reference)
        return _request(_plan(actor, version, head, order), actor, version, head, once)

    return _requested_once(attempt, once)


def roll_back(
    *,
    actor: Actor,
    model_id: ModelId,
    environment: EnvironmentName,
    target: Target,
    detail: str = "",
    once: Once[Deployment] | None = None,
) -> Deployment:
    """Deploy what ran in a slot before what runs there now, with the parameters that it ran with.

    One read more than a deployment: the model tells which deployment that was, and that one its parameters.

    Raises:
        PermissionDenied, ModelNotFound: the actor is no maintainer, or there is no such model.
        NothingToRollBackTo: nothing else ran there.
        VersionNotFound, DeploymentBlocked, KeyReused, AnsweredBefore: as for a deployment.
    """
    authorize(actor, Permission.DEPLOY, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    slot = Slot(environment, target)

    def attempt() -> tuple[Deployment, Event]:
        head = models.find_item(model_id)
        if head is None:
            raise ModelNotFound(model=model_id)
        previous = placement_in(models.placements(head), slot).previous
        if previous is None:
            raise NothingToRollBackTo(model=model_id, environment=environment, target=target)
        former, version = deployments.get_with_version(previous, model=model_id)
        if version is None or version.is_deleted:
            raise VersionReference(model_id, label=previous.version).missing
        order = DeploymentOrder(
            environment=environment,
            target=target,
            parameters=former.parameters,
            reason=Reason.ROLLBACK,
            detail=detail,
        )
        return _request(_plan(actor, version, head, order), actor, version, head, once)

    return _requested_once(attempt, once)


def get_deployment(*, actor: Actor, deployment_id: DeploymentId) -> Deployment:
    """A deployment with its timeline. One call.

    Raises:
        DeploymentNotFound: there is none that the actor may see.
    """
    if actor.ticket_for != deployment_id:
        authorize(actor, Permission.READ, team=deployment_id.team, hidden_as=deployment_id.missing)
    return deployments.get(deployment_id)


def list_of_model(
    *, actor: Actor, model_id: ModelId, narrowed: DeploymentFilter, limit: int, after: StartKey | None
) -> Page[Deployment]:
    """A model's deployments, the newest first. One call, narrowed up to four; finding none takes one more.

    Raises:
        ModelNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    page = deployments.list_of_model(model_id, narrowed=narrowed, limit=limit, after=after)
    if not page.items and after is None:
        models.get(model_id)  # none so far, or no such model?
    return page


def list_of_version(
    *, actor: Actor, reference: VersionReference, narrowed: DeploymentFilter, limit: int, after: StartKey | None
) -> Page[Deployment]:
    """A version's deployments, the newest first. Up to four calls; ``latest``, aliases and finding none take one more.

    Raises:
        VersionNotFound: there is no such version that the actor may see.
    """
    authorize(actor, Permission.READ, team=reference.model.team, hidden_as=reference.missing)
    label = reference.label or versions.get(reference).label
    narrowed = replace(narrowed, version=label)
    page = deployments.list_of_model(reference.model, narrowed=narrowed, limit=limit, after=after)
    if not page.items and after is None:
        versions.get(reference)  # none so far, or no such version?
    return page


def list_of_team(
    *, actor: Actor, team: TeamSlug, narrowed: DeploymentFilter, limit: int, after: StartKey | None
) -> Page[Deployment]:
    """A team's deployments, the newest first. One call, narrowed up to four.

    Raises:
        TeamNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=team, hidden_as=TeamNotFound(team=team))
    return deployments.list_of_team(team, narrowed=narrowed, limit=limit, after=after)


def _requested_once(attempt: Callable[[], tuple[Deployment, Event]], once: Once[Deployment] | None) -> Deployment:
    """The deployment that an attempt came to, with its event sent."""
    with answered_once(once):
        deployment, event = until_settled(attempt)
    publish_now(event)
    return deployment


def _request(
    plan: Plan, actor: Actor, version: ModelVersion, head: ModelItem, once: Once[Deployment] | None
) -> tuple[Deployment, Event]:
    """Write what is planned, if nothing stands in its way and all is as it was read. One call."""
    if plan.blockers:
        raise DeploymentBlocked(
            version=version.label, model=version.model, summary=_summary(plan.blockers), blockers=plan.blockers
        )
    deployment, now = plan.deployment, clock.now()
    under_way = version.with_deployments({**version.deployments, str(deployment.id): live_form(deployment)})
    placements = placements_with(head, deployment.slot, replace(plan.placement, in_flight=deployment.id))
    event = _requested(deployment, actor, plan.placement)
    writes = [
        *keeping(once, deployment, at=now),
        deployments.opening(deployment),
        *versions.rewriting(version, under_way),
        models.placing([under_way], seen=head, placements_after=placements, at=now),
    ]
    commit(writes, event=event)
    return deployment, event


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
        timeline=(Step(status=DeploymentStatus.REQUESTED, at=now, by=actor.name, detail=order.detail),),
    )
    placement = placement_in(models.placements(head), slot)
    fit = fit_of(deployment)
    blockers: list[Blocker] = []
    if version.mutable.status is VersionStatus.DEPRECATED:
        blockers.append({"kind": "status", "status": VersionStatus.DEPRECATED.value})
    if placement.in_flight is not None:
        blockers.append({"kind": "deployment", "deploymentId": str(placement.in_flight), **where(slot)})
    if not is_in_s3(version.artifact.uri):
        blockers.append({"kind": "fit", "detail": "The artifact is not in S3, where pipelines fetch it."})
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

"""What becomes of a deployment: a pipeline reports, a maintainer calls it off, or nobody says anything for too long.

Each step is one transaction: the deployment, the versions that it concerns, what their model has where, and the event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import (
    Deployment,
    DeploymentStatus,
    Placement,
    Reason,
    Running,
    wire_placement,
)
from models_app.domain.errors import TicketElsewhere
from models_app.domain.events import Event, EventKind
from models_app.domain.labels import VersionLabel
from models_app.domain.permissions import Permission, authorize
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.outbox.publisher import publish_now
from models_app.services.deployments import live_form, placement_in, placements_with, where
from models_app.storage import deployments, models, versions
from models_app.storage.relocations import until_settled
from models_app.storage.table import ModelItem
from models_app.storage.transactions import Refused, Write, commit


def report_status(
    *, actor: Actor, deployment_id: DeploymentId, status: DeploymentStatus, detail: str = ""
) -> Deployment:
    """What the pipeline says of a deployment. Two reads and one transaction; said before, one read.

    Raises:
        TicketElsewhere: the actor holds the ticket of another deployment.
        PermissionDenied, DeploymentNotFound: the actor is no maintainer, or there is no such deployment.
        MoveIllegal: the deployment cannot go there from where it is.
    """
    if actor.ticket_for is not None and actor.ticket_for != deployment_id:
        raise TicketElsewhere
    if actor.ticket_for is None:
        authorize(actor, Permission.DEPLOY, team=deployment_id.team, hidden_as=deployment_id.missing)
    return _move(deployment_id, status, by=actor, detail=detail)


def cancel(*, actor: Actor, deployment_id: DeploymentId, detail: str = "") -> Deployment:
    """Call a deployment off; its pipeline hears of it by an event. Two reads and one transaction.

    Raises:
        PermissionDenied, DeploymentNotFound: the actor is no maintainer, or there is no such deployment.
        MoveIllegal: it is over.
    """
    authorize(actor, Permission.DEPLOY, team=deployment_id.team, hidden_as=deployment_id.missing)
    return _move(deployment_id, DeploymentStatus.CANCELLED, by=actor, detail=detail)


def time_out_silent(*, actor: Actor, limit: int = 100) -> list[Deployment]:
    """End the deployments that nobody reported on for too long. For the scheduled job; two reads and a write each."""
    detail = "No report came within the time."
    ended = [
        _move(each.id, DeploymentStatus.TIMED_OUT, by=actor, detail=detail, only_if=Deployment.is_overdue)
        for each in deployments.list_overdue(at=clock.now(), limit=limit)
    ]
    return [each for each in ended if each.status is DeploymentStatus.TIMED_OUT]


def _move(
    deployment_id: DeploymentId,
    status: DeploymentStatus,
    *,
    by: Actor,
    detail: str,
    only_if: Callable[[Deployment, datetime], bool] | None = None,
) -> Deployment:
    """One step of a deployment, with all that follows from it, in one transaction."""

    def attempt() -> tuple[Deployment, Event | None]:
        now = clock.now()
        old = deployments.get(deployment_id)
        if only_if is not None and not only_if(old, now):
            return old, None  # a report came since
        if old.was_told(status, detail, at=now):
            return old, None
        new = old.moved(status, by=by.name, at=now, detail=detail)
        touched, head, placement, replaced = _consequences(old, new)
        writes: list[Write] = [deployments.moving(new)]
        event = _status_changed(old, new, by, placement)
        after = _placement_after(new, placement, since=event.occurred_at)
        changed = dict(touched)
        if replaced is not None:
            ended = DeploymentStatus.ROLLED_BACK if new.reason is Reason.ROLLBACK else DeploymentStatus.SUPERSEDED
            if replaced.status is not DeploymentStatus.SUCCEEDED:
                raise Refused(None)  # somebody took its place since the model was read: look again
            former = replaced.moved(ended, by=by.name, at=now, detail=f"by {new.id}")
            writes.append(deployments.moving(former))
            _apply(changed, former)
        _apply(changed, new)
        # One write, one revision, even where a version gained one deployment and lost another.
        settled = [replace(each, revision=touched[label].revision + 1) for label, each in changed.items()]
        for version in settled:
            writes += versions.rewriting(touched[version.label], version)
        writes.append(
            models.placing(settled, seen=head, placements_after=placements_with(head, new.slot, after), at=now)
        )
        commit(writes, event=event)
        return new, event

    moved, event = until_settled(attempt)
    if event is not None:
        publish_now(event)
    return moved


def _consequences(
    old: Deployment, new: Deployment
) -> tuple[dict[VersionLabel, ModelVersion], ModelItem, Placement, Deployment | None]:
    """The versions that a step touches, the model, what it has in the slot, what it ends there. One call, or two."""
    around = versions.find_with_model(VersionReference(old.model, label=old.version))
    if around.model is None or around.version is None:
        raise old.id.missing
    touched = {around.version.label: around.version}
    placement = placement_in(models.placements(around.model), old.slot)
    running = placement.current if new.status is DeploymentStatus.SUCCEEDED else None
    if running is None or running.deployment == new.id:
        return touched, around.model, placement, None
    if running.version in touched:
        return touched, around.model, placement, deployments.get(running.deployment)
    replaced, other = deployments.get_with_version(running, model=old.model)
    if other is not None:
        touched[other.label] = other
    return touched, around.model, placement, replaced


def _apply(changed: dict[VersionLabel, ModelVersion], deployment: Deployment) -> None:
    """What a deployment's new status means for its version."""
    version = changed[deployment.version]
    live = {key: each for key, each in version.deployments.items() if key != str(deployment.id)}
    if deployment.status.is_live:
        live[str(deployment.id)] = live_form(deployment)
    failed = deployment.status in {DeploymentStatus.FAILED, DeploymentStatus.TIMED_OUT}
    changed[deployment.version] = version.with_deployments(live, failed=failed)


def _placement_after(new: Deployment, placement: Placement, *, since: datetime) -> Placement:
    if new.status.is_in_flight:
        return placement
    in_flight = None if placement.in_flight == new.id else placement.in_flight
    if new.status is not DeploymentStatus.SUCCEEDED:
        return replace(placement, in_flight=in_flight)
    current = Running(deployment=new.id, version=new.version, since=since)
    former = placement.current
    previous = former if former is not None and former.version != new.version else placement.previous
    return Placement(current=current, previous=previous, in_flight=in_flight)


def _status_changed(old: Deployment, new: Deployment, actor: Actor, placement: Placement) -> Event:
    """The event of a step; one that puts a version in its slot lies behind the one that put the last version there."""
    replaced = placement.current if new.status is DeploymentStatus.SUCCEEDED else None
    data = {
        "deploymentId": str(new.id),
        **where(new.slot),
        "reason": new.reason,
        "from": old.status,
        "to": new.status,
        "detail": new.timeline[-1].detail,
        "replaced": wire_placement(Placement(current=replaced))["current"],
    }
    decides = str(new.slot) if new.status is DeploymentStatus.SUCCEEDED else None
    # Servers' clocks differ: told by those alone, what replaced a version could seem to have run before it.
    after = replaced.since if replaced else None
    return Event.record(
        EventKind.DEPLOYMENT_STATUS_CHANGED,
        by=actor,
        after=after,
        model=new.model,
        version=new.version,
        decides=decides,
        data=data,
    )

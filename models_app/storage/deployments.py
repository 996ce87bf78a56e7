"""Deployments as they are kept, and the records that make a repeated request answer the same."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from models_app.domain import clock
from models_app.domain.artifacts import Artifact
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import Deployment, DeploymentStatus, EnvironmentName, Reason, Slot, Step
from models_app.domain.documents import canonical_json
from models_app.domain.frameworks import Framework, Target
from models_app.domain.idempotency import Kept
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import TeamSlug
from models_app.storage import table
from models_app.storage.pages import FILTERED_BATCH, Listing, read_item, read_page
from models_app.storage.table import DeploymentItem, IdempotencyItem, RawItem, RegistryItem
from models_app.storage.transactions import Refused, Verb, Write

# Reads --------------------------------------------------------------------------------------------------------------


def get(deployment_id: DeploymentId) -> Deployment:
    """A deployment. One call.

    Raises:
        DeploymentNotFound: there is none.
    """
    raw = read_item(table.deployment_partition(deployment_id), table.DEPLOYMENT)
    if raw is None:
        raise deployment_id.missing
    return _deployment(raw)


def list_of_model(
    model: ModelId, *, version: VersionLabel | None, limit: int, after: StartKey | None
) -> Page[Deployment]:
    """A model's deployments, or one version's, the newest first. One call; of a version up to four."""
    listing = Listing(
        partition=table.model_deployments(model),
        index="gsi1",
        leaving=None if version is None else DeploymentItem.version == version,
        newest_first=True,
        batch=None if version is None else FILTERED_BATCH,
    )
    return _page(read_page(listing, limit=limit, after=after))


def list_of_team(
    team: TeamSlug,
    *,
    environment: EnvironmentName | None,
    target: Target | None,
    limit: int,
    after: StartKey | None,
    status: DeploymentStatus | None = None,
) -> Page[Deployment]:
    """A team's deployments, the newest first; all, or those in one place or state. One call, or up to four."""
    narrowed = _condition(environment, target)
    if status is not None:
        stands = DeploymentItem.status == status.value
        narrowed = stands if narrowed is None else narrowed & stands
    listing = Listing(
        partition=table.team_deployments(team),
        index="gsi2",
        leaving=narrowed,
        newest_first=True,
        batch=None if narrowed is None else FILTERED_BATCH,
    )
    return _page(read_page(listing, limit=limit, after=after))


def list_overdue(*, at: datetime, limit: int) -> list[Deployment]:
    """Deployments in flight that were silent too long. One call."""
    listing = Listing(partition=table.DEADLINES, index="gsi3", within=RegistryItem.gsi3sk <= clock.wire(at))
    return [_deployment(raw) for raw in read_page(listing, limit=limit).items]


def find_kept(scope: str) -> Kept | None:
    """What was answered under an Idempotency-Key, expired answers too, or None. One call."""
    raw = read_item(table.idempotency_partition(scope), table.IDEMPOTENCY)
    if raw is None:
        return None
    item = IdempotencyItem.from_raw_data(raw)
    return Kept(
        request=item.request,
        status=int(item.status),
        location=item.location,
        body=item.body,
        expires_at=int(item.expires_at),
    )


# Writes -------------------------------------------------------------------------------------------------------------


def opening(deployment: Deployment) -> Write:
    """A new deployment."""
    return Write(Verb.PUT, _item(deployment), DeploymentItem.pk.does_not_exist(), Refused)


def moving(new: Deployment) -> Write:
    """A deployment one step on, if it stands as the caller saw it."""
    return Write(Verb.PUT, _item(new), DeploymentItem.rev == new.revision - 1, Refused)


def keeping(scope: str, kept: Kept, *, at: datetime) -> Write:
    """The answer of a request, under its key, unless another one still stands there."""
    item = IdempotencyItem(
        pk=table.idempotency_partition(scope),
        sk=table.IDEMPOTENCY,
        request=kept.request,
        status=kept.status,
        location=kept.location,
        body=kept.body,
        expires_at=kept.expires_at,
    )
    free = IdempotencyItem.pk.does_not_exist() | (IdempotencyItem.expires_at <= int(at.timestamp()))
    return Write(Verb.PUT, item, free, Refused)


# Items --------------------------------------------------------------------------------------------------------------


def _condition(environment: EnvironmentName | None, target: Target | None) -> Condition | None:
    """What narrows a list; a slot is kept as ``prod/EKS``, and neither part of it holds a slash."""
    if environment is not None and target is not None:
        return DeploymentItem.slot == str(Slot(environment, target))
    if environment is not None:
        return DeploymentItem.slot.startswith(f"{environment}/")
    return DeploymentItem.slot.contains(f"/{target}") if target is not None else None


def _page(page: Page[RawItem]) -> Page[Deployment]:
    return Page([_deployment(raw) for raw in page.items], page.next)


def _item(deployment: Deployment) -> DeploymentItem:
    deadline = deployment.deadline_at
    return DeploymentItem(
        pk=table.deployment_partition(deployment.id),
        sk=table.DEPLOYMENT,
        rev=deployment.revision,
        gsi1pk=table.model_deployments(deployment.model),
        gsi1sk=deployment.id.ulid,
        gsi2pk=table.team_deployments(deployment.id.team),
        gsi2sk=deployment.id.ulid,
        gsi3pk=table.DEADLINES if deadline else None,
        gsi3sk=clock.wire(deadline) if deadline else None,
        id=str(deployment.id),
        model=str(deployment.model),
        version=deployment.version,
        slot=str(deployment.slot),
        status=deployment.status.value,
        reason=deployment.reason.value,
        parameters=canonical_json(deployment.parameters),
        framework=deployment.framework.value,
        framework_version=deployment.framework_version,
        uri=deployment.artifact.uri,
        sha256=deployment.artifact.sha256,
        size_bytes=deployment.artifact.size_bytes,
        timeline=canonical_json([_told(step) for step in deployment.timeline]),
    )


def _deployment(raw: RawItem) -> Deployment:
    item = DeploymentItem.from_raw_data(raw)
    return Deployment(
        id=DeploymentId.parse(item.id),
        model=ModelId.parse(item.model),
        version=VersionLabel(item.version),
        slot=Slot.parse(item.slot),
        status=DeploymentStatus(item.status),
        reason=Reason(item.reason),
        parameters=json.loads(item.parameters),
        framework=Framework(item.framework),
        framework_version=item.framework_version,
        artifact=Artifact(
            uri=item.uri,
            sha256=item.sha256,
            size_bytes=int(item.size_bytes) if item.size_bytes is not None else None,
        ),
        timeline=tuple(_step(told) for told in json.loads(item.timeline)),
        revision=int(item.rev),
    )


def _told(step: Step) -> dict[str, Any]:
    return {"status": step.status, "at": clock.wire(step.at), "by": step.by, "detail": step.detail}


def _step(told: dict[str, Any]) -> Step:
    return Step(
        status=DeploymentStatus(told["status"]),
        at=clock.from_wire(told["at"]),
        by=told["by"],
        detail=told["detail"],
    )

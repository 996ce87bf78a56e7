"""Deployments as they are kept."""

from __future__ import annotations

import json
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from pynamodb.expressions.condition import Condition

from models_app.domain import clock
from models_app.domain.artifacts import Artifact
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import Deployment, DeploymentFilter, DeploymentStatus, Reason, Running, Slot, Step
from models_app.domain.documents import canonical_json
from models_app.domain.frameworks import Framework
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.pages import FILTERED_BATCH, Page, StartKey
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion
from models_app.storage import table, versions
from models_app.storage.pages import Listing, read_batch, read_item, read_page
from models_app.storage.table import DeploymentItem, RawItem, RegistryItem, VersionItem
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


def get_with_version(running: Running, *, model: ModelId) -> tuple[Deployment, ModelVersion | None]:
    """A deployment that runs, or ran, and its version of a model, deleted ones too; None where there is none. One call.

    Raises:
        DeploymentNotFound: there is no such deployment.
    """
    of_deployment = {"pk": table.deployment_partition(running.deployment), "sk": table.DEPLOYMENT}
    of_version = versions.position(model, running.version)
    found = {raw["sk"]["S"]: raw for raw in read_batch([of_deployment, of_version])}
    raw, raw_version = found.get(of_deployment["sk"]), found.get(of_version["sk"])
    if raw is None:
        raise running.deployment.missing
    return _deployment(raw), versions.version(VersionItem.from_raw_data(raw_version)) if raw_version else None


def list_of_model(
    model: ModelId, *, narrowed: DeploymentFilter, limit: int, after: StartKey | None
) -> Page[Deployment]:
    """A model's deployments, the newest first. One call, narrowed up to four."""
    return _list(table.model_deployments(model), index="gsi1", narrowed=narrowed, limit=limit, after=after)


def list_of_team(team: TeamSlug, *, narrowed: DeploymentFilter, limit: int, after: StartKey | None) -> Page[Deployment]:
    """A team's deployments, the newest first. One call, narrowed up to four."""
    return _list(table.team_deployments(team), index="gsi2", narrowed=narrowed, limit=limit, after=after)


def list_overdue(*, at: datetime, limit: int) -> list[Deployment]:
    """Deployments in flight that were silent too long. One call."""
    listing = Listing(partition=table.DEADLINES, index="gsi3", within=RegistryItem.gsi3sk <= clock.wire(at))
    return [_deployment(raw) for raw in read_page(listing, limit=limit).items]


# Writes -------------------------------------------------------------------------------------------------------------


def opening(deployment: Deployment) -> Write:
    """A new deployment."""
    return Write(Verb.PUT, _item(deployment), DeploymentItem.pk.does_not_exist(), Refused)


def moving(new: Deployment) -> Write:
    """A deployment one step on, if it stands as the caller saw it."""
    return Write(Verb.PUT, _item(new), DeploymentItem.rev == new.revision - 1, Refused)


# Items --------------------------------------------------------------------------------------------------------------


def _list(
    partition: str, *, index: str, narrowed: DeploymentFilter, limit: int, after: StartKey | None
) -> Page[Deployment]:
    leaving = _condition(narrowed)
    listing = Listing(
        partition=partition,
        index=index,
        leaving=leaving,
        newest_first=True,
        batch=None if leaving is None else FILTERED_BATCH,
    )
    page = read_page(listing, limit=limit, after=after)
    return Page([_deployment(raw) for raw in page.items], page.next)


def _condition(narrowed: DeploymentFilter) -> Condition | None:
    """What narrows a list; a slot is kept as ``prod/EKS``, and neither part of it holds a slash."""
    conditions: list[Condition] = []
    if narrowed.version is not None:
        conditions.append(DeploymentItem.version == narrowed.version)
    if narrowed.environment is not None:
        conditions.append(DeploymentItem.slot.startswith(f"{narrowed.environment}/"))
    if narrowed.target is not None:
        conditions.append(DeploymentItem.slot.contains(f"/{narrowed.target}"))
    if narrowed.status is not None:
        conditions.append(DeploymentItem.status == narrowed.status.value)
    return reduce(and_, conditions) if conditions else None


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

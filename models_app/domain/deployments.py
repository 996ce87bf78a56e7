"""Deployments: one request to run a version, with its life. Nothing else decides which move is legal.

    REQUESTED ──▶ IN_PROGRESS ──▶ SUCCEEDED ──▶ SUPERSEDED    another deployment took its place
        │              │              └───────▶ ROLLED_BACK   … by rolling back
        └──────────────┴──▶ FAILED · CANCELLED · TIMED_OUT

A pipeline need not report each step: one that only says SUCCEEDED is a good pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from models_app.domain import clock
from models_app.domain.artifacts import Artifact
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.documents import Json
from models_app.domain.errors import InvalidFields, MoveIllegal
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId

DEFAULT_ENVIRONMENT = "default"
MAX_PARAMETER_BYTES = 16 * 1024
MAX_DETAIL_CHARACTERS = 2000
MAX_TIMELINE = 50

# A pipeline that says nothing for so long is taken to be gone. Each report starts the time anew.
SILENCE_LIMIT = timedelta(hours=1)
RETRY_WITHIN = timedelta(minutes=1)


class EnvironmentName(str):
    """Where a deployment goes: 1-63 of ``a-z 0-9 -``, no hyphen at either end.

    >>> EnvironmentName.parse("prod")
    'prod'
    """

    __slots__ = ()
    FORM = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")

    @classmethod
    def parse(cls, text: str, *, field: str = "environment") -> Self:
        """The name, or InvalidFields naming ``field``."""
        if not cls.FORM.fullmatch(text):
            detail = "An environment is 1-63 lower-case letters, digits and hyphens, with no hyphen at either end."
            raise InvalidFields.one(field, "invalid", detail)
        return cls(text)


class DeploymentStatus(StrEnum):
    """Where a deployment stands."""

    REQUESTED = "REQUESTED"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"
    SUPERSEDED = "SUPERSEDED"
    ROLLED_BACK = "ROLLED_BACK"

    @property
    def is_in_flight(self) -> bool:
        """Whether a pipeline is still at it."""
        return self in {DeploymentStatus.REQUESTED, DeploymentStatus.IN_PROGRESS}

    @property
    def is_live(self) -> bool:
        """Whether its version is running, or about to: such a version is not deleted."""
        return self.is_in_flight or self is DeploymentStatus.SUCCEEDED


_ENDINGS = frozenset(
    {
        DeploymentStatus.SUCCEEDED,
        DeploymentStatus.FAILED,
        DeploymentStatus.CANCELLED,
        DeploymentStatus.TIMED_OUT,
    }
)
MOVES: Mapping[DeploymentStatus, frozenset[DeploymentStatus]] = {
    DeploymentStatus.REQUESTED: _ENDINGS | {DeploymentStatus.IN_PROGRESS},
    DeploymentStatus.IN_PROGRESS: _ENDINGS | {DeploymentStatus.IN_PROGRESS},
    DeploymentStatus.SUCCEEDED: frozenset({DeploymentStatus.SUPERSEDED, DeploymentStatus.ROLLED_BACK}),
}

# What a pipeline may say; the other moves are the registry's own.
REPORTABLE = (DeploymentStatus.IN_PROGRESS, DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED)


class Reason(StrEnum):
    """Why it was requested."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where at most one version of a model runs: an environment on a target, written ``prod/EKS``."""

    environment: EnvironmentName
    target: Target

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` wrote."""
        environment, _, target = text.partition("/")
        return cls(EnvironmentName(environment), Target(target))

    def __str__(self) -> str:
        return f"{self.environment}/{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentOrder:
    """What a caller asks for. Without a target, the version's own."""

    environment: EnvironmentName = EnvironmentName(DEFAULT_ENVIRONMENT)  # noqa: RUF009 - a value, not a call with effects
    target: Target | None = None
    parameters: Json = field(default_factory=dict)
    reason: Reason = Reason.DEPLOY
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of a deployment's timeline."""

    status: DeploymentStatus
    at: datetime
    by: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One request to run a version in a slot, with all that a pipeline needs and all that happened since."""

    id: DeploymentId
    model: ModelId
    version: VersionLabel
    slot: Slot
    status: DeploymentStatus
    reason: Reason
    parameters: Json
    framework: Framework
    framework_version: str | None
    artifact: Artifact
    timeline: tuple[Step, ...]
    revision: int = 1

    @property
    def requested_at(self) -> datetime:
        """When it was asked for."""
        return self.timeline[0].at

    @property
    def updated_at(self) -> datetime:
        """When it was last heard of."""
        return self.timeline[-1].at

    @property
    def deadline_at(self) -> datetime | None:
        """When silence turns into TIMED_OUT; None once it is over."""
        return self.updated_at + SILENCE_LIMIT if self.status.is_in_flight else None

    def is_overdue(self, at: datetime) -> bool:
        """Whether nobody reported on it for too long."""
        return self.deadline_at is not None and self.deadline_at <= at

    @property
    def etag(self) -> str:
        """Names this state of this deployment."""
        return str(self.revision)

    def was_told(self, status: DeploymentStatus, detail: str, *, at: datetime) -> bool:
        """Whether a report only repeats what was said: a retry. Later, the same words mean that it is still alive."""
        if self.status is not status or not status.is_in_flight:
            return self.status is status
        return detail in {"", self.timeline[-1].detail} and at - self.updated_at < RETRY_WITHIN

    def moved(self, status: DeploymentStatus, *, by: str, at: datetime, detail: str = "") -> Self:
        """The deployment one step on.

        Raises:
            MoveIllegal: it cannot come from where it is.
        """
        if status not in MOVES.get(self.status, frozenset()):
            raise MoveIllegal(deployment=self.id, present=self.status, wanted=status)
        step = Step(status=status, at=at, by=by, detail=detail)
        # The first step and the last ones tell the story; a chatty pipeline does not grow an item without bound.
        timeline = (self.timeline[0], *(*self.timeline[1:], step)[-(MAX_TIMELINE - 1) :])
        return replace(self, status=status, timeline=timeline, revision=self.revision + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What runs in a slot, and since when."""

    deployment: DeploymentId
    version: VersionLabel
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What a model has in a slot: what runs, what ran before it, and what is under way."""

    current: Running | None = None
    previous: Running | None = None
    in_flight: DeploymentId | None = None

    def __bool__(self) -> bool:
        return bool(self.current or self.previous or self.in_flight)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFilter:
    """What a list of deployments may be narrowed to. None means: no matter. The rest must all hold."""

    version: VersionLabel | None = None
    environment: EnvironmentName | None = None
    target: Target | None = None
    status: DeploymentStatus | None = None


def wire_placement(placement: Placement) -> dict[str, Any]:
    """A placement in wire names."""

    def running(each: Running | None) -> dict[str, Any] | None:
        if each is None:
            return None
        return {"deploymentId": str(each.deployment), "version": each.version, "since": clock.wire(each.since)}

    return {
        "current": running(placement.current),
        "previous": running(placement.previous),
        "inFlight": str(placement.in_flight) if placement.in_flight else None,
    }


def placement_from_wire(told: Mapping[str, Any]) -> Placement:
    """What ``wire_placement`` told."""

    def running(each: Mapping[str, Any] | None) -> Running | None:
        if each is None:
            return None
        return Running(
            deployment=DeploymentId.parse(each["deploymentId"]),
            version=VersionLabel(each["version"]),
            since=clock.from_wire(each["since"]),
        )

    in_flight = told["inFlight"]
    return Placement(
        current=running(told["current"]),
        previous=running(told["previous"]),
        in_flight=DeploymentId.parse(in_flight) if in_flight else None,
    )

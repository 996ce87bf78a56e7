"""Versions of a model: what is registered for good, the part that may change, and how callers refer to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from models_app.domain.aliases import LATEST, AliasName
from models_app.domain.annotations import short_tags
from models_app.domain.artifacts import Artifact
from models_app.domain.documents import Json, canonical_json
from models_app.domain.errors import InvalidFields, VersionNotFound
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel, number_of, sequence_of
from models_app.domain.models import ModelId, VersionSummary

# How long a deleted version, or a deleted model, can be restored.
RESTORE_PERIOD = timedelta(days=30)


class VersionStatus(StrEnum):
    """Where a version stands in its life. Callers set the first and the last; deployments set the others."""

    REGISTERED = "REGISTERED"
    DEPLOYING = "DEPLOYING"
    DEPLOYED = "DEPLOYED"
    FAILED = "FAILED"
    DEPRECATED = "DEPRECATED"


SETTABLE_STATUSES = (VersionStatus.REGISTERED, VersionStatus.DEPRECATED)


@dataclass(frozen=True, slots=True)
class VersionReference:
    """What a caller may write where a version is wanted: a label, ``latest`` or ``@alias``; or a number beside a label.

    At most one of the three is set; ``latest`` is none of them.

    >>> VersionReference.parse(ModelId.parse("payments.fraud"), "@champion").alias
    'champion'
    """

    model: ModelId
    label: VersionLabel | None = None
    alias: AliasName | None = None
    number: int | None = None

    @classmethod
    def parse(cls, model: ModelId, text: str) -> Self:
        """Read a reference from a path.

        Raises:
            VersionNotFound: no version and no alias can be called that.
        """
        try:
            if text.startswith("@") and text[1:].lower() != LATEST:
                return cls(model, alias=AliasName.parse(text[1:]))
            if text.lower().removeprefix("@") == LATEST:
                return cls(model)
            return cls(model, label=VersionLabel.parse(text))
        except InvalidFields:
            raise VersionNotFound(model=model, version=text) from None

    @property
    def is_latest(self) -> bool:
        """Whether the highest version is meant."""
        return self.label is None and self.alias is None and self.number is None

    def __str__(self) -> str:
        if self.number is not None:
            return str(self.number)
        return self.label or (f"@{self.alias}" if self.alias else LATEST)

    @property
    def missing(self) -> VersionNotFound:
        """The error for a caller who may not know more."""
        return VersionNotFound(model=self.model, version=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MutablePart:
    """What an update may change. An update is a whole new part; the old one stays in the history."""

    description: str = ""
    metadata: Json = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    target: Target | None = None
    status: VersionStatus = VersionStatus.REGISTERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a caller asks to register. Without a label, the next integer is given."""

    model: ModelId
    label: VersionLabel | None
    framework: Framework
    framework_version: str | None = None
    artifact: Artifact
    signature: Json | None = None
    lineage: Json | None = None
    mutable: MutablePart


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDeployment:
    """Where a version runs, or is about to: what must end before it can be deleted. All three in wire form."""

    environment: str
    target: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """One immutable artifact of a model, with what is known about it.

    Attributes:
        sequence: its number where its label is none (see ``labels.sequence_of``); rows from before that have neither.
    """

    model: ModelId
    label: VersionLabel
    sequence: int | None = None
    framework: Framework
    framework_version: str | None
    artifact: Artifact
    signature: Json | None
    lineage: Json | None
    mutable: MutablePart
    aliases: frozenset[AliasName] = frozenset()
    deployments: Mapping[str, LiveDeployment] = field(default_factory=dict)
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    revision: int = 1
    deleted_at: datetime | None = None
    deleted_by: str | None = None

    @classmethod
    def begin(cls, registration: Registration, *, label: VersionLabel, by: str, at: datetime, attempt: int = 0) -> Self:
        """The version as it is first stored; another ``attempt`` where its number was taken."""
        return cls(
            model=registration.model,
            label=label,
            sequence=sequence_of(label, at=at, attempt=attempt),
            framework=registration.framework,
            framework_version=registration.framework_version,
            artifact=registration.artifact,
            signature=registration.signature,
            lineage=registration.lineage,
            mutable=registration.mutable,
            created_at=at,
            created_by=by,
            updated_at=at,
            updated_by=by,
        )

    def changed(self, *, by: str, at: datetime, **changes: Any) -> Self:
        """The next revision, with some fields replaced."""
        return replace(self, **changes, updated_at=at, updated_by=by, revision=self.revision + 1)

    @property
    def etag(self) -> str:
        """Names this state of this version, also behind ``latest`` or an alias, which may come to mean another."""
        return f"{self.label}-{self.revision}"

    def with_deployments(self, deployments: Mapping[str, LiveDeployment], *, failed: bool = False) -> Self:
        """The next revision, with other live deployments and the status that follows from them."""
        status = status_from({each.status for each in deployments.values()}, failed=failed)
        if self.mutable.status is VersionStatus.DEPRECATED:
            status = VersionStatus.DEPRECATED  # until somebody takes that back
        part = replace(self.mutable, status=status)
        return replace(self, mutable=part, deployments=deployments, revision=self.revision + 1)

    @property
    def number(self) -> str:
        """What clients call it that know versions by numbers only."""
        return number_of(self.label, self.sequence)

    @property
    def is_deleted(self) -> bool:
        """Whether it is hidden and waits to be restored."""
        return self.deleted_at is not None

    @property
    def summary(self) -> VersionSummary:
        """What a list of models shows of it."""
        return VersionSummary(
            label=self.label,
            sequence=self.sequence,
            status=self.mutable.status,
            framework=self.framework,
            framework_version=self.framework_version,
            target=self.mutable.target,
            artifact_uri=self.artifact.uri,
            tags=short_tags(self.mutable.tags),
            created_at=self.created_at,
            created_by=self.created_by,
        )


def status_from(live: Collection[str], *, failed: bool = False) -> VersionStatus:
    """What a version's live deployments make of it; ``failed``: the last one that ended did not succeed.

    >>> status_from({"SUCCEEDED", "IN_PROGRESS"}), status_from([]), status_from([], failed=True)
    (<VersionStatus.DEPLOYING: 'DEPLOYING'>, <VersionStatus.REGISTERED: 'REGISTERED'>, <VersionStatus.FAILED: 'FAILED'>)
    """
    if any(status in live for status in ("REQUESTED", "IN_PROGRESS")):
        return VersionStatus.DEPLOYING
    if live:
        return VersionStatus.DEPLOYED
    return VersionStatus.FAILED if failed else VersionStatus.REGISTERED


WIRE_NAMES = {"target": "deploymentTarget"}


def differences(old: MutablePart, new: MutablePart) -> dict[str, tuple[Any, Any]]:
    """What an update changes, by wire name: the value before and after. Empty when nothing does.

    >>> differences(MutablePart(description="a"), MutablePart(description="b"))
    {'description': ('a', 'b')}
    """
    changed = {}
    for each in fields(MutablePart):
        before, after = getattr(old, each.name), getattr(new, each.name)
        # As text, because 1 == 1.0 == True in Python, and a user's number must not change unseen.
        if canonical_json(before) != canonical_json(after):
            changed[WIRE_NAMES.get(each.name, each.name)] = (before, after)
    return changed

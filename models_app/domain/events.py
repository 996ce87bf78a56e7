"""Events: the immutable record of one change each. Audit trail, history and outbox are all this one thing.

The kinds are EventBridge detail-types as well, so a name here may never change its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.aliases import LATEST
from models_app.domain.artifacts import is_in_s3
from models_app.domain.documents import canonical_json
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug, Username

SCHEMA_VERSION = 1
OUTSIDE_S3 = 2

# EventBridge takes 256 KB an entry; larger values than this are told in an event by their size alone.
MAX_VALUE_CHARACTERS = 4096
SHORT = MAX_VALUE_CHARACTERS // 6  # JSON writes a character in six at most


class EventKind(StrEnum):
    """What happened, in the past tense."""

    MODEL_VERSION_REGISTERED = "ModelVersionRegistered"
    MODEL_VERSION_UPDATED = "ModelVersionUpdated"
    MODEL_VERSION_DEREGISTERED = "ModelVersionDeregistered"
    MODEL_VERSION_RESTORED = "ModelVersionRestored"
    MODEL_CREATED = "ModelCreated"
    MODEL_UPDATED = "ModelUpdated"
    MODEL_RENAMED = "ModelRenamed"
    MODEL_DELETED = "ModelDeleted"
    MODEL_RESTORED = "ModelRestored"
    ALIAS_MOVED = "AliasMoved"
    ALIAS_REMOVED = "AliasRemoved"
    DEPLOYMENT_REQUESTED = "DeploymentRequested"
    DEPLOYMENT_STATUS_CHANGED = "DeploymentStatusChanged"
    TEAM_CREATED = "TeamCreated"
    TEAM_UPDATED = "TeamUpdated"
    TEAM_DELETED = "TeamDeleted"
    MEMBER_ADDED = "MemberAdded"
    MEMBER_ROLE_CHANGED = "MemberRoleChanged"
    MEMBER_REMOVED = "MemberRemoved"
    TOKEN_ISSUED = "TokenIssued"  # noqa: S105 - a name
    TOKEN_REVOKED = "TokenRevoked"  # noqa: S105 - a name
    WEBHOOK_CREATED = "WebhookCreated"
    WEBHOOK_UPDATED = "WebhookUpdated"
    WEBHOOK_DELETED = "WebhookDeleted"
    USER_CREATED = "UserCreated"
    USER_UPDATED = "UserUpdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change, as it is kept and published.

    Attributes:
        id: a ULID; also the id by which the changed items know the change that last wrote them.
        team: whose history it belongs to; None for what concerns a user or the platform.
        username: the user whose account changed, for events without a team.
        decides: the name whose meaning changed with it (``champion``), so that "what did it mean then" is one lookup.
        data: the facts of this kind of event, in wire names.
    """

    id: str
    kind: EventKind
    occurred_at: datetime
    actor: str
    request_id: str
    team: TeamSlug | None = None
    username: Username | None = None
    model: ModelId | None = None
    version: VersionLabel | None = None
    decides: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema_version(self) -> int:
        """The version of its schema. Who reads the first one may count on an artifact in S3."""
        if self.kind is EventKind.MODEL_VERSION_REGISTERED and not is_in_s3(self.data["artifact"]["s3Uri"]):
            return OUTSIDE_S3
        return SCHEMA_VERSION

    @classmethod
    def record(cls, kind: EventKind, *, by: Actor, after: datetime | None = None, **facts: Any) -> Self:
        """An event of this moment. ``facts`` are its other fields; a model's team is taken from the model.

        ``after`` is when the decision was made that this one takes the place of: no clock may put this one before it.
        """
        event_id = clock.new_id(after=after)
        if (model := facts.get("model")) is not None:
            facts["team"] = model.team
        return cls(
            id=event_id,
            kind=kind,
            occurred_at=clock.instant_of(event_id),
            actor=by.name,
            request_id=by.request_id,
            **facts,
        )


def decides_latest(*, when: bool) -> str | None:
    """The value of ``Event.decides`` for an event that may have moved ``latest``."""
    return LATEST if when else None


def told_changes(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """The data of an event about fields that changed, from each before and after.

    Of tags that are too large to be told, it tells at least which changed.

    >>> told_changes({"tags": ({"a": "x" * 5000, "b": "1"}, {"a": "x" * 5000, "c": "2"})})["changedTags"]
    {'set': ['c'], 'deleted': ['b']}
    """
    changes = {name: {"from": told(was), "to": told(now)} for name, (was, now) in pairs.items()}
    data: dict[str, Any] = {"changes": changes}
    was, now = pairs.get("tags", ({}, {}))
    if any(len(canonical_json(dict(tags))) > MAX_VALUE_CHARACTERS for tags in (was, now)):
        changed = sorted(key for key in now if was.get(key) != now[key])
        data["changedTags"] = {"set": changed, "deleted": sorted(set(was) - set(now))}
    return data


def told(value: Any) -> Any:
    """A value as an event tells it: whole, or by its size when it is too large to publish.

    >>> told("short"), told("x" * 5000)
    ('short', {'omitted': True, 'characters': 5002})
    """
    if isinstance(value, str) and len(value) < SHORT:
        return value
    characters = len(canonical_json(value))
    return value if characters <= MAX_VALUE_CHARACTERS else {"omitted": True, "characters": characters}

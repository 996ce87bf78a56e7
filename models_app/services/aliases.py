"""Moving and removing aliases, and what they mean, now or at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.aliases import LATEST, MAX_PER_MODEL, Alias, AliasName
from models_app.domain.errors import (
    AliasNotFound,
    ModelNotFound,
    NotFound,
    NothingAtThatTime,
    TooManyAliases,
    VersionNotFound,
)
from models_app.domain.events import Event, EventKind
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.permissions import Permission, authorize
from models_app.domain.relocations import EVERY_NAME
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.services.preconditions import Expected, expect
from models_app.storage import events, models, versions
from models_app.storage.relocations import until_settled
from models_app.storage.transactions import commit


@dataclass(frozen=True, slots=True)
class Moved:
    """Where an alias points after a move: ``is_new`` is True where the model had none of that name."""

    alias: Alias
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a name meant: the version, since when, and the event that made it so (None where that is not looked up)."""

    name: str
    at: datetime
    version: VersionLabel
    since: datetime | None = None
    event_id: str | None = None


def get_alias(*, actor: Actor, model_id: ModelId, name: AliasName) -> Alias:
    """Where an alias points. One call."""
    missing = AliasNotFound(model=model_id, alias=name)
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=missing)
    return versions.get_alias(model_id, name)


def move_alias(*, actor: Actor, name: AliasName, to: VersionReference, expected: Expected = None) -> Moved:
    """Point an alias to a version, making the alias where there is none. Two calls; already there: one.

    Raises:
        PermissionDenied: the actor is no contributor; or the alias is protected and it is no maintainer.
        VersionNotFound: there is no such version that the actor may see.
        RevisionMismatch: the alias is at none of the expected etags.
        TooManyAliases: the model has as many as it can.
    """
    authorize(actor, Permission.MOVE_ALIAS, team=to.model.team, hidden_as=to.missing)

    def attempt() -> Moved:
        around = versions.find_with_model(to, alias_to_move=name)
        if around.team is not None and around.team.protects(name):
            authorize(actor, Permission.MOVE_PROTECTED_ALIAS, team=to.model.team, hidden_as=to.missing)
        target = around.version
        if around.model is None or target is None or target.is_deleted:
            raise to.missing
        present = versions.alias(around.alias) if around.alias else None
        expect(present.etag if present else None, among=expected, what=f"alias {name}")
        if present and present.version == target.label:
            return Moved(present, is_new=False)
        pointing = models.aliases(around.model)
        if present is None and len(pointing) >= MAX_PER_MODEL:
            raise TooManyAliases(model=to.model, limit=MAX_PER_MODEL)
        event = Event.record(
            EventKind.ALIAS_MOVED,
            by=actor,
            after=present.moved_at if present else None,
            model=to.model,
            version=target.label,
            decides=name,
            data={"alias": name, "from": present.version if present else None, "to": target.label},
        )
        moved = Alias(
            name=name,
            version=target.label,
            moved_at=event.occurred_at,
            moved_by=actor.name,
            revision=present.revision + 1 if present else 1,
        )
        gaining = _with_aliases(target, target.aliases | {name})
        writes = [*versions.rewriting(target, gaining), versions.placing(moved, version_=gaining, seen=around.alias)]
        if around.alias:
            losing = versions.version(around.alias)
            writes += versions.rewriting(losing, _with_aliases(losing, losing.aliases - {name}))
        writes.append(
            models.pointing(
                to.model,
                seen=around.model,
                aliases_after=pointing | {name: target.label},
                at=event.occurred_at,
                target=target,
                as_latest=to.is_latest,
            )
        )
        commit(writes, event=event)
        return Moved(moved, is_new=present is None)

    return until_settled(attempt)


def remove_alias(*, actor: Actor, model_id: ModelId, name: AliasName, expected: Expected = None) -> None:
    """Take an alias away. Two calls.

    Raises:
        PermissionDenied: as for moving it.
        AliasNotFound: the model has none of that name, or none that the actor may see.
        RevisionMismatch: the alias is at none of the expected etags.
    """
    missing = AliasNotFound(model=model_id, alias=name)
    authorize(actor, Permission.MOVE_ALIAS, team=model_id.team, hidden_as=missing)

    def attempt() -> None:
        around = versions.find_with_model(VersionReference(model_id, alias=name), alias_to_move=name)
        if around.team is not None and around.team.protects(name):
            authorize(actor, Permission.MOVE_PROTECTED_ALIAS, team=model_id.team, hidden_as=missing)
        if around.alias is None or around.model is None:
            raise missing
        present = versions.alias(around.alias)
        expect(present.etag, among=expected, what=f"alias {name}")
        losing = versions.version(around.alias)
        pointing = {kept: label for kept, label in models.aliases(around.model).items() if kept != name}
        event = Event.record(
            EventKind.ALIAS_REMOVED,
            by=actor,
            after=present.moved_at,
            model=model_id,
            version=losing.label,
            decides=name,
            data={"alias": name, "from": losing.label},
        )
        writes = [
            *versions.rewriting(losing, _with_aliases(losing, losing.aliases - {name})),
            versions.taking_away(name, model_id=model_id, seen=around.alias),
            models.pointing(model_id, seen=around.model, aliases_after=pointing, at=clock.now()),
        ]
        commit(writes, event=event)

    until_settled(attempt)


def resolve(*, actor: Actor, model_id: ModelId, name: str, at: datetime | None = None) -> Resolution:
    """Which version an alias, or ``latest``, means now; or meant at a time, as events tell. One call; for a time, two.

    Raises:
        AliasNotFound, ModelNotFound: it means nothing now, or nothing that the actor may see.
        NothingAtThatTime: it meant nothing then, or nothing that the actor may see.
    """
    now = clock.now()
    missing: NotFound = AliasNotFound(model=model_id, alias=name) if name != LATEST else ModelNotFound(model=model_id)
    if at is not None:
        missing = NothingAtThatTime(sentence="At that time the name meant no version")
    authorize(actor, Permission.READ, team=model_id.team, hidden_as=missing)
    if at is not None:
        return _resolve_from_events(model_id, name, at=at, missing=missing)
    if name == LATEST:
        try:
            return Resolution(name=name, at=now, version=versions.get(VersionReference(model_id)).label)
        except VersionNotFound:
            raise missing from None
    alias = versions.get_alias(model_id, AliasName(name))
    return Resolution(name=name, at=now, version=alias.version, since=alias.moved_at)


def _resolve_from_events(model_id: ModelId, name: str, *, at: datetime, missing: NotFound) -> Resolution:
    decisions = [events.find_decision(model_id, each, at=at) for each in (name, EVERY_NAME)]
    event = max((found for found in decisions if found), key=lambda found: found.id, default=None)
    label = _meaning(event, model_id, name) if event else None
    if event is None or label is None:
        raise missing
    return Resolution(name=name, at=at, version=VersionLabel(label), since=event.occurred_at, event_id=event.id)


def _meaning(event: Event, model_id: ModelId, name: str) -> str | None:
    """The label that a decision made a name of the model mean, or None."""
    data = event.data
    match event.kind:
        case EventKind.ALIAS_REMOVED | EventKind.MODEL_DELETED:
            return None
        case EventKind.MODEL_RENAMED if data["to"] != str(model_id):
            return None
        case EventKind.MODEL_RENAMED | EventKind.MODEL_RESTORED if name != LATEST:
            label: str | None = data["aliases"].get(name)
            return label
    meant: str | None = data["latest"] if name == LATEST else data["to"]
    return meant


def _with_aliases(version: ModelVersion, aliases: frozenset[AliasName]) -> ModelVersion:
    """The version with other aliases: a new revision, but nothing that somebody wrote in it has changed."""
    return replace(version, aliases=aliases, revision=version.revision + 1)

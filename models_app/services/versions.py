"""Registering, reading, changing, deleting and restoring versions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.errors import (
    ArtifactDiffers,
    ModelNotFound,
    RestorePeriodOver,
    TeamNotFound,
    VersionDeleted,
    VersionInUse,
)
from models_app.domain.events import Event, EventKind, decides_latest, told, told_changes
from models_app.domain.labels import VersionLabel
from models_app.domain.permissions import Permission, authorize
from models_app.domain.versions import (
    RESTORE_PERIOD,
    ModelVersion,
    MutablePart,
    Registration,
    VersionReference,
    VersionStatus,
    differences,
    status_from,
)
from models_app.services.idempotency import Once, answered_once, keeping
from models_app.services.preconditions import Expected, expect
from models_app.storage import models, numbers, teams, version_lists, versions
from models_app.storage.relocations import until_settled
from models_app.storage.table import ModelItem, NumberItem, VersionItem
from models_app.storage.transactions import Refused, Write, commit

Blocker = dict[str, str]


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration came to: ``is_new`` is False where the same artifact already had the label."""

    version: ModelVersion
    is_new: bool


def register(
    *, actor: Actor, registration: Registration, once: Once[Registered] | None = None, in_existing: bool = False
) -> Registered:
    """Register a version, and its model with it where that is new. Calls: 1 with a label, 2 without.

    One more where the label is not the model's highest, two where others take numbers at the same time; and one for
    administrators and single sign-on, whose team may not exist. With ``once`` likewise; one more where it is refused.
    A version without a label may ask for a model that is there: ``in_existing``.

    Raises:
        ModelNotFound: the model should be there and is not.
        PermissionDenied, TeamNotFound: the actor is no contributor of the team.
        ArtifactDiffers: the label belongs to another artifact.
        VersionDeleted: the label belongs to a deleted version.
        KeyReused, AnsweredBefore: the key belongs to another request, or the same one was made before.
    """
    team = registration.model.team
    authorize(actor, Permission.REGISTER, team=team, hidden_as=TeamNotFound(team=team))
    if actor.may_miss_a_team:
        teams.get(team)
    label = registration.label
    with answered_once(once):
        if label is not None:
            return until_settled(
                lambda: _register_as(label, actor=actor, registration=registration, seen=None, once=once)
            )
        return until_settled(
            lambda: _register_next(actor=actor, registration=registration, once=once, in_existing=in_existing)
        )


def get_version(*, actor: Actor, reference: VersionReference) -> ModelVersion:
    """The version that a reference means. One call.

    Raises:
        VersionNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=reference.model.team, hidden_as=reference.missing)
    return versions.get(reference)


def update(
    *,
    actor: Actor,
    reference: VersionReference,
    change: Callable[[ModelVersion], MutablePart],
    expected: Expected = None,
) -> ModelVersion:
    """Give a version another mutable part, computed from the present version. Two calls; nothing to change: one.

    ``change`` may run more than once: whoever else writes at the same time, the change applies to what then stands.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no contributor, or there is no such version.
        RevisionMismatch: the version is at none of the expected etags.
    """
    authorize(actor, Permission.UPDATE, team=reference.model.team, hidden_as=reference.missing)

    def attempt() -> ModelVersion:
        around = versions.find_with_model(reference)
        old = _live(around.version, reference)
        expect(old.etag, among=expected, what=_name(old))
        part = change(old)
        if part.status is VersionStatus.REGISTERED:
            part = replace(part, status=status_from({live.status for live in old.deployments.values()}))
        new, event = updated(old, part, by=actor)
        if event is None or around.model is None:
            return old
        commit([*versions.rewriting(old, new), models.reflecting(new, seen=around.model)], event=event)
        return new

    return until_settled(attempt)


def updated(old: ModelVersion, part: MutablePart, *, by: Actor) -> tuple[ModelVersion, Event | None]:
    """A version with another mutable part, and the event that tells of it; the old one and None if nothing changes."""
    changes = differences(old.mutable, part)
    if not changes:
        return old, None
    new = old.changed(mutable=part, by=by.name, at=clock.now())
    return new, _event(EventKind.MODEL_VERSION_UPDATED, new, by, data=told_changes(changes))


def find_blockers(version: ModelVersion) -> list[Blocker]:
    """What forbids deleting a version: aliases that point to it, deployments that run it or are about to."""
    aliases = [{"kind": "alias", "alias": alias} for alias in sorted(version.aliases)]
    live = [
        {
            "kind": "deployment",
            "deploymentId": key,
            "environment": each.environment,
            "deploymentTarget": each.target,
            "status": each.status,
        }
        for key, each in sorted(version.deployments.items())
    ]
    return aliases + live


def plan_deletion(
    *, actor: Actor, reference: VersionReference, expected: Expected = None
) -> tuple[ModelVersion, list[Blocker]]:
    """What a deletion would do, without doing it: the version, and what forbids it. One call."""
    authorize(actor, Permission.DELETE, team=reference.model.team, hidden_as=reference.missing)
    version = versions.get(reference)
    expect(version.etag, among=expected, what=_name(version))
    return version, find_blockers(version)


def delete(*, actor: Actor, reference: VersionReference, expected: Expected = None) -> None:
    """Hide a version until it is restored. Two calls; three where it was the model's highest.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no maintainer, or there is no such version.
        VersionInUse: something depends on it; ``blockers`` says what.
        RevisionMismatch: the version is at none of the expected etags.
    """
    authorize(actor, Permission.DELETE, team=reference.model.team, hidden_as=reference.missing)

    def attempt() -> None:
        around = versions.find_with_model(reference)
        old = _live(around.version, reference)
        expect(old.etag, among=expected, what=_name(old))
        if blockers := find_blockers(old):
            summary = _summary(blockers)
            raise VersionInUse(version=old.label, model=old.model, summary=summary, blockers=blockers)
        if around.model is None:
            raise reference.missing
        now = clock.now()
        gone = old.changed(deleted_at=now, deleted_by=actor.name, by=actor.name, at=now)
        was_highest = around.model.latest_key == old.label.key
        successor = version_lists.find_below(old.label, model_id=old.model) if was_highest else None
        event = _event(
            EventKind.MODEL_VERSION_DEREGISTERED,
            gone,
            actor,
            decides=decides_latest(when=was_highest),
            data={"latest": successor.label if successor else None} if was_highest else {},
        )
        writes: list[Write] = [
            *versions.rewriting(old, gone),
            models.removing(gone, seen=around.model, successor=successor),
        ]
        if successor is not None:
            writes.append(versions.unchanged(successor))
        commit(writes, event=event)

    until_settled(attempt)


def restore(*, actor: Actor, reference: VersionReference) -> ModelVersion:
    """Bring a deleted version back as it was. Two calls; a version that is not deleted is left as it is.

    One more for administrators and single sign-on, whose team may not exist.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no maintainer, or there never was such a version.
        RestorePeriodOver: it was deleted too long ago.
    """
    authorize(actor, Permission.RESTORE, team=reference.model.team, hidden_as=reference.missing)
    if actor.may_miss_a_team:
        teams.get(reference.model.team)

    def attempt() -> ModelVersion:
        around = versions.find_with_model(reference)
        old = around.version
        if old is None or around.model is None:
            raise reference.missing
        if old.deleted_at is None:
            return old
        now = clock.now()
        if now - old.deleted_at > RESTORE_PERIOD:
            raise RestorePeriodOver(version=old.label, model=old.model, days=RESTORE_PERIOD.days)
        back = old.changed(deleted_at=None, deleted_by=None, by=actor.name, at=now)
        highest = models.is_highest(back.label, seen=around.model)
        event = _event(
            EventKind.MODEL_VERSION_RESTORED,
            back,
            actor,
            decides=decides_latest(when=highest),
            data={"latest": back.label} if highest else {},
        )
        commit([*versions.rewriting(old, back), models.adding(back, seen=around.model)], event=event)
        return back

    return until_settled(attempt)


def _register_next(
    *, actor: Actor, registration: Registration, once: Once[Registered] | None, in_existing: bool
) -> Registered:
    label, standing = numbers.next_number(registration.model)
    if in_existing and (standing is None or not standing.created_at):
        raise ModelNotFound(model=registration.model)
    version = ModelVersion.begin(registration, label=label, by=actor.name, at=clock.now())
    with suppress(Refused):  # somebody was faster
        adding = numbers.taking(label, models.adding(version, seen=standing), seen=standing)
        return _put(version, adding, actor=actor, seen=standing, once=once)
    label, seen = numbers.reserve_number(registration.model)
    if in_existing and not seen.created_at:
        raise ModelNotFound(model=registration.model)  # the number stays unused, as any may
    outcome = _register_as(label, actor=actor, registration=registration, seen=seen, is_reserved=True, once=once)
    if not outcome.is_new:
        raise Refused(None)  # somebody registered that very number as a label: take another
    return outcome


def _register_as(
    label: VersionLabel,
    *,
    actor: Actor,
    registration: Registration,
    seen: ModelItem | None,
    is_reserved: bool = False,
    once: Once[Registered] | None,
) -> Registered:
    attempt = 0
    while True:
        version = ModelVersion.begin(registration, label=label, by=actor.name, at=clock.now(), attempt=attempt)
        try:
            return _put(version, models.adding(version, seen=seen), actor=actor, seen=seen, once=once)
        except Refused as refused:
            if isinstance(refused.item, ModelItem) and not (refused.item.move or refused.item.arriving):
                seen = refused.item  # the label is not the highest after all: now we know what stands
                continue
            if isinstance(refused.item, NumberItem):
                attempt += 1  # another label of this very millisecond has its number
                continue
            if not isinstance(refused.item, VersionItem):
                raise
            taken = versions.version(refused.item)
            return Registered(taken if is_reserved else _same(taken, registration), is_new=False)


def _put(
    version: ModelVersion, adding: Write, *, actor: Actor, seen: ModelItem | None, once: Once[Registered] | None
) -> Registered:
    registered = Registered(version, is_new=True)
    highest = models.is_highest(version.label, seen=seen)
    event = _event(
        EventKind.MODEL_VERSION_REGISTERED,
        version,
        actor,
        decides=decides_latest(when=highest),
        data=facts(version) | ({"latest": version.label} if highest else {}),
    )
    commit([*keeping(once, registered, at=version.created_at), *versions.creating(version), adding], event=event)
    return registered


def _same(taken: ModelVersion, registration: Registration) -> ModelVersion:
    """The version that has the label, if it is what the caller wants to register."""
    if taken.is_deleted:
        raise VersionDeleted(version=taken.label, model=taken.model)
    if differing := taken.artifact.differences(registration.artifact):
        raise ArtifactDiffers(version=taken.label, model=taken.model, fields=", ".join(differing))
    return taken


def _summary(blockers: list[Blocker]) -> str:
    told = []
    if aliases := [each["alias"] for each in blockers if each["kind"] == "alias"]:
        names = ", ".join(aliases)
        told.append(f"the alias {names} points to it" if len(aliases) == 1 else f"the aliases {names} point to it")
    if places := [each["environment"] for each in blockers if each["kind"] == "deployment"]:
        told.append(f"it is deployed, or about to be, in {', '.join(places)}")
    return ", and ".join(told)


def _live(version: ModelVersion | None, reference: VersionReference) -> ModelVersion:
    if version is None or version.is_deleted:
        raise reference.missing
    return version


def _name(version: ModelVersion) -> str:
    return f"version {version.label} of model {version.model}"


def _event(kind: EventKind, version: ModelVersion, actor: Actor, **facts: Any) -> Event:
    return Event.record(kind, by=actor, model=version.model, version=version.label, **facts)


def facts(version: ModelVersion) -> dict[str, Any]:
    """What the event of a registration tells: enough to act on without asking back."""
    return {
        "framework": version.framework,
        "frameworkVersion": version.framework_version,
        "deploymentTarget": version.mutable.target,
        "artifact": {
            "s3Uri": version.artifact.uri,
            "sha256": version.artifact.sha256,
            "sizeBytes": version.artifact.size_bytes,
        },
        "description": told(version.mutable.description),
        "metrics": told(dict(version.mutable.metrics)),
        "tags": told(dict(version.mutable.tags)),
    }

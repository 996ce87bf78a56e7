"""Renaming, deleting and restoring whole models: all of a model's rows move, and its history stays with the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.deployments import Slot
from models_app.domain.errors import ModelNotFound
from models_app.domain.events import Event, EventKind
from models_app.domain.models import ModelId, RegisteredModel
from models_app.domain.permissions import Permission, authorize
from models_app.domain.relocations import EVERY_NAME, Destination, ModelInUse, NothingToRestore
from models_app.domain.versions import RESTORE_PERIOD
from models_app.services.deployments import placement_in, where
from models_app.services.preconditions import Expected, expect
from models_app.storage import models, relocations, teams
from models_app.storage.relocations import Move, until_settled
from models_app.storage.table import ModelItem
from models_app.storage.transactions import commit

Blocker = dict[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """The model as it is where it was moved to, unless another request did that; and the move, if it leaves rows."""

    model: RegisteredModel | None = None
    left: Move | None = None


def rename_model(*, actor: Actor, model_id: ModelId, to: ModelId, expected: Expected = None) -> RegisteredModel:
    """Give a model another name, in the same team. Four calls, if it has no more than 48 versions and aliases.

    Its events and deployments stay with the name under which they happened; aliases and numbers go with it.

    Raises:
        PermissionDenied, ModelNotFound: the actor is no maintainer, or there is no such model.
        ModelTaken: there is a model of the new name.
        ModelInUse: something is deployed under the present name.
        RevisionMismatch: the model is at none of the expected etags.
        MoveUnderWay: it has so many versions that the request has to be repeated.
    """
    authorize(actor, Permission.RENAME, team=model_id.team, hidden_as=ModelNotFound(model=model_id))

    def attempt() -> Moved:
        head = models.find_item(model_id)
        if head is None:
            return Moved(left=_begun_before(model_id, to=to))
        model = _checked(head, expected)
        if to == model_id:
            return Moved(model)
        facts = {"from": str(model_id), "to": str(to), **_meanings(model)}
        renamed = _event(EventKind.MODEL_RENAMED, actor, to, model, data=facts)
        left = _event(EventKind.MODEL_RENAMED, actor, model_id, model, data=facts)
        return _decide(head, Destination(model=to), event=renamed, also=[left])

    return _arrived(until_settled(attempt), at=to)


def plan_renaming(*, actor: Actor, model_id: ModelId) -> tuple[RegisteredModel, Sequence[Blocker]]:
    """A model, and what forbids renaming it. One call."""
    authorize(actor, Permission.RENAME, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    model = models.get(model_id)
    return model, find_blockers(model)


def plan_deletion(
    *, actor: Actor, model_id: ModelId, expected: Expected = None
) -> tuple[RegisteredModel, Sequence[Blocker]]:
    """What a deletion would do, without doing it: the model, and what forbids it. One call."""
    authorize(actor, Permission.DELETE, team=model_id.team, hidden_as=ModelNotFound(model=model_id))
    model = models.get(model_id)
    expect(model.etag, among=expected, what=f"model {model_id}")
    return model, find_blockers(model)


def delete_model(*, actor: Actor, model_id: ModelId, expected: Expected = None) -> None:
    """Put a model into the archive, with all versions and aliases. Four calls, if it has no more than 48 of them.

    Its name is free then, and starts anew with number 1. Within 30 days it can be restored.

    Raises:
        PermissionDenied, ModelNotFound: the actor is no maintainer, or there is no such model.
        ModelInUse: something of it is deployed.
        RevisionMismatch: the model is at none of the expected etags.
        MoveUnderWay: it has so many versions that the request has to be repeated.
    """
    authorize(actor, Permission.DELETE, team=model_id.team, hidden_as=ModelNotFound(model=model_id))

    def attempt() -> Moved:
        head = models.find_item(model_id)
        if head is None:
            return Moved(left=_begun_before(model_id, to=None))
        model = _checked(head, expected)
        deleted = _event(EventKind.MODEL_DELETED, actor, model_id, model, data={"versionCount": model.version_count})
        archive = Destination(model=model_id, deletion=deleted.id, deleted_at=deleted.occurred_at)
        return _decide(head, archive, event=deleted)

    _carry_out(until_settled(attempt))


def restore_model(*, actor: Actor, model_id: ModelId) -> RegisteredModel:
    """Bring back the model of that name that was deleted last, as it was. Five calls, if it is no large one.

    One more for administrators and single sign-on, whose team may not exist.

    Raises:
        PermissionDenied, NothingToRestore: the actor is no maintainer, or no such model was deleted in 30 days.
        ModelTaken: there is a model of that name again.
        MoveUnderWay: it has so many versions that the request has to be repeated.
    """
    nothing = NothingToRestore(model=model_id, days=RESTORE_PERIOD.days)
    authorize(actor, Permission.RESTORE, team=model_id.team, hidden_as=nothing)
    if actor.may_miss_a_team:
        teams.get(model_id.team)

    def attempt() -> Moved:
        head = relocations.find_deleted(model_id)
        if head is None or (head.expires_at or 0) <= clock.now().timestamp():
            standing = models.find_item(model_id)
            if standing is not None and relocations.is_coming_back(standing):
                return Moved(left=relocations.find_move_around(standing))  # this very request, repeated
            raise nothing
        model = models.model(head)
        restored = _event(EventKind.MODEL_RESTORED, actor, model_id, model, data=_meanings(model))
        return _decide(head, Destination(model=model_id), event=restored)

    return _arrived(until_settled(attempt), at=model_id)


def finish_moves() -> int:
    """Carry out the moves that somebody began and did not live to end; how many there were."""
    unfinished = relocations.list_unfinished(limit=100)
    for move in unfinished:
        relocations.carry_out(move)
    return len(unfinished)


def find_blockers(model: RegisteredModel) -> list[Blocker]:
    """What forbids renaming or deleting a model: deployments of it that run or are about to."""
    blockers = []
    for name in sorted(model.placements):
        slot = Slot.parse(name)
        placement = placement_in(model.placements, slot)
        current = [placement.current.deployment] if placement.current else []
        in_flight = [placement.in_flight] if placement.in_flight else []
        blockers += [{"kind": "deployment", "deploymentId": str(each), **where(slot)} for each in current + in_flight]
    return blockers


def _decide(head: ModelItem, destination: Destination, *, event: Event, also: Sequence[Event] = ()) -> Moved:
    """Commit a model's move."""
    move = Move.of(head, destination, event=event)
    writes, arrived, is_more = relocations.moving(head, move)
    commit(writes, event=event, also=also)
    return Moved(models.model(arrived), left=move if is_more else None)


def _carry_out(moved: Moved) -> None:
    if moved.left is not None:
        relocations.carry_out(moved.left)


def _arrived(moved: Moved, *, at: ModelId) -> RegisteredModel:
    """The model at its destination, once all of it is there; it is read only where this request did not move it."""
    _carry_out(moved)
    return moved.model or models.get(at)


def _checked(head: ModelItem, expected: Expected) -> RegisteredModel:
    """The model that stands there, if it is as expected and nothing of it is in use."""
    model = models.model(head)
    expect(model.etag, among=expected, what=f"model {model.id}")
    if blockers := find_blockers(model):
        places = ", ".join(sorted({each["environment"] for each in blockers}))
        raise ModelInUse(model=model.id, places=places, blockers=blockers)
    return model


def _begun_before(model_id: ModelId, *, to: ModelId | None) -> Move:
    """The move that this very request began before: to a name, or to the archive."""
    move = relocations.find_move(model_id)
    if move is None or move.is_deletion != (to is None) or move.model != (to or model_id):
        raise ModelNotFound(model=model_id)
    return move


def _meanings(model: RegisteredModel) -> dict[str, Any]:
    """What the names of a model mean from now on, for whoever asks later what they meant."""
    return {"latest": model.latest.label if model.latest else None, "aliases": dict(model.aliases)}


def _event(kind: EventKind, actor: Actor, model_id: ModelId, moved: RegisteredModel, **facts: Any) -> Event:
    """An event of a move, behind every decision about a name of the model: each changed the model."""
    return Event.record(kind, by=actor, after=moved.updated_at, model=model_id, decides=EVERY_NAME, **facts)

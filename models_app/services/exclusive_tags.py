"""A tag's value that one version of a model has at a time: whoever gets it takes it from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models_app.domain.actors import Actor
from models_app.domain.permissions import Permission, authorize
from models_app.domain.versions import ModelVersion, MutablePart, VersionReference
from models_app.services.versions import updated
from models_app.storage import models, version_lists, versions
from models_app.storage.relocations import until_settled
from models_app.storage.transactions import commit

# A transaction takes 100 actions. Each version has two rows and an event; a model's aliases are 50, and it is one.
AT_ONCE = 16


def move_tag(*, actor: Actor, reference: VersionReference, key: str, value: str, others: str) -> ModelVersion:
    """Give a version a tag; the other versions that have it with that value get the value ``others``.

    All of it is one transaction, where no more than fifteen others have it; of more, the rest follow likewise. Three
    calls, and one more for each further megabyte of the model's versions.

    Raises:
        PermissionDenied, VersionNotFound: the actor is no contributor, or there is no such version.
        ChangeTooLarge: the versions are too large to be changed at once; nothing is changed.
    """
    authorize(actor, Permission.UPDATE, team=reference.model.team, hidden_as=reference.missing)

    def attempt() -> tuple[ModelVersion, bool]:
        around = versions.find_with_model(reference)
        if around.model is None or around.version is None or around.version.is_deleted:
            raise reference.missing
        tagged = version_lists.list_tagged(reference.model, key=key, value=value)
        losing = [each for each in tagged if each.label != around.version.label]
        changes = [(around.version, value), *((each, others) for each in losing[: AT_ONCE - 1])]
        told = [(old, *updated(old, _tagged(old, {key: to}), by=actor)) for old, to in changes]
        changed = [(old, new, event) for old, new, event in told if event is not None]
        if changed:
            [first, *also] = [event for _, _, event in changed]
            writes = [write for old, new, _ in changed for write in versions.rewriting(old, new)]
            writes.append(models.reflecting_all([new for _, new, _ in changed], seen=around.model))
            commit(writes, event=first, also=also)
        return told[0][1], len(losing) < AT_ONCE

    while True:
        version, is_done = until_settled(attempt)
        if is_done:
            return version


def _tagged(version: ModelVersion, tags: Mapping[str, str]) -> MutablePart:
    return replace(version.mutable, tags={**version.mutable.tags, **tags})

"""MLflow's four stages. The registry knows aliases instead; a stage is kept as a tag of the version."""

from __future__ import annotations

from dataclasses import replace

from models_app.domain.actors import Actor
from models_app.domain.versions import ModelVersion, MutablePart, VersionReference
from models_app.mlflow.calls import STAGE_TAG
from models_app.mlflow.refusals import invalid
from models_app.mlflow.representations import NO_STAGE, stage_of
from models_app.services import models, versions

ARCHIVED = "Archived"
ACTIVE = ("Staging", "Production")
STAGES = (NO_STAGE, *ACTIVE, ARCHIVED)
BATCH = 100


def parse_stage(text: str) -> str:
    """The stage, however its letters are cased."""
    for stage in STAGES:
        if text.lower() == stage.lower():
            return stage
    raise invalid(f"Invalid Model Version stage: {text[:100]}. Value must be one of {', '.join(STAGES)}.")


def transition(*, actor: Actor, reference: VersionReference, to: str, archive_others: bool) -> ModelVersion:
    """Put a version in a stage; the others there go to the archive, if that is asked. Two calls for each version.

    It is no single change: the version comes first, so that the stage is never empty, and doing it again goes on.
    """
    if archive_others and to not in ACTIVE:
        raise invalid(f"Only versions in {' or '.join(ACTIVE)} are archived; leave 'archive_existing_versions' out.")
    changed = _put(actor, reference, to)
    if archive_others:
        for other in _in_stage(actor, reference, to):
            _put(actor, VersionReference(other.model, label=other.label), ARCHIVED)
    return changed


def _put(actor: Actor, reference: VersionReference, stage: str) -> ModelVersion:
    def change(version: ModelVersion) -> MutablePart:
        others = {key: value for key, value in version.mutable.tags.items() if key != STAGE_TAG}
        return replace(version.mutable, tags=others if stage == NO_STAGE else others | {STAGE_TAG: stage})

    return versions.update(actor=actor, reference=reference, change=change)


def _in_stage(actor: Actor, but: VersionReference, stage: str) -> list[ModelVersion]:
    found: list[ModelVersion] = []
    below, more = None, True
    while more:
        batch, more = models.list_versions(actor=actor, model_id=but.model, limit=BATCH, below=below)
        found += [version for version in batch if stage_of(version) == stage and version.label != but.label]
        below = batch[-1].label if batch else None
        more = more and below is not None
    return found

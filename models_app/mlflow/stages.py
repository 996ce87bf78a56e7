"""MLflow's four stages. The registry knows aliases instead; a stage is kept as a tag of the version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models_app.domain.actors import Actor
from models_app.domain.models import ModelId
from models_app.domain.versions import ModelVersion, MutablePart, VersionReference
from models_app.mlflow.refusals import invalid
from models_app.mlflow.representations import NO_STAGE, stage_of
from models_app.mlflow.values import STAGE_TAG
from models_app.services import models, versions
from models_app.services.exclusive_tags import move_tag

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
    """Put a version in a stage; the others there go to the archive, if that is asked, with it or not at all.

    Two calls; three with others, and more in a model of more than 250 versions.
    """
    if archive_others and to not in ACTIVE:
        sentence = f"because '{to}' is not an Active stage. Valid stages are {list(ACTIVE)}"
        raise invalid(f"Model version transition cannot archive existing model versions {sentence}")
    if archive_others:
        return move_tag(actor=actor, reference=reference, key=STAGE_TAG, value=to, others=ARCHIVED)
    return _put(actor, reference, to)


def find_in_stage(stage: str, *, actor: Actor, model_id: ModelId) -> ModelVersion | None:
    """The highest version in a stage, or None. A call for every hundred versions above it."""
    return next(_walk(actor, model_id, stage), None)


def _put(actor: Actor, reference: VersionReference, stage: str) -> ModelVersion:
    def change(version: ModelVersion) -> MutablePart:
        others = {key: value for key, value in version.mutable.tags.items() if key != STAGE_TAG}
        return replace(version.mutable, tags=others if stage == NO_STAGE else others | {STAGE_TAG: stage})

    return versions.update(actor=actor, reference=reference, change=change)


def _walk(actor: Actor, model_id: ModelId, stage: str) -> Iterator[ModelVersion]:
    below, more = None, True
    while more:
        batch, more = models.list_versions(actor=actor, model_id=model_id, limit=BATCH, below=below)
        yield from (version for version in batch if stage_of(version) == stage)
        below = batch[-1].label if batch else None
        more = more and below is not None

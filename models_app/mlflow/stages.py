"""MLflow's four stages. The registry knows aliases instead; a stage is kept as a tag of the version."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
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

# In how many of a model's highest versions stages are looked for first: as many as one call brings.
NEWEST = 100
# How often the others are gone on with, up to four megabytes each time.
MAX_PAGES = 5


def parse_stage(text: str) -> str:
    """The stage, however its letters are cased."""
    for stage in STAGES:
        if text.lower() == stage.lower():
            return stage
    raise invalid(f"Invalid Model Version stage: {text[:100]}. Value must be one of {', '.join(STAGES)}.")


def transition(*, actor: Actor, reference: VersionReference, to: str, archive_others: bool) -> ModelVersion:
    """Put a version in a stage; the others there go to the archive, if that is asked, with it or not at all.

    Two calls; three with others, and one more for each further megabyte of the model's versions.
    """
    if archive_others and to not in ACTIVE:
        sentence = f"because '{to}' is not an Active stage. Valid stages are {list(ACTIVE)}"
        raise invalid(f"Model version transition cannot archive existing model versions {sentence}")
    if archive_others:
        return move_tag(actor=actor, reference=reference, key=STAGE_TAG, value=to, others=ARCHIVED)
    return _put(actor, reference, to)


def find_in_stage(stage: str, *, actor: Actor, model_id: ModelId) -> ModelVersion | None:
    """The highest version in a stage, or None. Calls as ``find_in_stages``."""
    return find_in_stages({stage}, actor=actor, model_id=model_id).get(stage)


def find_in_stages(stages: AbstractSet[str], *, actor: Actor, model_id: ModelId) -> dict[str, ModelVersion]:
    """The highest version in each of some stages that has one.

    One call for the 100 highest of the model, among which ``None`` is looked for alone. Where those do not tell, up to
    twenty more, which look at a megabyte of versions each: all that most models ever have.
    """
    found: dict[str, ModelVersion] = {}
    batch, below = models.list_versions(actor=actor, model_id=model_id, limit=NEWEST)
    for _ in range(MAX_PAGES):
        _note(batch, stages, found)
        left = [stage for stage in STAGES if stage in stages - found.keys() and stage != NO_STAGE]
        if below is None or not left:
            return found
        tags = [(STAGE_TAG, stage) for stage in left]
        batch, below = models.list_tagged_versions(actor=actor, model_id=model_id, tags=tags, limit=1, below=below)
    _note(batch, stages, found)
    return found


def _note(batch: Sequence[ModelVersion], stages: AbstractSet[str], found: dict[str, ModelVersion]) -> None:
    for version in batch:
        if (stage := stage_of(version)) in stages:
            found.setdefault(stage, version)


def _put(actor: Actor, reference: VersionReference, stage: str) -> ModelVersion:
    def change(version: ModelVersion) -> MutablePart:
        others = {key: value for key, value in version.mutable.tags.items() if key != STAGE_TAG}
        return replace(version.mutable, tags=others if stage == NO_STAGE else others | {STAGE_TAG: stage})

    return versions.update(actor=actor, reference=reference, change=change)

"""What clients do with model versions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models_app.domain.aliases import AliasName
from models_app.domain.artifacts import Artifact
from models_app.domain.errors import InvalidFields, VersionInUse
from models_app.domain.frameworks import Framework
from models_app.domain.versions import ModelVersion, MutablePart, Registration
from models_app.mlflow.calls import Call
from models_app.mlflow.repeating import answer_once
from models_app.mlflow.representations import tags_of, version_body
from models_app.mlflow.sources import check_source, find_origin, is_prompt
from models_app.mlflow.stages import parse_stage, transition
from models_app.mlflow.values import check_tags
from models_app.services import aliases, versions
from models_app.services.idempotency import Once
from models_app.services.versions import Registered

Body = dict[str, Any]

FRAMEWORK_TAG = "framework"
# Texts that are kept with the version and mean nothing to the registry.
ORIGIN = {"run_id": "runId", "run_link": "runLink", "model_id": "modelId"}
MAX_ORIGIN = 2048


def create(call: Call) -> Body:
    """Register the next version of a model that is there. Two calls; one more for a copy of another version.

    MLflow's client is sent on before that, once its request is found to be in order.
    """
    source, tags, model_id = call.text("source"), call.tags, call.model_id
    check_source(source, is_prompt=is_prompt(tags))
    lineage = {}
    for name, kept in ORIGIN.items():
        if text := call.text(name, default=""):
            if len(text) > MAX_ORIGIN:
                raise _too_long(name)
            lineage[kept] = text
    mutable = MutablePart(description=call.description, tags=tags)

    def register(once: Once[Registered] | None) -> Registered:
        origin = find_origin(source, call=call)
        copied = {"source": f"models:/{origin.model.name}/{origin.number}"} if origin else {}
        registration = Registration(
            model=model_id,
            label=None,
            framework=origin.framework if origin else framework_of(tags),
            framework_version=origin.framework_version if origin else None,
            artifact=origin.artifact if origin else Artifact(uri=source),
            signature=origin.signature if origin else None,
            lineage=lineage | copied or None,
            mutable=mutable,
        )
        return versions.register(actor=call.actor, registration=registration, once=once, in_existing=True)

    return answer_once(
        call,
        address="model-versions/create",
        do=register,
        answer=lambda registered: {"model_version": version_body(registered.version)},
    )


def get(call: Call) -> Body:
    """A version. One call."""
    return {"model_version": version_body(versions.get_version(actor=call.actor, reference=call.reference))}


def update(call: Call) -> Body:
    """Replace a version's description; without one, it is cleared."""
    description = call.description
    return {"model_version": version_body(_changed(call, lambda _: {"description": description}))}


def delete(call: Call) -> Body:
    """Hide a version, and take away the aliases that point to it. Refused while it is deployed."""
    reference = call.reference
    try:
        versions.delete(actor=call.actor, reference=reference)
    except VersionInUse as refusal:
        blockers = refusal.details["blockers"]
        if any(blocker["kind"] != "alias" for blocker in blockers):
            raise
        for blocker in blockers:
            aliases.remove_alias(actor=call.actor, model_id=reference.model, name=AliasName(blocker["alias"]))
        versions.delete(actor=call.actor, reference=reference)
    return {}


def get_download_uri(call: Call) -> Body:
    """Where the artifact is; of a copy, where the original's is. One call."""
    return {"artifact_uri": versions.get_version(actor=call.actor, reference=call.reference).artifact.uri}


def transition_stage(call: Call) -> Body:
    """Put a version in a stage."""
    version = transition(
        actor=call.actor,
        reference=call.reference,
        to=parse_stage(call.text("stage")),
        archive_others=call.flag("archive_existing_versions"),
    )
    return {"model_version": version_body(version)}


def set_tag(call: Call) -> Body:
    """Set a tag of a version."""
    key, value = call.tag

    def change(version: ModelVersion) -> Body:
        check_tags({**tags_of(version), key: value})
        return {"tags": {**version.mutable.tags, key: value}}

    _changed(call, change)
    return {}


def delete_tag(call: Call) -> Body:
    """Take a tag of a version away; one that is not there is gone already."""
    gone = call.tag_key
    _changed(
        call,
        lambda version: {"tags": {key: value for key, value in version.mutable.tags.items() if key != gone}},
    )
    return {}


def _changed(call: Call, change: Any) -> ModelVersion:
    return versions.update(
        actor=call.actor,
        reference=call.reference,
        change=lambda version: replace(version.mutable, **change(version)),
    )


def framework_of(tags: dict[str, str]) -> Framework:
    """What a tag says; a word that is no framework of ours is the caller's own business."""
    try:
        return Framework.parse(tags.get(FRAMEWORK_TAG, Framework.CUSTOM))
    except InvalidFields:
        return Framework.CUSTOM


def _too_long(name: str) -> InvalidFields:
    return InvalidFields.one(name, "too-long", f"At most {MAX_ORIGIN} characters are kept.")

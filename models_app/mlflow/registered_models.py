"""What clients do with registered models and their aliases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models_app.domain.aliases import LATEST
from models_app.domain.errors import AliasNotFound, ModelNotFound, VersionNotFound
from models_app.domain.models import RegisteredModel
from models_app.domain.versions import VersionReference
from models_app.mlflow.calls import Call
from models_app.mlflow.refusals import MlflowRefusal
from models_app.mlflow.repeating import answer_once
from models_app.mlflow.representations import model_body, stage_of, summary_body, version_body
from models_app.mlflow.stages import NEWEST, STAGES, find_in_stages, parse_stage
from models_app.mlflow.values import MAX_MODEL_TAG_BYTES, check_tags, parse_alias
from models_app.services import aliases, models, relocations, versions

Body = dict[str, Any]


def create(call: Call) -> Body:
    """Make a model without versions. One call, before which MLflow's client is sent on."""
    model_id, description, tags = call.new_model_id, call.description, call.tags
    check_tags(tags, most_bytes=MAX_MODEL_TAG_BYTES)
    return answer_once(
        call,
        address="registered-models/create",
        do=lambda once: models.create_model(
            actor=call.actor, model_id=model_id, description=description, tags=tags, once=once
        ),
        answer=lambda model: {"registered_model": model_body(model, [])},
    )


def get(call: Call) -> Body:
    """A model with the highest version of each stage. One call."""
    model, page = models.get_model(actor=call.actor, model_id=call.model_id, limit=NEWEST)
    if model is None:
        raise ModelNotFound(model=call.model_id)
    highest: dict[str, Body] = {}
    for version in page.items:
        highest.setdefault(stage_of(version), version_body(version, with_aliases=False))
    return {"registered_model": model_body(model, list(highest.values()))}


def update(call: Call) -> Body:
    """Replace a model's description."""
    description = call.description
    return {"registered_model": model_body(_changed(call, description=description), [])}


def rename(call: Call) -> Body:
    """Give a model another name. Its versions come as they are listed: without their aliases."""
    model = relocations.rename_model(actor=call.actor, model_id=call.model_id, to=call.new_name)
    return {"registered_model": model_body(model, [summary_body(model, model.latest)] if model.latest else [])}


def delete(call: Call) -> Body:
    """Delete a model with all that is in it. Refused while something of it is deployed."""
    relocations.delete_model(actor=call.actor, model_id=call.model_id)
    return {}


def set_tag(call: Call) -> Body:
    """Set a tag of a model."""
    key, value = call.tag

    def change(model: RegisteredModel) -> RegisteredModel:
        tags = {**model.tags, key: value}
        check_tags(tags, most_bytes=MAX_MODEL_TAG_BYTES)
        return replace(model, tags=tags)

    models.describe_model(actor=call.actor, model_id=call.model_id, change=change)
    return {}


def delete_tag(call: Call) -> Body:
    """Take a tag of a model away; one that is not there is gone already."""
    key = call.tag_key
    models.describe_model(
        actor=call.actor,
        model_id=call.model_id,
        change=lambda model: replace(model, tags=_without(model.tags, key)),
    )
    return {}


def get_latest_versions(call: Call) -> Body:
    """The highest version of each wanted stage; of all stages where none is named. One call, or up to 21."""
    wanted = {parse_stage(stage) for stage in call.texts("stages")} or set(STAGES)
    found = find_in_stages(wanted, actor=call.actor, model_id=call.model_id)
    return {"model_versions": [version_body(found[stage]) for stage in STAGES if stage in found]}


def set_alias(call: Call) -> Body:
    """Point an alias to a version."""
    aliases.move_alias(actor=call.actor, name=parse_alias(call.text("alias")), to=call.reference)
    return {}


def delete_alias(call: Call) -> Body:
    """Take an alias away; one that is not there is gone already."""
    model_id, text = call.model_id, call.text("alias")
    if text.lower() == LATEST:
        _check_model(call)
        return {}
    name = parse_alias(text)
    try:
        aliases.remove_alias(actor=call.actor, model_id=model_id, name=name)
    except AliasNotFound:
        _check_model(call)
    return {}


def get_by_alias(call: Call) -> Body:
    """The version that an alias means; ``latest`` means the highest. One call."""
    model_id, text = call.model_id, call.text("alias")
    name = None if text.lower() == LATEST else parse_alias(text)
    try:
        version = versions.get_version(actor=call.actor, reference=VersionReference(model_id, alias=name))
    except VersionNotFound:
        _check_model(call)
        if name is None:
            sentence = f"Latest version not found for model {model_id.name}."
            raise MlflowRefusal("RESOURCE_DOES_NOT_EXIST", sentence) from None
        raise AliasNotFound(model=model_id, alias=name) from None
    return {"model_version": version_body(version)}


def _check_model(call: Call) -> None:
    """Where something of a model is not there: whether the model is. One call."""
    models.list_versions(actor=call.actor, model_id=call.model_id, limit=1)


def _changed(call: Call, **changes: Any) -> RegisteredModel:
    return models.describe_model(
        actor=call.actor, model_id=call.model_id, change=lambda model: replace(model, **changes)
    )


def _without(tags: Mapping[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name != key}

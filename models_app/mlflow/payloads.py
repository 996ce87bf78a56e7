"""What webhooks are told of an event of ours, in MLflow's words: which occasions it is, and the fields of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models_app.domain.deliveries import Occurrence
from models_app.domain.documents import canonical_json
from models_app.domain.events import EventKind
from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug
from models_app.domain.webhooks import Occasion
from models_app.mlflow.filters import IS_PROMPT
from models_app.mlflow.representations import run_of, source_of
from models_app.mlflow.values import STAGE_TAG
from models_app.services.deliveries import Happening

PROMPT_TEXT = "mlflow.prompt.text"
PROMPT_TYPE = "_mlflow_prompt_type"

A_REQUEST = timedelta(minutes=1)

# The kinds of events of which a webhook can hear; the bus need hand over no others.
TOLD = (
    EventKind.MODEL_CREATED,
    EventKind.MODEL_UPDATED,
    EventKind.MODEL_VERSION_REGISTERED,
    EventKind.MODEL_VERSION_UPDATED,
    EventKind.ALIAS_MOVED,
    EventKind.ALIAS_REMOVED,
)

# What a prompt's occasions are called, beside those of a model.
OF_PROMPTS = {
    Occasion.MODEL_CREATED: Occasion.PROMPT_CREATED,
    Occasion.VERSION_CREATED: Occasion.PROMPT_VERSION_CREATED,
    Occasion.VERSION_TAG_SET: Occasion.PROMPT_VERSION_TAG_SET,
    Occasion.VERSION_TAG_DELETED: Occasion.PROMPT_VERSION_TAG_DELETED,
    Occasion.ALIAS_CREATED: Occasion.PROMPT_ALIAS_CREATED,
    Occasion.ALIAS_DELETED: Occasion.PROMPT_ALIAS_DELETED,
}

Fields = dict[str, Any]


def occurrences_of(happening: Happening) -> list[Occurrence]:
    """What an event means to webhooks: nothing, one thing, or several."""
    is_prompt = _is_prompt(happening)
    match happening.event.kind:
        case EventKind.MODEL_CREATED:
            told = [(Occasion.MODEL_CREATED, _model(happening))]
        case EventKind.MODEL_VERSION_REGISTERED:
            told = [(Occasion.VERSION_CREATED, _version(happening, is_prompt=is_prompt))]
            if _came_with_its_model(happening):
                told.insert(0, (Occasion.MODEL_CREATED, _model(happening)))
        case EventKind.MODEL_VERSION_UPDATED:
            tags = happening.version.mutable.tags if happening.version else {}
            told = _tag_changes(happening, tags, Occasion.VERSION_TAG_SET, Occasion.VERSION_TAG_DELETED)
        case EventKind.MODEL_UPDATED:
            # MLflow tells of a model's own tags only if it is a prompt.
            tags = happening.model.tags if happening.model else {}
            changes = _tag_changes(happening, tags, Occasion.PROMPT_TAG_SET, Occasion.PROMPT_TAG_DELETED)
            told = changes if is_prompt else []
        case EventKind.ALIAS_MOVED:
            data = happening.event.data
            told = [
                (Occasion.ALIAS_CREATED, {**_name(happening), "alias": data["alias"], "version": _number(happening)})
            ]
        case EventKind.ALIAS_REMOVED:
            told = [(Occasion.ALIAS_DELETED, {**_name(happening), "alias": happening.event.data["alias"]})]
        case _:
            told = []
    return [
        Occurrence(OF_PROMPTS.get(occasion, occasion) if is_prompt else occasion, fields) for occasion, fields in told
    ]


def body_of(occurrence: Occurrence, *, team: TeamSlug, occurred_at: str) -> str:
    """What is sent."""
    return canonical_json(
        {
            "entity": occurrence.occasion.entity,
            "action": occurrence.occasion.action,
            "timestamp": occurred_at,
            "workspace": team,
            "data": occurrence.data,
        }
    )


def sample_of(occasion: Occasion) -> Occurrence:
    """Something that never happened, for trying out a webhook."""
    kind = "prompt" if occasion.startswith("prompt") else "model"
    fields: Fields
    thing = {"name": f"example_{kind}"}
    version = {**thing, "version": "1"}
    described = {"tags": {"example_key": "example_value"}, "description": f"An example {kind}"}
    subject = version if "version" in occasion.entity else thing
    match occasion.entity.rpartition("_")[2], occasion.action:
        case "alias", "created":
            fields = {**thing, "alias": "example_alias", "version": "1"}
        case "alias", _:
            fields = {**thing, "alias": "example_alias"}
        case "tag", "set":
            fields = {**subject, "key": "example_key", "value": "example_value"}
        case "tag", _:
            fields = {**subject, "key": "example_key"}
        case "version", _:
            origin = {"source": "models:/123", "run_id": "abcd1234abcd5678"}
            made_of = {"template": "Hello {{name}}!"} if kind == "prompt" else origin
            fields = {**version, **made_of, **described}
        case _:
            fields = {**thing, **described}
    return Occurrence(occasion, fields)


def _name(happening: Happening) -> Fields:
    # A model may have another name by now; what happened, happened under this one.
    model_id = happening.event.model
    return {"name": model_id.name if isinstance(model_id, ModelId) else ""}


def _number(happening: Happening) -> str:
    """What MLflow calls the version; its label, where it is gone with its model."""
    return happening.version.number if happening.version else str(happening.event.version)


def _is_prompt(happening: Happening) -> bool:
    tags = happening.model.tags if happening.model else _mapping(happening.event.data.get("tags"))
    return tags.get(IS_PROMPT) == "true"


def _came_with_its_model(happening: Happening) -> bool:
    """Whether this registration, through another face, made the model: then nothing else tells of that."""
    model, version = happening.model, happening.version
    if model is None or version is None or model.created_at != version.created_at:
        return False
    # What was brought in from elsewhere keeps its times, and was not made just now.
    return happening.event.occurred_at - model.created_at < A_REQUEST


def _model(happening: Happening) -> Fields:
    model, data = happening.model, happening.event.data
    present = model.tags if model else {}
    told = _as_told(data["tags"], present) if happening.event.kind is EventKind.MODEL_CREATED else present
    return {
        **_name(happening),
        "tags": {key: value for key, value in told.items() if key not in {IS_PROMPT, PROMPT_TYPE}},
        "description": (model.description if model else None) or None,
    }


def _version(happening: Happening, *, is_prompt: bool) -> Fields:
    event, version = happening.event, happening.version
    tags = _as_told(event.data["tags"], version.mutable.tags if version else {})
    tags.pop(STAGE_TAG, None)
    description = event.data["description"] if isinstance(event.data["description"], str) else None
    fields: Fields = {**_name(happening), "version": _number(happening)}
    if is_prompt:
        fields["template"] = tags.pop(PROMPT_TEXT, None)
        tags = {key: value for key, value in tags.items() if key not in {IS_PROMPT, PROMPT_TYPE}}
    else:
        fields["source"] = source_of(version) if version else event.data["artifact"]["s3Uri"]
        fields["run_id"] = (run_of(version) if version else "") or None
    return {**fields, "tags": tags, "description": description or None}


def _tag_changes(
    happening: Happening, present: Mapping[str, str], set_to: Occasion, deleted: Occasion
) -> list[tuple[Occasion, Fields]]:
    """One occasion for each tag that changed."""
    changes = happening.event.data["changes"].get("tags")
    if changes is None:
        return []
    subject = _name(happening)
    if happening.event.version is not None:
        subject["version"] = _number(happening)
    before, after = _mapping(changes["from"]), _mapping(changes["to"])
    if named := happening.event.data.get("changedTags"):
        # The tags were too many to be told whole: their names are told, and the values are those that stand.
        values = {key: present[key] for key in named["set"] if key in present}
        gone = named["deleted"]
    else:
        values = {key: value for key, value in after.items() if before.get(key) != value}
        gone = [key for key in before if key not in after]
    told = [(set_to, {**subject, "key": key, "value": values[key]}) for key in sorted(values)]
    told += [(deleted, {**subject, "key": key}) for key in sorted(gone)]
    return [(occasion, fields) for occasion, fields in told if fields["key"] != STAGE_TAG]


def _as_told(told: Mapping[str, Any], present: Mapping[str, str]) -> dict[str, str]:
    """The tags as they were then; those of now where the event tells only their size."""
    return dict(present if told.get("omitted") is True else told)


def _mapping(tags: object) -> dict[str, str]:
    """Tags as an event tells them; where it tells only their size, none."""
    return {} if not isinstance(tags, dict) or tags.get("omitted") is True else dict(tags)

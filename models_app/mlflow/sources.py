"""Where a version's artifact is. It is stored as given and never opened; a version's own copy is looked up once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from models_app.domain.aliases import LATEST, AliasName
from models_app.domain.artifacts import CONTROL, DOT_SEGMENT
from models_app.domain.errors import AliasNotFound, InvalidFields, VersionNotFound
from models_app.domain.models import ModelId, ModelName
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.mlflow.calls import Call, version_called
from models_app.mlflow.filters import IS_PROMPT
from models_app.mlflow.refusals import MlflowRefusal, invalid
from models_app.mlflow.representations import tags_of
from models_app.mlflow.stages import STAGES, find_in_stage
from models_app.services import models, versions

MAX_CHARACTERS = 2048
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
OF_PROMPTS = {"dummy-source", "prompt-template"}
OF_A_LOGGED_MODEL = re.compile(r"models:/+m-[0-9A-Za-z-]+(?:/.*)?")
OF_A_VERSION = re.compile(r"models:/+(?P<name>[^/@]+)(?:/(?P<label>[^/@]+)|@(?P<alias>[^/@]+))")


def is_prompt(tags: Mapping[str, str]) -> bool:
    """Whether these are a prompt's tags: it has its text in a tag, and its source means nothing."""
    return tags.get(IS_PROMPT, "").lower() == "true"


def check_source(source: str, *, is_prompt: bool) -> None:
    """Refuse a source that is local to some machine, or that tools could resolve to another place."""
    if is_prompt:
        if source not in OF_PROMPTS:
            raise invalid(f"Invalid prompt source: '{source[:300]}'. Prompt sources must use an MLflow placeholder.")
        return
    plain = source
    while (decoded := unquote(plain)) != plain:  # each round is shorter than the one before
        plain = decoded
    if len(source) > MAX_CHARACTERS:
        raise _refusal(source, f"It has more than {MAX_CHARACTERS} characters.")
    if CONTROL.search(plain) or DOT_SEGMENT.search(plain.replace("\\", "/")):
        sentence = "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri"
        rest = "an absolute path must be provided without relative path references present."
        raise _refusal(source, f"{sentence}, {rest} Please provide an absolute path.")
    if not SCHEME.match(source) or plain.lower().startswith("file:"):
        raise _refusal(source, "A local path means nothing to others; use a URI such as s3://bucket/key.")


def find_origin(source: str, *, call: Call) -> ModelVersion | None:
    """The version that a source names (``models:/name/3``, ``models:/name@champion``), or None where it names none.

    A logged model (``models:/m-…``) is none of ours: it is stored, and handed back for the client to resolve. One
    call; one more where the version is not there.
    """
    if not source.lower().startswith("models:") or OF_A_LOGGED_MODEL.fullmatch(source):
        return None
    match = OF_A_VERSION.fullmatch(source)
    if match is None:
        raise _refusal(source, "It names no version.")
    try:
        model = ModelId(call.team, ModelName.parse(match["name"]))
        origin = _version(model, match, call)
    except InvalidFields as refusal:
        raise _refusal(source, "It names no version.") from refusal
    if is_prompt(tags_of(origin)):
        raise _refusal(source, "Prompt versions cannot be used as model version sources.")
    return origin


def _version(model: ModelId, match: re.Match[str], call: Call) -> ModelVersion:
    label = match["label"]
    if label and (stage := next((each for each in STAGES if each.lower() == label.lower()), None)):
        found = find_in_stage(stage, actor=call.actor, model_id=model)
        if found is None:
            sentence = f"No versions of model with name '{model.name}' and stage '{stage}' found"
            raise MlflowRefusal("RESOURCE_DOES_NOT_EXIST", sentence)
        return found
    alias = AliasName.parse(match["alias"]) if match["alias"] else None
    reference = VersionReference(model, alias=alias)
    if label and label.lower() != LATEST:
        reference = version_called(label, model=model)
    try:
        return versions.get_version(actor=call.actor, reference=reference)
    except VersionNotFound:
        models.list_versions(actor=call.actor, model_id=model, limit=1)  # of a model that is not there, it is told
        if alias:
            raise AliasNotFound(model=model, alias=alias) from None
        raise


def _refusal(source: str, why: str) -> MlflowRefusal:
    return invalid(f"Invalid model version source: '{source[:300]}'. {why}")

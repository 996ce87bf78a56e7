"""Where a version's artifact is. It is stored as given and never opened; a version's own copy is looked up once."""

from __future__ import annotations

import re
from urllib.parse import unquote

from models_app.domain.actors import Actor
from models_app.domain.aliases import AliasName
from models_app.domain.artifacts import CONTROL, DOT_SEGMENT
from models_app.domain.errors import InvalidFields
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.mlflow.refusals import invalid
from models_app.services import versions

MAX_CHARACTERS = 2048
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
OF_PROMPTS = {"dummy-source", "prompt-template"}
OF_A_VERSION = re.compile(r"models:/+(?P<name>[^/@]+)(?:/(?P<label>[^/@]+)|@(?P<alias>[^/@]+))")


def check_source(source: str) -> None:
    """Refuse a source that is local to some machine, or that tools could resolve to another place."""
    plain = source
    while (decoded := unquote(plain)) != plain:  # each round is shorter than the one before
        plain = decoded
    complaint = None
    if len(source) > MAX_CHARACTERS:
        complaint = f"it has more than {MAX_CHARACTERS} characters"
    elif CONTROL.search(plain) or DOT_SEGMENT.search(plain.replace("\\", "/")):
        complaint = "it holds a control character, or a '.' or '..' segment"
    elif source not in OF_PROMPTS and (not SCHEME.match(source) or plain.lower().startswith("file:")):
        complaint = "a local path means nothing to others; use a URI such as s3://bucket/key"
    if complaint:
        raise invalid(f"Invalid model version source: '{source[:300]}': {complaint}.")


def find_origin(source: str, *, actor: Actor, team: TeamSlug) -> ModelVersion | None:
    """The version that a source names (``models:/name/3``, ``models:/name@champion``), or None where it names none.

    A logged model (``models:/m-…``) is none of ours: it is stored, and handed back for the client to resolve.
    """
    if not (match := OF_A_VERSION.fullmatch(source)):
        return None
    try:
        model = ModelId(team, ModelName.parse(match["name"]))
        if match["alias"]:
            reference = VersionReference(model, alias=AliasName.parse(match["alias"]))
        else:
            reference = VersionReference(model, label=VersionLabel.parse(match["label"]))
    except InvalidFields as refusal:
        raise invalid(f"Invalid model version source: '{source[:300]}' names no version.") from refusal
    return versions.get_version(actor=actor, reference=reference)

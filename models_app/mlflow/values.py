"""What may be a name, a tag or an alias on this face, in the sentences of MLflow's server about what may not.

People match these sentences; so do MLflow's own tests. What the registry itself refuses is said in its own words.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from typing import Any

from models_app.domain import documents
from models_app.domain.aliases import LATEST, AliasName
from models_app.domain.annotations import MAX_TAG_KEY, MAX_TAGS
from models_app.domain.errors import InvalidFields
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelName
from models_app.mlflow.refusals import MlflowRefusal, invalid

STAGE_TAG = "mlflow.registry.stage"
PROMPT_TEXT = "mlflow.prompt.text"
MAX_TAG_VALUE = 100_000

# All tags lie in one item, which DynamoDB bounds at 400 KB; a model's also shows those of its highest version.
MAX_TAG_BYTES = 200 * 1024
MAX_MODEL_TAG_BYTES = 64 * 1024
MAX_ALIAS = 255
LONGEST_QUOTE = 300

SEE_DOCS = " See the API docs for more information about request parameters."
IN_TAG_KEYS = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:)"


def missing(name: str) -> MlflowRefusal:
    """A parameter that must be there is not."""
    return invalid(f"Missing value for required parameter '{name}'.{SEE_DOCS}")


def wrong_type(name: str, value: Any) -> MlflowRefusal:
    """A parameter is of another type than it should be."""
    return invalid(f"{_no_value(name, value)} Hint: Value was of type '{type(value).__name__}'.{SEE_DOCS}")


def parse_new_name(text: str) -> ModelName:
    """The name of a model to make."""
    if not text.strip():
        raise invalid("Missing value for required parameter 'name'.")
    _check_separators(text)
    try:
        return ModelName.parse(text, field="model name")
    except InvalidFields as refusal:
        raise invalid(f"Invalid model name: '{text[:LONGEST_QUOTE]}'. {refusal.errors[0].detail}") from refusal


def parse_name(text: str) -> ModelName:
    """The name of a model that is there; no model has a name that cannot be one."""
    _check_separators(text)
    try:
        return ModelName.parse(text)
    except InvalidFields:
        sentence = f"Registered Model with name={text[:LONGEST_QUOTE]} not found"
        raise MlflowRefusal("RESOURCE_DOES_NOT_EXIST", sentence) from None


def parse_alias(text: str) -> AliasName:
    """An alias; where it could be set is another question."""
    if not all(letter.isalnum() or letter in "_-" for letter in text):
        sentence = "Names may only contain alphanumerics, underscores (_), and dashes (-)."
        raise invalid(f"Invalid alias name: '{text[:LONGEST_QUOTE]}'. {sentence}")
    if len(text) > MAX_ALIAS:
        raise invalid(f"'Registered model alias name' exceeds the maximum length of {MAX_ALIAS} characters")
    if text.lower() == LATEST:
        raise invalid("'latest' alias name (case insensitive) is reserved.")
    if text[0] in "vV" and VersionLabel.looks_like(text):
        raise invalid(f"Version alias name '{text}' is reserved.")
    return AliasName.parse(text)


def check_tag_key(key: str) -> None:
    """Refuse what is no tag's key."""
    if not all(letter.isalnum() or letter in "_-. :/" for letter in key):
        raise invalid(f"{_no_value('key', key)}{IN_TAG_KEYS} and slashes (/).")
    _check_path("key", key)
    if len(key) > MAX_TAG_KEY:
        raise invalid(f"'key' exceeds the maximum length of {MAX_TAG_KEY} characters")
    if key == STAGE_TAG:
        raise invalid(f"The tag '{STAGE_TAG}' is set by transition-stage.")


def check_tags(tags: Mapping[str, str], *, most_bytes: int = MAX_TAG_BYTES) -> None:
    """Refuse tags that cannot be kept."""
    for key, value in tags.items():
        check_tag_key(key)
        if len(value) > MAX_TAG_VALUE and key == PROMPT_TEXT:
            raise invalid(f"Prompt text exceeds max length of {MAX_TAG_VALUE} characters.")
        if len(value) > MAX_TAG_VALUE:
            raise invalid(f"'value' exceeds the maximum length of {MAX_TAG_VALUE} characters")
    if len(tags) > MAX_TAGS:
        raise invalid(f"These are {len(tags)} tags; at most {MAX_TAGS} are kept.")
    if documents.size_bytes(dict(tags)) > most_bytes:
        raise invalid(f"These tags take more than {most_bytes} bytes together.")


def _check_separators(name: str) -> None:
    if "/" in name or ":" in name:
        raise invalid(f"Invalid model name '{name[:LONGEST_QUOTE]}'. Names cannot contain '/' or ':'.")
    _check_path("name", name)


def _check_path(parameter: str, text: str) -> None:
    path = posixpath.normpath(text)
    if path != text or path == "." or path.startswith(("..", "/")):
        sentence = "Names may be treated as files in certain cases, and must not resolve to other names when treated"
        resolved = f"This name would resolve to '{path[:LONGEST_QUOTE]}'"
        raise invalid(f"{_no_value(parameter, text)}{sentence} as such. {resolved}")


def _no_value(name: str, value: Any) -> str:
    """The beginning of a sentence about a wrong value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))[:LONGEST_QUOTE]
    return f"Invalid value {text} for parameter '{name}' supplied: "

"""Page tokens. They name the last thing seen, within the caller's own team, so a forged one opens nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime

from models_app.domain import clock
from models_app.domain.errors import InvalidFields
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelName
from models_app.mlflow.refusals import MlflowRefusal, invalid

MAX_CHARACTERS = 1000
MAX_DIGITS = 6


def seal(**place: str) -> str:
    """A token for a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def open_models(token: str) -> tuple[ModelName, datetime]:
    """The name and last change of the model that a page ended with."""
    place = _open(token)
    try:
        return ModelName.parse(place["name"]), clock.from_wire(place["at"])
    except (InvalidFields, KeyError, ValueError):
        raise _refusal(place) from None


def open_versions(token: str) -> tuple[ModelName, VersionLabel | None]:
    """The version that a page ended with; without a label, the end of its model."""
    place = _open(token)
    try:
        return ModelName.parse(place["name"]), VersionLabel.parse(place["version"]) if place.get("version") else None
    except (InvalidFields, KeyError):
        raise _refusal(place) from None


def open_place(token: str) -> int | None:
    """How many versions of a list the pages before have shown, or None where the token names a version instead."""
    place = _open(token)
    if "shown" not in place:
        return None
    if not (place["shown"].isascii() and place["shown"].isdecimal() and len(place["shown"]) <= MAX_DIGITS):
        raise _refusal(place)
    return int(place["shown"])


def open_webhooks(token: str) -> str:
    """The id of the webhook that a page ended with."""
    webhook = _open(token).get("webhook", "")
    if not clock.is_id(webhook):
        raise _refusal(webhook)
    return webhook


def _open(token: str) -> Mapping[str, str]:
    try:
        place = json.loads(base64.b64decode(token[:MAX_CHARACTERS], altchars=b"-_", validate=True))
    except ValueError:  # not base64, not UTF-8 inside, or no JSON
        raise invalid("Invalid page token, could not base64-decode") from None
    if not isinstance(place, dict) or not all(isinstance(value, str) for value in place.values()):
        raise _refusal(place)
    return place


def _refusal(place: object) -> MlflowRefusal:
    readable = str(place).encode(errors="backslashreplace").decode()  # half a character cannot be sent
    return invalid(f"Invalid page token, parsed value={readable}")

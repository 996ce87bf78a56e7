"""What people may note on a model or version: tags, metrics and free documents. Every face asks here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models_app.domain.documents import Json, size_bytes

MAX_DESCRIPTION = 10_000
MAX_TAGS = 50
MAX_TAG_KEY = 250
MAX_TAG_VALUE = 5000
LONGEST_WORD = 5000  # values beyond this are kept with their version, but neither listed nor filtered by
WORDS_BYTES = 48 * 1024  # nor are those beyond this together: lists keep two copies of them beside the model
MAX_METRICS = 500
MAX_METRIC_NAME = 250
DOCUMENT_BYTES = 64 * 1024


def too_large(document: Json) -> str | None:
    """The complaint about a document that takes too many bytes, or None."""
    taken = size_bytes(document)
    if taken <= DOCUMENT_BYTES:
        return None
    return f"This takes {taken} bytes as JSON; at most {DOCUMENT_BYTES} are kept. Put more beside the artifact."


def too_many(found: Mapping[str, Any], most: int, what: str) -> str | None:
    """The complaint about more entries than are kept, or None."""
    return f"These are {len(found)} {what}; at most {most} are kept." if len(found) > most else None


def short_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that lists show and filter by: the shortest, as far as they fit."""
    shown: dict[str, str] = {}
    left = WORDS_BYTES
    for key, value in sorted(tags.items(), key=lambda tag: (len(tag[1]), tag[0])):
        left -= size_bytes([key, value])
        if left < 0 or len(value) > LONGEST_WORD:
            break
        shown[key] = value
    return shown


def wrong_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with single tags, by key.

    >>> wrong_tags({"a:b": "c"})
    {'a:b': "A tag's key has 1 to 250 characters and no colon."}
    """
    wrong = {}
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_TAG_KEY or ":" in key:
            wrong[key[:40]] = f"A tag's key has 1 to {MAX_TAG_KEY} characters and no colon."
        elif not isinstance(value, str) or len(value) > MAX_TAG_VALUE:
            wrong[key] = f"A tag's value is a text of at most {MAX_TAG_VALUE} characters."
    return wrong


def wrong_metrics(metrics: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with single metrics, by name.

    >>> wrong_metrics({"accuracy": "high"})
    {'accuracy': 'A metric is a finite number.'}
    """
    wrong = {}
    for name, value in metrics.items():
        if not 1 <= len(name) <= MAX_METRIC_NAME:
            wrong[name[:40]] = f"A metric's name has 1 to {MAX_METRIC_NAME} characters."
        elif isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            wrong[name] = "A metric is a finite number."
    return wrong


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every double
        return False

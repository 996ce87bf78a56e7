"""Fields of request bodies. A text is a text, a number is a number: nothing is converted in silence."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from models_app.domain.documents import Json, size_bytes
from models_app.domain.errors import InvalidFields

MAX_TAGS = 50
MAX_TAG_KEY = 250
MAX_TAG_VALUE = 5000
MAX_METRICS = 500
MAX_METRIC_NAME = 250
DOCUMENT_BYTES = 64 * 1024


class Text(serializers.CharField):
    """A text of limited length. White space stays as it was sent."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The text, if it is one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Parsed(Text):
    """A text that a value of the domain is read from; its refusal is the field's."""

    def __init__(self, parse: Callable[..., Any], *, max_length: int = 2048, **kwargs: Any) -> None:
        self.parse = parse
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The value, or what is wrong with its text."""
        text = super().to_internal_value(data)
        try:
            return self.parse(text)
        except InvalidFields as refusal:
            raise serializers.ValidationError(
                [serializers.ErrorDetail(each.detail, code=each.code) for each in refusal.errors]
            ) from None


class Whole(serializers.IntegerField):
    """A whole number within bounds; ``"3"``, ``3.0`` and ``true`` are none."""

    def to_internal_value(self, data: Any) -> int:
        """The number, if it is one."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class _Json(serializers.Field[Json, Json, Json, Any]):
    """A JSON object that is kept as it is, up to a size."""

    default_error_messages = {  # noqa: RUF012 - as DRF has it
        "object": "A JSON object is needed.",
        "too_large": "This takes {bytes} bytes as JSON; at most {most} are kept. Put more beside the artifact.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """The object."""
        if not isinstance(data, dict):
            self.fail("object")
        if (taken := size_bytes(data)) > DOCUMENT_BYTES:
            self.fail("too_large", bytes=taken, most=DOCUMENT_BYTES)
        return data

    def to_representation(self, value: Any) -> Any:
        """The object."""
        return value


@extend_schema_field({"type": "object", "additionalProperties": True})
class Document(_Json):
    """Free JSON."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "number"}, "maxProperties": MAX_METRICS})
class Metrics(_Json):
    """Names with finite numbers."""

    def to_internal_value(self, data: Any) -> dict[str, float]:
        """The metrics; what is wrong is told by name."""
        metrics: dict[str, Any] = super().to_internal_value(data)
        _check_count(metrics, MAX_METRICS, "metrics")
        errors = {}
        for name, value in metrics.items():
            if not 1 <= len(name) <= MAX_METRIC_NAME:
                errors[name[:40]] = _wrong("invalid", f"A metric's name has 1 to {MAX_METRIC_NAME} characters.")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
                errors[name] = _wrong("invalid", "A metric is a finite number.")
        if errors:
            raise serializers.ValidationError(errors)
        return metrics


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": MAX_TAGS})
class Tags(_Json):
    """Keys with texts."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The tags; what is wrong is told by key."""
        tags: dict[str, Any] = super().to_internal_value(data)
        _check_count(tags, MAX_TAGS, "tags")
        errors = {}
        for key, value in tags.items():
            if not 1 <= len(key) <= MAX_TAG_KEY or ":" in key:
                detail = f"A tag's key has 1 to {MAX_TAG_KEY} characters and no colon."
                errors[key[:40]] = _wrong("invalid", detail)
            elif not isinstance(value, str) or len(value) > MAX_TAG_VALUE:
                errors[key] = _wrong("invalid", f"A tag's value is a text of at most {MAX_TAG_VALUE} characters.")
        if errors:
            raise serializers.ValidationError(errors)
        return tags


def _check_count(found: dict[str, Any], most: int, what: str) -> None:
    if len(found) > most:
        raise serializers.ValidationError(f"These are {len(found)} {what}; at most {most} are kept.", code="too_many")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every double
        return False


def _wrong(code: str, detail: str) -> list[Any]:
    return [serializers.ErrorDetail(detail, code=code)]

"""Fields of request bodies. A text is a text, a number is a number: nothing is converted in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from models_app.domain.annotations import MAX_METRICS, MAX_TAGS, too_large, too_many, wrong_metrics, wrong_tags
from models_app.domain.documents import Json
from models_app.domain.errors import InvalidFields


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

    default_error_messages = {"object": "A JSON object is needed."}  # noqa: RUF012 - as DRF has it

    def to_internal_value(self, data: Any) -> Any:
        """The object."""
        if not isinstance(data, dict):
            self.fail("object")
        if complaint := too_large(data):
            raise serializers.ValidationError(complaint, code="too_large")
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
        _check(too_many(metrics, MAX_METRICS, "metrics"), wrong_metrics(metrics))
        return metrics


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": MAX_TAGS})
class Tags(_Json):
    """Keys with texts."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The tags; what is wrong is told by key."""
        tags: dict[str, Any] = super().to_internal_value(data)
        _check(too_many(tags, MAX_TAGS, "tags"), wrong_tags(tags))
        return tags


def _check(complaint: str | None, wrong: dict[str, str]) -> None:
    if complaint:
        raise serializers.ValidationError(complaint, code="too_many")
    if wrong:
        details = {name: [serializers.ErrorDetail(each, code="invalid")] for name, each in wrong.items()}
        raise serializers.ValidationError(details)

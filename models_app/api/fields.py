"""Fields of request bodies. A text is a text, a number is a number: nothing is converted in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from models_app.domain.annotations import (
    MAX_METRICS,
    MAX_TAG_VALUE,
    MAX_TAGS,
    too_large,
    too_many,
    wrong_metrics,
    wrong_tags,
)
from models_app.domain.documents import Json, size_bytes
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


class ShortList(serializers.ListField):
    """A list of so many elements at most; they are counted before each of them is looked at."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.most = max_length

    def to_internal_value(self, data: Any) -> list[Any]:
        """The elements, or what is wrong with each of them."""
        if isinstance(data, list) and len(data) > self.most:
            self.fail("max_length", max_length=self.most)
        found: list[Any] = super().to_internal_value(data)
        return found


# In a serializer's context: the tags that stand, which other faces may have set. They may be sent back as they are.
STANDING_TAGS = "standing_tags"


class _Json(serializers.Field[Json, Json, Json, Any]):
    """A JSON object that is kept as it is, up to a size."""

    default_error_messages = {"object": "A JSON object is needed."}  # noqa: RUF012 - as DRF has it

    def to_internal_value(self, data: Any) -> Any:
        """The object."""
        if not isinstance(data, dict):
            self.fail("object")
        if complaint := self.too_large(data):
            raise serializers.ValidationError(complaint, code="too_large")
        return data

    def too_large(self, document: dict[str, Any]) -> str | None:
        """The complaint about one that takes too many bytes, or None."""
        return too_large(document)

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
        _check(too_many(tags, MAX_TAGS, "tags"), wrong_tags(self._changed(tags)))
        return tags

    def too_large(self, document: dict[str, Any]) -> str | None:
        """Only what is new may be too much: the text of a prompt stands there, may stay, and does not count."""
        changed = self._changed(document)
        standing: dict[str, str] = self.context.get(STANDING_TAGS, {})
        if size_bytes(document) <= size_bytes(dict(standing)):
            return too_large(changed)
        long = {key for key, value in standing.items() if key not in changed and len(value) > MAX_TAG_VALUE}
        return too_large({key: value for key, value in document.items() if key not in long})

    def _changed(self, tags: dict[str, Any]) -> dict[str, Any]:
        standing: dict[str, str] = self.context.get(STANDING_TAGS, {})
        return {key: value for key, value in tags.items() if key not in standing or standing[key] != value}


def _check(complaint: str | None, wrong: dict[str, str]) -> None:
    if complaint:
        raise serializers.ValidationError(complaint, code="too_many")
    if wrong:
        details = {name: [serializers.ErrorDetail(each, code="invalid")] for name, each in wrong.items()}
        raise serializers.ValidationError(details)

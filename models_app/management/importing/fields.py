"""Fields of rows that hold more than those of requests: what other faces let in, and when and by whom it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from models_app.api.fields import Parsed, Text
from models_app.api.instants import parse_instant
from models_app.domain import clock
from models_app.domain.annotations import MAX_TAG_KEY, MAX_TAGS
from models_app.domain.artifacts import parse_uri
from models_app.domain.documents import size_bytes
from models_app.domain.errors import InvalidFields
from models_app.mlflow.refusals import MlflowRefusal
from models_app.mlflow.sources import OF_PROMPTS, check_source
from models_app.mlflow.values import MAX_TAG_BYTES, MAX_TAG_VALUE

MAX_ACTOR = 256
# Clocks differ; what lies further ahead is a mistake.
AHEAD = timedelta(days=1)


def parse_source(text: str) -> str:
    """A place that one of the faces would take, or InvalidFields."""
    try:
        return parse_uri(text)
    except InvalidFields as no_object:
        try:
            check_source(text, is_prompt=text in OF_PROMPTS)
        except MlflowRefusal as refusal:
            if text.startswith("s3://"):
                raise no_object from None
            raise InvalidFields.one("s3Uri", "invalid", str(refusal)) from None
    return text


def parse_past(text: str) -> datetime:
    """A time that has been, or InvalidFields."""
    instant = parse_instant(text, field="instant")
    if instant > clock.now() + AHEAD:
        raise InvalidFields.one("instant", "invalid", "This lies in the future.")
    return clock.from_wire(clock.wire(instant))


class Source(Parsed):
    """Where an artifact is: in S3 as the API takes it, or wherever MLflow's clients keep theirs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(parse_source, **kwargs)


class Instant(serializers.Field[Any, Any, Any, Any]):
    """A time, cut to milliseconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_internal_value(self, data: Any) -> datetime:
        """The time."""
        try:
            return parse_past(data if isinstance(data, str) else "")
        except InvalidFields as refusal:
            raise serializers.ValidationError(refusal.errors[0].detail, code="invalid") from None


class Person(Text):
    """Whoever did something elsewhere, under the name that they had there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_ACTOR, required=False, **kwargs)


class Pairs(serializers.Field[Any, Any, Any, Any]):
    """Tags with the larger limits that MLflow's clients have."""

    def __init__(self, *, most_bytes: int = MAX_TAG_BYTES, **kwargs: Any) -> None:
        self.most_bytes = most_bytes
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The tags."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("A JSON object is needed.", code="object")
        if len(data) > MAX_TAGS + 1:  # one more where MLflow has set a stage
            raise serializers.ValidationError(f"At most {MAX_TAGS} are kept.", code="too_many")
        for key, value in data.items():
            if not 1 <= len(key) <= MAX_TAG_KEY:
                raise serializers.ValidationError(f"A tag's key has 1 to {MAX_TAG_KEY} characters.", code="invalid")
            if not isinstance(value, str) or len(value) > MAX_TAG_VALUE:
                detail = f"The value of {key[:40]!r} is no text of at most {MAX_TAG_VALUE} characters."
                raise serializers.ValidationError(detail, code="invalid")
        if size_bytes(data) > self.most_bytes:
            detail = f"Together they take more than {self.most_bytes} bytes."
            raise serializers.ValidationError(detail, code="too_large")
        return data

"""What request bodies and answers have in common."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from copy import copy, deepcopy
from typing import Any, TypeVar

from rest_framework import serializers

T = TypeVar("T")

MOST_TOLD = 100  # of the names that are unknown: who sends more is no person with a typo


class RequestBody(serializers.Serializer[Any]):
    """A body to read. Unknown fields are refused by name, together with all else that is wrong.

    A subclass may ignore some names: what an answer holds but nobody can set, so that one may be sent back.
    """

    ignored: frozenset[str] = frozenset()

    def get_fields(self) -> dict[str, Any]:
        """The declared fields, for this body alone. DRF makes each anew, which takes longer than to read a body."""
        declared: dict[str, Any] = self._declared_fields
        return {name: deepcopy(each) if hasattr(each, "child") else copy(each) for name, each in declared.items()}

    def to_internal_value(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The fields, by name."""
        known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
        unknown = (name for name in data if name not in self.fields and name not in self.ignored)
        errors: dict[str, Any] = {
            name[:100]: [serializers.ErrorDetail(f"There is no such field here. Known are: {known}.", code="unknown")]
            for name in itertools.islice(unknown, MOST_TOLD)
        }
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as wrong:
            errors |= dict(wrong.detail)  # type: ignore[arg-type]
        errors |= self.further_errors(data)
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def further_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What is wrong with fields in each other's company, so that it is told with the rest."""
        return {}


class Representation(serializers.Serializer[T]):
    """An answer. The declared fields are its schema; ``to_representation`` shapes it in one go.

    Shaping by hand is several times faster than DRF's field by field, and every test compares it with the schema.
    """

    def to_representation(self, instance: T) -> dict[str, Any]:
        """The answer as a dictionary in wire names."""
        raise NotImplementedError

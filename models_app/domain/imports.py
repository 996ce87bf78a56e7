"""What an import brings, and what became of it. Each row is one thing of a model; what is there already stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models_app.domain.aliases import Alias
from models_app.domain.models import ModelId
from models_app.domain.versions import ModelVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """A model with what it says of itself."""

    model: ModelId
    description: str
    tags: Mapping[str, str]
    created_at: datetime
    created_by: str
    updated_at: datetime

    def __str__(self) -> str:
        return f"model {self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version as it is to stand, deleted or not.

    Attributes:
        is_dated: it brings its own time of change. Then its model's time stays as it is: nothing happened today.
    """

    version: ModelVersion
    is_dated: bool

    @property
    def model(self) -> ModelId:
        """The model that it belongs to."""
        return self.version.model

    def __str__(self) -> str:
        return f"version {self.model} {self.version.label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRow:
    """An alias of a model."""

    model: ModelId
    alias: Alias
    is_dated: bool

    def __str__(self) -> str:
        return f"alias {self.model} @{self.alias.name}"


Row = ModelRow | VersionRow | AliasRow


class What(StrEnum):
    """What became of a row."""

    CREATED = "created"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row, and why where it was not created."""

    what: What
    reason: str = ""

"""Aliases: movable names for versions (``champion``). Words that could be taken for a label or ``latest`` are none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from models_app.domain.errors import InvalidFields
from models_app.domain.labels import VersionLabel

MAX_LENGTH = 128
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
LATEST = "latest"

# Every alias is kept beside its version in one transaction, and the model lists them all: both want a bound.
MAX_PER_MODEL = 50


class AliasName(str):
    """A movable name: letters, digits, ``_`` and ``-``, at most 128; not ``latest``, nothing like a version.

    >>> AliasName.parse("champion")
    'champion'
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, *, field: str = "alias") -> Self:
        """The name, or InvalidFields naming ``field``."""
        if len(text) > MAX_LENGTH or not NAME.fullmatch(text):
            detail = f"An alias is 1-{MAX_LENGTH} letters, digits, '_' and '-', beginning with none of '-'."
            raise InvalidFields.one(field, "invalid", detail)
        if text.lower() == LATEST:
            raise InvalidFields.one(field, "reserved", "'latest' always means the highest version and cannot be moved.")
        if VersionLabel.looks_like(text):
            detail = "This could be taken for a version. An alias begins with a letter and is no 'v' and digits."
            raise InvalidFields.one(field, "reserved", detail)
        return cls(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Where an alias points. Its revision counts its moves, not the changes of the version behind it."""

    name: AliasName
    version: VersionLabel
    moved_at: datetime
    moved_by: str
    revision: int

    @property
    def etag(self) -> str:
        """Names this state. With the version in it, an alias that was made anew is not taken for the old one."""
        return f"{self.version}-{self.revision}"

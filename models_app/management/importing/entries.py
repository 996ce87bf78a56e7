"""What an import reads: entries, one after the other, each with its place and a document, or why it has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to import.

    Attributes:
        line: its line in the file; of another registry, its number in the order of reading.
        document: what it says, in wire names.
        complaint: why it cannot be read; then it has no document.
        size_bytes: about how much it holds.
    """

    line: int
    document: dict[str, Any] | None = None
    complaint: str = ""
    size_bytes: int = 0


class Unusable(Exception):
    """The whole file, or the other registry, cannot be read; the sentence says why."""


Entries = Iterator[Entry]

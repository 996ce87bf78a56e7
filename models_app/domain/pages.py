"""Answers of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# Where the next page begins. Storage makes and reads it; for everybody else it is a thing to hand back.
StartKey = dict[str, str]

# How many items of a filtered list are looked at in one call.
FILTERED_BATCH = 250


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One answer of a list. ``next`` is None when there is nothing after it; a short page may have a next."""

    items: Sequence[T]
    next: StartKey | None = None

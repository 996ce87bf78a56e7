"""A mapping for states that are compared and remembered by the thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

K, V = TypeVar("K"), TypeVar("V")


class Rows(Mapping[K, V], Generic[K, V]):
    """A mapping that never changes and is its own hash, which grows with it instead of being taken anew."""

    __slots__ = ("_hash", "_rows")

    def __init__(self, rows: dict[K, V] | None = None, hash_: int = 0) -> None:
        self._rows = rows or {}
        self._hash = hash_

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self._hash == other._hash and self._rows == other._rows

    def having(self, key: K, value: V) -> Rows[K, V]:
        """The rows with one more, or another one in its place."""
        return Rows({**self._rows, key: value}, self.without(key)._hash ^ hash((key, value)))

    def without(self, key: K) -> Rows[K, V]:
        """The rows but for one."""
        if key not in self._rows:
            return self
        rows = {each: value for each, value in self._rows.items() if each != key}
        return Rows(rows, self._hash ^ hash((key, self._rows[key])))

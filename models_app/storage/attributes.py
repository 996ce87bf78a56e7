"""PynamoDB's attributes for items that are flat: read, got and set in one step.

PynamoDB looks each time whether a value belongs to a map inside an item, and under which other name it is kept. Here is
no map, and every attribute is kept under its own name. A list of models takes a third of the time so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.models import Model

if TYPE_CHECKING:

    class _Flat:
        """Typed by the attributes themselves."""
else:

    class _Flat:
        def __set_name__(self, owner: type, name: str) -> None:
            super().__set_name__(owner, name)
            self.name = name

        def __get__(self, item: Any, owner: type) -> Any:
            return self if item is None else item.attribute_values.get(self.name)

        def __set__(self, item: Any, value: Any) -> None:
            item.attribute_values[self.name] = value


class Text(_Flat, UnicodeAttribute):
    """A text."""

    def unpack(self, typed: Mapping[str, Any]) -> str:
        """The text, as storage's documents hold it."""
        text: str = typed["S"]
        return text


class Texts(_Flat, UnicodeSetAttribute):
    """A set of texts."""

    def unpack(self, typed: Mapping[str, Any]) -> set[str]:
        """The texts."""
        return set(typed["SS"])


class Flag(_Flat, BooleanAttribute):
    """Yes or no."""

    def unpack(self, typed: Mapping[str, Any]) -> bool:
        """Which."""
        return bool(typed["BOOL"])


class Count(_Flat, NumberAttribute):
    """A whole number."""

    def unpack(self, typed: Mapping[str, Any]) -> int:
        """The number."""
        return int(typed["N"])


Attribute = Text | Texts | Flag | Count


def read(kind: type[Model], raw: Mapping[str, dict[str, Any]]) -> Any:
    """The item of a kind that storage describes. What is not there takes its default, and is not looked for."""
    attributes, defaults = _form(kind)
    item = kind.__new__(kind)
    item.attribute_values = defaults | {
        name: attributes[name].unpack(typed)
        for name, typed in raw.items()
        if name in attributes and "NULL" not in typed
    }
    return item


@lru_cache
def _form(kind: type[Model]) -> tuple[dict[str, Attribute], dict[str, Any]]:
    """What can be read of a kind of item, and what it has where storage says nothing: its kind, above all."""
    attributes = {name: each for name, each in kind.get_attributes().items() if isinstance(each, Attribute)}
    return attributes, kind(_user_instantiated=False).attribute_values

"""PynamoDB's attributes for items that are flat: made, read, got, set and written in one step.

PynamoDB looks each time whether a value belongs to a map inside an item, and under which other name it is kept. Here is
no map, every attribute is kept under its own name, and storage itself says of which type a value is. A list of models
is read in a fifth of the time so, and a change is put into words in a third.

What most items say alike is not kept at all: an attribute may have a value for which it is ``absent``. To set it to
that takes it away, and to ask for that finds it, whether it was left out or written. Smaller items cost less to keep,
to write, to copy into the indexes and to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import AddAction, RemoveAction, SetAction
from pynamodb.models import Model

# What a DynamoDB client returns for an item: {"pk": {"S": "…"}, …}.
RawItem = dict[str, dict[str, Any]]


def _as_it_is(value: Any) -> Any:
    return value


# How storage writes each type of value.
IN_STORAGE: dict[str, Callable[[Any], Any]] = {"S": _as_it_is, "N": str, "BOOL": _as_it_is, "SS": sorted}

if TYPE_CHECKING:

    class _Flat:
        """Typed by the attributes themselves."""

        def __init__(self, *, absent: Any = None, **given: Any) -> None: ...
else:

    class _Flat:
        def __init__(self, *, absent: Any = None, **given: Any) -> None:
            super().__init__(**given | ({} if absent is None else {"null": True}))
            self.absent = absent

        def __set_name__(self, owner: type, name: str) -> None:
            super().__set_name__(owner, name)
            self.name = name

        def __get__(self, item: Any, owner: type) -> Any:
            return self if item is None else item.attribute_values.get(self.name)

        def __set__(self, item: Any, value: Any) -> None:
            item.attribute_values[self.name] = value

        def set(self, value: Any) -> Any:
            if value is not None and value == self.absent:
                return self.remove()
            return Setting(self, "{} = {}", value) if isinstance(value, PLAIN) else super().set(value)

        def remove(self) -> RemoveAction:
            return Removing(self, "{}")

        def add(self, number: int) -> AddAction:
            return Adding(self, "{} {}", number)

        def exists(self) -> Condition:
            return Asked(self, "attribute_exists ({})")

        def does_not_exist(self) -> Condition:
            return Asked(self, "attribute_not_exists ({})")

        def __eq__(self, value: object) -> Condition:
            stands = Asked(self, "{} = {}", value)
            return self.does_not_exist() | stands if value is not None and value == self.absent else stands

        def __ne__(self, value: object) -> Condition:
            return Asked(self, "{} <> {}", value)

        def __lt__(self, value: Any) -> Condition:
            return Asked(self, "{} < {}", value)

        def __gt__(self, value: Any) -> Condition:
            return Asked(self, "{} > {}", value)

        def __le__(self, value: Any) -> Condition:
            return Asked(self, "{} <= {}", value)

        __hash__ = None


PLAIN = (str, int, set)

Names = dict[str, str]
Values = dict[str, Any]


def _name(attribute: Any, names: Names) -> str:
    """What stands for an attribute in an expression."""
    return names.setdefault(attribute.name, f"#{len(names)}")


def _value(attribute: Any, value: Any, values: Values) -> str:
    """What stands for a value of an attribute."""
    placeholder, kind = f":{len(values)}", attribute.attr_type
    values[placeholder] = {kind: IN_STORAGE[kind](value)}
    return placeholder


class _Said:
    """Something that is said of one attribute, in a form with places for its name and, most often, for a value."""

    def __init__(self, attribute: Any, form: str, *value: Any) -> None:
        self.attribute, self.form, self.value = attribute, form, value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.attribute.name})"

    def serialize(self, placeholder_names: Names, expression_attribute_values: Values) -> str:
        """What is said, with its name and value put where the others are."""
        name = _name(self.attribute, placeholder_names)
        values = [_value(self.attribute, each, expression_attribute_values) for each in self.value]
        return self.form.format(name, *values)


class Setting(_Said, SetAction):
    """``SET name = value``, for a value that is just that."""


class Removing(_Said, RemoveAction):
    """``REMOVE name``."""


class Adding(_Said, AddAction):
    """``ADD name number``."""


class Asked(_Said, Condition):
    """Whether an attribute is there, or how it stands to a value."""


class Text(_Flat, UnicodeAttribute):
    """A text."""


class Texts(_Flat, UnicodeSetAttribute):
    """A set of texts."""


class Flag(_Flat, BooleanAttribute):
    """Yes or no."""


class Count(_Flat, NumberAttribute):
    """A whole number."""


def made(kind: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new item: those given, and the defaults of the others.

    Raises:
        ValueError: this kind of item has no such attribute.
    """
    if unknown := values.keys() - _types(kind).keys():
        raise ValueError(f"A {kind.__name__} has no {', '.join(sorted(unknown))}.")
    return {**_defaults(kind), **values}


def read(kind: type[Model], raw: Mapping[str, dict[str, Any]]) -> Any:
    """The item of a kind that storage describes. What is not there takes its default, and is not looked for."""
    defaults = _defaults(kind)
    values = defaults.copy()
    for name, typed in raw.items():
        if "S" in typed:
            values[name] = typed["S"]
        elif "N" in typed:
            values[name] = int(typed["N"])
        elif "SS" in typed:
            values[name] = set(typed["SS"])
        elif "BOOL" in typed:
            values[name] = typed["BOOL"]
    values["kind"] = defaults.get("kind")  # the class that its text names
    item = kind.__new__(kind)
    item.attribute_values = values
    return item


def written(item: Model) -> RawItem:
    """An item as storage's documents hold it: what ``read`` reads.

    Raises:
        ValueError: it lacks what every item of its kind has.
    """
    types, absent = _types(type(item)), _absent(type(item))
    raw = {
        name: {types[name]: IN_STORAGE[types[name]](value)}
        for name, value in item.attribute_values.items()
        if name in types and value is not None and value != absent.get(name)
    }
    if missing := _required(type(item)) - raw.keys():
        raise ValueError(f"A {type(item).__name__} without {', '.join(sorted(missing))}.")
    return raw | _named(type(item))


@lru_cache
def _defaults(kind: type[Model]) -> dict[str, Any]:
    """What a kind of item has where nothing else is said: the class itself, above all."""
    item = kind.__new__(kind)
    Model.__init__(item, _user_instantiated=False)
    values: dict[str, Any] = item.attribute_values
    return {**_absent(kind), **values}


@lru_cache
def _absent(kind: type[Model]) -> dict[str, Any]:
    """What those attributes mean that are left out."""
    meanings = {name: getattr(each, "absent", None) for name, each in kind.get_attributes().items()}
    return {name: meaning for name, meaning in meanings.items() if meaning is not None}


@lru_cache
def _types(kind: type[Model]) -> dict[str, str]:
    """The attributes of a kind of item, with the types in which storage keeps them."""
    return {name: each.attr_type for name, each in kind.get_attributes().items() if isinstance(each, _Flat)}


@lru_cache
def _required(kind: type[Model]) -> frozenset[str]:
    return frozenset(name for name in _types(kind) if not kind.get_attributes()[name].null)


@lru_cache
def _named(kind: type[Model]) -> RawItem:
    """The attribute that tells a kind of item, unless the sort key does."""
    attributes = kind.get_attributes() if getattr(kind, "tells_kind", True) else {}
    return {
        name: {each.attr_type: each.serialize(kind)} for name, each in attributes.items() if not isinstance(each, _Flat)
    }

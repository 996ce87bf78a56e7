"""Items and expressions are written as PynamoDB itself writes them, only faster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pynamodb.attributes import Attribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Update

from models_app.storage import attributes
from models_app.storage.attributes import Count, Flag, Texts, read, written
from models_app.storage.table import ModelItem, RegistryItem, UserItem

VALUES: dict[type[Attribute[Any]], Any] = {Count: 7, Flag: False, Texts: {"b", "a"}}


def every_kind(kind: type[RegistryItem] = RegistryItem) -> Iterator[type[RegistryItem]]:
    for each in kind.__subclasses__():
        yield each
        yield from every_kind(each)


def an_item(kind: type[RegistryItem]) -> RegistryItem:
    """One that has all that its kind may have."""
    names = attributes._types(kind)
    given = kind.get_attributes()
    return kind(**{name: VALUES.get(type(given[name]), f"the {name}") for name in names})


def in_order(typed: dict[str, Any]) -> dict[str, Any]:
    """A value as storage has it; PynamoDB leaves a set a set."""
    return {kind: sorted(value) if kind == "SS" else value for kind, value in typed.items()}


@pytest.mark.parametrize("kind", list(every_kind()), ids=lambda kind: kind.__name__)
class TestItems:
    def test_are_written_as_pynamodb_does(self, kind: type[RegistryItem]) -> None:
        item = an_item(kind)

        theirs = {name: in_order(typed) for name, typed in item.serialize().items()}
        if not kind.tells_kind:
            del theirs["kind"]
        assert written(item) == theirs

    def test_are_read_as_they_were_written(self, kind: type[RegistryItem]) -> None:
        item = an_item(kind)

        assert read(kind, written(item)).attribute_values == item.attribute_values

    def test_are_not_written_without_what_they_must_have(self, kind: type[RegistryItem]) -> None:
        item = an_item(kind)
        item.rid = None

        with pytest.raises(ValueError, match="without rid"):
            written(item)


class TestAnItem:
    def test_has_no_attribute_that_its_kind_has_not(self) -> None:
        with pytest.raises(ValueError, match="no colour"):
            UserItem(colour="red")

    def test_takes_defaults_for_what_storage_does_not_tell(self) -> None:
        found = RegistryItem.from_raw_data({"kind": {"S": "user"}, "email": {"NULL": True}})

        assert isinstance(found, UserItem)
        assert (found.is_active, found.session_epoch, found.email) == (True, 1, None)


class TestWhatIsLeftOut:
    """An attribute that says what it says of most items is not kept."""

    def test_is_not_written_and_read_all_the_same(self) -> None:
        item = ModelItem(pk="MODEL#payments.fraud", sk="VERSION~", rid="someone", tags="{}", description="")

        raw = written(item)

        assert {"tags", "description", "aliases"} & raw.keys() == set()
        assert (read(ModelItem, raw).tags, read(ModelItem, raw).description) == ("{}", "")

    def test_is_found_whether_it_was_left_out_or_written(self) -> None:
        either = Path(ModelItem.aliases).does_not_exist() | (Path(ModelItem.aliases) == "{}")

        assert told(ModelItem.aliases == "{}") == told(either)
        assert told(ModelItem.aliases == '{"a":"1"}') == told(Path(ModelItem.aliases) == '{"a":"1"}')

    def test_is_taken_away_by_setting_it(self) -> None:
        assert told(Update(ModelItem.description.set(""))) == told(Update(Path(ModelItem.description).remove()))


EXPRESSIONS = [
    (ModelItem.rev == 3, Path(ModelItem.rev) == 3),
    (ModelItem.rev != 3, Path(ModelItem.rev) != 3),
    (ModelItem.latest_key < "b", Path(ModelItem.latest_key) < "b"),
    (ModelItem.latest_key > "b", Path(ModelItem.latest_key) > "b"),
    (ModelItem.last_number <= 4, Path(ModelItem.last_number) <= 4),
    (ModelItem.move.exists(), Path(ModelItem.move).exists()),
    (ModelItem.move.does_not_exist(), Path(ModelItem.move).does_not_exist()),
    (
        (ModelItem.rev == 3) & ((ModelItem.status == "x") | ModelItem.rev.exists()),
        (Path(ModelItem.rev) == 3) & ((Path(ModelItem.status) == "x") | Path(ModelItem.rev).exists()),
    ),
]
ACTIONS = [
    ([ModelItem.status.set("x")], [Path(ModelItem.status).set("x")]),
    ([ModelItem.rev.add(-1)], [Path(ModelItem.rev).add(-1)]),
    ([ModelItem.move.remove()], [Path(ModelItem.move).remove()]),
    ([UserItem.is_active.set(False)], [Path(UserItem.is_active).set(False)]),
    ([ModelItem.tag_words.set({"b"})], [Path(ModelItem.tag_words).set({"b"})]),
    (
        [ModelItem.tags.set(ModelItem.tags | "{}"), ModelItem.rev.add(1), ModelItem.status.set("x")],
        [
            Path(ModelItem.tags).set(Path(ModelItem.tags) | "{}"),
            Path(ModelItem.rev).add(1),
            Path(ModelItem.status).set("x"),
        ],
    ),
]


def told(expression: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The words of an expression, and what its placeholders stand for."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    text = expression.serialize(names, values)
    return text, names, {each: in_order(typed) for each, typed in values.items()}


class TestExpressions:
    @pytest.mark.parametrize(("ours", "theirs"), EXPRESSIONS, ids=range(len(EXPRESSIONS)))
    def test_conditions_are_put_into_words_as_pynamodb_does(self, ours: Any, theirs: Any) -> None:
        assert told(ours) == told(theirs)

    @pytest.mark.parametrize(("ours", "theirs"), ACTIONS, ids=range(len(ACTIONS)))
    def test_actions_too(self, ours: Any, theirs: Any) -> None:
        assert told(Update(*ours)) == told(Update(*theirs))

"""The floor of docs/capacity.md: right where nothing is wasted, and lower than the bill wherever something is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models_app.domain.teams import TeamSlug
from models_app.services import teams as team_services
from models_app.storage import teams, versions
from models_app.storage.table import RegistryItem, connection
from models_app.storage.transactions import Verb, Write
from tests.callers import Cast
from tests.costing.capacity import Bench, Capacity
from tests.costing.endpoints import every_endpoint
from tests.costing.floor import Item, Rows, read_floor, write_floor
from tests.costing.traffic import Call
from tests.engine import Engine
from tests.faults import Wire
from tests.outbox.buses import PlayedBus
from tests.outbox.conftest import played, played_bus, publishing_to
from tests.outbox.receivers import listening
from tests.proof.faults.world import a_world
from tests.storage.conftest import proxy, wire

__all__ = ["played", "played_bus", "proxy", "publishing_to", "wire"]

TABLE = RegistryItem.Meta.table_name


def an_item(sort: str = "a", *, kilobytes: float = 1, **more: str) -> Item:
    """An item of about a size, with further attributes."""
    texts = {"pk": "p", "sk": sort, "body": "x" * int(1024 * kilobytes - 100), **more}
    return {name: {"S": text} for name, text in texts.items()}


def rows(*items: Item | None) -> Rows:
    """A table that holds just these."""
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items if item is not None}


SMALL, LARGE = an_item(), an_item(kilobytes=2.5)
LISTED = an_item(gsi1pk="list", gsi1sk="1", gsi2pk="by time", gsi2sk="1")
STEPS: dict[str, tuple[Item | None, Item | None]] = {
    "put": (None, SMALL),
    "put a large one": (None, LARGE),
    "put one that lists hold": (None, LISTED),
    "shrink": (LARGE, SMALL),
    "grow": (SMALL, LARGE),
    "change what lists hold": (LISTED, LISTED | {"note": {"S": "x"}}),
    "move in one list": (LISTED, LISTED | {"gsi2sk": {"S": "2"}}),
    "leave both lists": (LISTED, SMALL),
    "enter a list": (SMALL, an_item(gsi3pk="list", gsi3sk="1")),
    "count": (SMALL | {"count": {"N": "1"}}, SMALL | {"count": {"N": "-1234567.50"}}),
    "delete": (LARGE, None),
    "delete one that lists hold": (LISTED, None),
}


@pytest.fixture
def engine_empty(engine: Engine, table: None) -> Iterator[Engine]:
    """An engine whose table is empty at the end, too: what is put here is nothing of the registry's."""
    yield engine
    for sort in "ab":
        _send(engine, "DeleteItem", Key={"pk": {"S": "p"}, "sk": {"S": sort}}, TableName=TABLE)


def _send(engine: Engine, operation: str, **request: Any) -> Call:
    request["ReturnConsumedCapacity"] = "TOTAL"
    return Call(operation, request, json.loads(engine.send(operation, json.dumps(request).encode())))


def _written(engine: Engine, *steps: tuple[Item | None, Item | None]) -> float:
    """What the engine bills for one transaction of these steps; of a single one, for that alone."""
    for old, _ in steps:
        if old is not None:
            _send(engine, "PutItem", TableName=TABLE, Item=old)
    if len(steps) > 1:
        asked = [
            {"Put": {"TableName": TABLE, "Item": new}} if new else {"Delete": {"TableName": TABLE, "Key": _key(old)}}
            for old, new in steps
        ]
        return _send(engine, "TransactWriteItems", TransactItems=asked).units
    [(old, new)] = steps
    if new is not None:
        return _send(engine, "PutItem", TableName=TABLE, Item=new).units
    return _send(engine, "DeleteItem", TableName=TABLE, Key=_key(old)).units


def _key(item: Item | None) -> Item:
    return {name: item[name] for name in ("pk", "sk")} if item else {}


class TestWhereNothingIsWasted:
    @pytest.mark.parametrize("step", STEPS)
    def test_a_write_is_billed_as_its_floor(self, engine_empty: Engine, step: str) -> None:
        old, new = STEPS[step]

        assert _written(engine_empty, (old, new)) == write_floor(rows(old), rows(new))

    @pytest.mark.parametrize("step", STEPS)
    def test_a_transaction_is_billed_as_its_floor(self, engine_empty: Engine, step: str) -> None:
        old, new = STEPS[step]
        beside = an_item("b", kilobytes=3)

        billed = _written(engine_empty, (old, new), (None, beside))

        assert billed == write_floor(rows(old), rows(new, beside))

    def test_lookups_are_billed_as_their_floor(self, engine_empty: Engine) -> None:
        large = an_item(kilobytes=5)
        _written(engine_empty, (None, large))
        batch = {TABLE: {"Keys": [_key(large), _key(SMALL | {"sk": {"S": "missing"}})], "ConsistentRead": True}}

        looked_up = [_send(engine_empty, "BatchGetItem", RequestItems=batch)]

        assert read_floor(looked_up, engine_empty) == looked_up[0].units == 2 + 1

    @pytest.mark.parametrize("is_strong", [True, False])
    def test_a_query_is_billed_as_its_floor_with_what_a_filter_leaves_out(
        self, engine_empty: Engine, *, is_strong: bool
    ) -> None:
        _written(engine_empty, (None, an_item("a", kilobytes=3)), (None, an_item("b", kilobytes=3, note="x")))
        values = {":p": {"S": "p"}, ":n": {"S": "x"}}
        asked = {"KeyConditionExpression": "pk = :p", "FilterExpression": "#n = :n", "ConsistentRead": is_strong}
        asked |= {"ExpressionAttributeNames": {"#n": "note"}, "ExpressionAttributeValues": values}

        query = _send(engine_empty, "Query", TableName=TABLE, **asked)

        assert len(query.answer["Items"]) == 1
        assert read_floor([query], engine_empty) == query.units == (2 if is_strong else 1)


class TestWhatIsWasted:
    """Controls: doctored endpoints, each of which does something that nobody needs."""

    @pytest.fixture
    def take(
        self, payments: Cast, wire: Wire, played: PlayedBus, engine: Engine
    ) -> Iterator[Callable[[str], Capacity]]:
        with listening() as receiver:
            endpoints = dict(every_endpoint(a_world(payments, receiver=receiver.url)))
            bench = Bench(engine=engine, wire=wire, bus=played)
            yield lambda name: bench.measure(f"`{name}`", endpoints[f"`{name}`"])

    def test_a_second_read_of_the_same_item(
        self, take: Callable[[str], Capacity], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        careful = versions.get
        monkeypatch.setattr(versions, "get", lambda reference: careful(reference) and careful(reference))

        taken = take("GET /api/v1/models/{modelId}/{version}")

        assert (taken.calls, taken.ratio) == (2, 2.0)
        assert taken.is_above_the_floor
        assert taken.takes_more_calls

    @pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.CHECK])
    def test_a_write_or_a_check_of_an_item_that_does_not_change(
        self, take: Callable[[str], Capacity], monkeypatch: pytest.MonkeyPatch, verb: Verb
    ) -> None:
        careful = team_services.commit
        other = teams.alive(TeamSlug("vision"))
        wasted = Write(verb, other.item, other.condition, other.refusal)
        monkeypatch.setattr(team_services, "commit", lambda writes, **more: careful([*writes, wasted], **more))

        taken = take("PATCH /api/v1/teams/{team}")

        assert taken.write_floor == 7
        assert taken.write_units == 7 + (3 if verb is Verb.UPDATE else 2)
        assert taken.is_above_the_floor

    def test_an_item_that_is_written_twice(
        self, take: Callable[[str], Capacity], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        careful = team_services.teams.get

        def mark_first(slug: TeamSlug) -> Any:
            connection().update_item(f"TEAM#{slug}", "TEAM", actions=[RegistryItem.rid.set("mine")])
            return careful(slug)

        monkeypatch.setattr(team_services.teams, "get", mark_first)

        taken = take("PATCH /api/v1/teams/{team}")

        assert (taken.calls, taken.write_floor, taken.write_units) == (3, 7, 7 + 2)
        assert taken.takes_more_calls

"""Tables for tests at a tenth of the price: what the registry once asked of the engine is kept and said again.

Most tests begin in the same empty table with the same cast. Both are made once in a process as an operator would;
then each test gets the same rows, in three calls without an SDK. What a test itself does takes the registry's own way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from models_app.storage.table import RawItem, RegistryItem, connection, create_table
from tests.callers import Caller, Cast, a_team
from tests.engine import Engine

T = TypeVar("T")

MAKING = {"CreateTable", "UpdateTimeToLive"}
NAME = RegistryItem.Meta.table_name


def make_table(engine: Engine) -> None:
    """The registry's table, empty; what a test left that was cut off goes first."""
    if NAME in json.loads(engine.send("ListTables", b"{}"))["TableNames"]:
        drop_table(engine)
    for operation, document in _making():
        engine.send(operation, document)


def drop_table(engine: Engine) -> None:
    """End it with all that is in it."""
    engine.send("DeleteTable", json.dumps({"TableName": NAME}).encode())


def everything(engine: Engine) -> list[RawItem]:
    """All rows of the table, as DynamoDB's protocol writes them."""
    rows: list[RawItem] = []
    asked: dict[str, Any] = {"TableName": NAME, "ConsistentRead": True}
    while True:
        answer = json.loads(engine.send("Scan", json.dumps(asked).encode()))
        rows += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return rows
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def put_team(engine: Engine) -> Cast:
    """The cast of ``a_team()`` in an empty table. Its tokens are the same for every test of a process."""
    cast, rows = _team(engine)
    engine.send("TransactWriteItems", rows)
    # With fresh browsers: no cookie is handed on from test to test.
    callers = {name: Caller(each.name, each.authorization) for name, each in vars(cast).items() if name != "team"}
    return replace(cast, **callers)


def kept(engine: Engine, make: Callable[[Cast], T], cast: Cast) -> T:
    """What ``make`` gives, with every row as it leaves the table: made once in a process, then put again.

    For what many tests begin with, none of which minds that it happened a while ago. It begins with the cast and
    nothing else, and gives something that all of them may have: ids and such, no browser.
    """
    if make not in _kept:
        made = make(cast)
        rows = everything(engine)
        _kept[make] = made, [_putting(rows[start : start + 100]) for start in range(0, len(rows), 100)]
    else:
        for request in _kept[make][1]:
            engine.send("TransactWriteItems", request)
    found: T = _kept[make][0]
    return found


_kept: dict[Callable[[Cast], Any], tuple[Any, list[bytes]]] = {}


def _putting(rows: list[RawItem]) -> bytes:
    """The request that writes up to a hundred rows."""
    puts = [{"Put": {"TableName": NAME, "Item": row}} for row in rows]
    return json.dumps({"TransactItems": puts}).encode()


@cache
def _making() -> list[tuple[str, bytes]]:
    """The requests that the registry makes its table with."""
    with _overheard() as requests:
        create_table()
    RegistryItem.delete_table()
    return [(operation, document) for operation, document in requests if operation in MAKING]


@cache
def _team(engine: Engine) -> tuple[Cast, bytes]:
    """The cast, and the request that writes its rows."""
    cast = a_team()
    return cast, _putting(everything(engine))


@contextmanager
def _overheard() -> Iterator[list[tuple[str, bytes]]]:
    """The requests sent inside the block: operation and body."""
    heard: list[tuple[str, bytes]] = []
    emitter = connection().connection.client.meta.events

    def note(request: Any, event_name: str, **_: Any) -> None:
        heard.append((event_name.rpartition(".")[2], request.body))

    emitter.register("before-send.dynamodb.*", note)
    try:
        yield heard
    finally:
        emitter.unregister("before-send.dynamodb.*", note)

"""Tables for tests at a tenth of the price: what the registry once asked of the engine is kept and said again.

Most tests begin in the same empty table with the same cast. Both are made once in a process as an operator would;
then each test gets the same rows, in three calls without an SDK. What a test itself does takes the registry's own way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from models_app.storage.table import RawItem, RegistryItem, connection, create_table
from tests.callers import Caller, Cast, a_team
from tests.engine import Engine

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
    rows = everything(engine)
    puts = [{"Put": {"TableName": NAME, "Item": row}} for row in rows]
    return cast, json.dumps({"TransactItems": puts}).encode()


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

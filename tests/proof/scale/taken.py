"""What a request takes: calls and units of DynamoDB, bytes, and steps of the registry's own process.

CPU is told by what does not jitter: a step is a function that is called, of Python's or of C's, in the thread that
answers; how much those of C do rests on the bytes that pass. Seconds of CPU are measured too, and told, not judged.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from models_app.services.tokens import forget_tokens
from models_app.storage.table import RegistryItem
from tests.costing.traffic import WRITES
from tests.engine import Engine
from tests.faults import Exchange, Wire
from tests.proof.faults.asked import Asked

TABLE = RegistryItem.Meta.table_name
BATCH = 100
MOST = 1.1  # times what it takes in the small registry
MEASURES = ("read_units", "write_units", "bytes", "steps")

Item = dict[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True)
class Taken:
    """What one request took. ``looked_at`` counts the items that its queries read, those left out by filters too."""

    calls: list[str]
    looked_at: int
    read_units: float
    write_units: float
    bytes: int
    steps: int
    seconds: float

    def beyond(self, small: Taken) -> list[str]:
        """In what it took more than the same request of the small registry: nothing, if size makes no difference."""
        found = [] if self.calls == small.calls else [f"calls: {small.calls} became {self.calls}"]
        for what in MEASURES:
            little, much = getattr(small, what), getattr(self, what)
            if much > MOST * little:
                found.append(f"{what}: {little:g} became {much:g}")
        return found

    def times(self, small: Taken) -> float:
        """The largest of their ratios."""
        pairs = [(getattr(self, what), getattr(small, what)) for what in MEASURES]
        return max(much / little for much, little in pairs if little)


@dataclass
class Traffic:
    """What passes between a request and its engine; and every item as it was before the request wrote it."""

    engine: Engine
    calls: list[str] = field(default_factory=list)
    units: dict[bool, float] = field(default_factory=lambda: {False: 0.0, True: 0.0})
    looked_at: int = 0
    bytes: int = 0
    before: dict[Key, Item | None] = field(default_factory=dict)

    def hear(self, exchange: Exchange) -> None:
        """Hand on a call, asked for its capacity whether the registry does so or not."""
        request = json.loads(exchange.body)
        is_write = exchange.operation in WRITES
        if is_write:
            self._remember([key for key in _written_by(exchange.operation, request) if key not in self.before])
        self.bytes += len(exchange.body)
        exchange.body = json.dumps(request | {"ReturnConsumedCapacity": "TOTAL"}).encode()
        status, headers, content = exchange.forward()
        answer = json.loads(content)
        told = answer.get("ConsumedCapacity", [])
        self.looked_at += answer.get("ScannedCount", 0)
        self.calls.append(exchange.operation)
        self.units[is_write] += sum(each["CapacityUnits"] for each in (told if isinstance(told, list) else [told]))
        self.bytes += len(content)
        exchange.answer(status, headers, content)

    def undo(self) -> None:
        """Put back what was written."""
        undone = [_put(item) if item is not None else _delete(key) for key, item in self.before.items()]
        for first in range(0, len(undone), BATCH):
            batch = {"TransactItems": undone[first : first + BATCH]}
            self.engine.send("TransactWriteItems", json.dumps(batch).encode())
        self.before = {}

    def _remember(self, keys: list[Key]) -> None:
        for key in keys:
            asked = {"TableName": TABLE, "Key": _wire(key), "ConsistentRead": True}
            self.before[key] = json.loads(self.engine.send("GetItem", json.dumps(asked).encode())).get("Item")


@contextmanager
def undone(engine: Engine, wire: Wire) -> Iterator[Traffic]:
    """What passes inside the block; afterwards the table is as it was, however large it is."""
    traffic = Traffic(engine)
    wire.always("*", traffic.hear)
    try:
        yield traffic
    finally:
        wire.mend()
        traffic.undo()


def take(asked: Asked, engine: Engine, wire: Wire, *, is_timed: bool = False) -> tuple[HttpResponse, Taken]:
    """The answer to a request of a caller whose token is known, and what it took; then the table is as it was before.

    Steps are counted, or seconds are: counting takes longer than what is counted.
    """
    forget_tokens()
    if asked.client.handler._middleware_chain is None:
        asked.client.handler.load_middleware()  # which is nothing that the request takes
    with wire.in_use():
        Client().get("/api/v1/me", headers={"authorization": asked.headers.get("authorization", "")})
        with undone(engine, wire) as traffic:
            with counted_steps(is_counting=not is_timed) as steps:
                began = time.thread_time()
                answer = asked.send()
                seconds = time.thread_time() - began
            assert answer.status_code < 300, (asked.name, answer.status_code, answer.content)
    return answer, Taken(
        traffic.calls,
        traffic.looked_at,
        traffic.units[False],
        traffic.units[True],
        traffic.bytes + len(asked.data) + len(getattr(answer, "content", b"")),
        len(steps),
        seconds,
    )


@contextmanager
def counted_steps(*, is_counting: bool = True) -> Iterator[list[None]]:
    """A list with an entry for each function that this thread calls inside the block, unless nobody counts."""
    steps: list[None] = []

    def note(_: Any, event: str, __: Any) -> None:
        if event in {"call", "c_call"}:
            steps.append(None)

    gc.disable()  # what it ends, and when, rests on what was done before
    sys.setprofile(note if is_counting else None)
    try:
        yield steps
    finally:
        sys.setprofile(None)
        gc.enable()


def _written_by(operation: str, request: dict[str, Any]) -> Iterator[Key]:
    if operation == "TransactWriteItems":
        asked = [pair for each in request["TransactItems"] for pair in each.items()]
        writes = [write for verb, write in asked if verb != "ConditionCheck"]
    else:
        assert operation in {"PutItem", "UpdateItem", "DeleteItem"}, operation
        writes = [request]
    for write in writes:
        key = write.get("Key") or write["Item"]
        yield key["pk"]["S"], key["sk"]["S"]


def _wire(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _put(item: Item) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": item}}


def _delete(key: Key) -> dict[str, Any]:
    return {"Delete": {"TableName": TABLE, "Key": _wire(key)}}

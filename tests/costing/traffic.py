"""What a request says to DynamoDB and hears from it, as it passes on the wire: every call, its answer, its units."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.faults import Exchange, Wire

WRITES = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})


@dataclass(frozen=True)
class Call:
    """One call that reached DynamoDB."""

    operation: str
    request: dict[str, Any]
    answer: dict[str, Any]

    @property
    def is_write(self) -> bool:
        return self.operation in WRITES

    @property
    def units(self) -> float:
        """What it took, as DynamoDB tells; of a condition that failed it tells nothing."""
        told = self.answer.get("ConsumedCapacity", [])
        return sum(each["CapacityUnits"] for each in (told if isinstance(told, list) else [told]))


@contextmanager
def overheard(wire: Wire) -> Iterator[list[Call]]:
    """The calls sent inside the block, each asked for its capacity whether the registry does so or not."""
    heard: list[Call] = []

    def hear(exchange: Exchange) -> None:
        request = json.loads(exchange.body)
        exchange.body = json.dumps(request | {"ReturnConsumedCapacity": "TOTAL"}).encode()
        status, headers, content = exchange.forward()
        heard.append(Call(exchange.operation, request, json.loads(content)))
        exchange.answer(status, headers, content)

    wire.always("*", hear)
    try:
        yield heard
    finally:
        wire.mend()

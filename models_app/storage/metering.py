"""What DynamoDB was asked for, and what it bills: calls and capacity units, counted at the one client.

A call that fails tells no units, although DynamoDB bills for a condition that did not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
WRITES = frozenset({"DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})


@dataclass(slots=True)
class Consumption:
    """What was consumed so far. Calls that were repeated count each time."""

    calls: int = 0
    read_units: float = 0
    write_units: float = 0


_present: ContextVar[Consumption | None] = ContextVar("consumption", default=None)


@contextmanager
def metered() -> Iterator[Consumption]:
    """Count what is consumed inside, by this thread; a count around this one gets it, too."""
    consumption = Consumption()
    token = _present.set(consumption)
    try:
        yield consumption
    finally:
        _present.reset(token)
        if (around := _present.get()) is not None:
            around.calls += consumption.calls
            around.read_units += consumption.read_units
            around.write_units += consumption.write_units


def listen(emitter: Any) -> None:
    """Have a client ask for its consumption with each call, and count it."""
    emitter.register("before-send.dynamodb", _note_call)
    for operation in READS | WRITES:
        emitter.register(f"before-parameter-build.dynamodb.{operation}", _ask)
        emitter.register(f"after-call.dynamodb.{operation}", _note_units)


def _ask(params: dict[str, Any], **_: Any) -> None:
    params["ReturnConsumedCapacity"] = "TOTAL"


def _note_call(**_: Any) -> None:
    if (consumption := _present.get()) is not None:
        consumption.calls += 1


def _note_units(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
    consumption = _present.get()
    told = parsed.get("ConsumedCapacity")
    if consumption is None or told is None:
        return
    units = sum(each.get("CapacityUnits", 0) for each in (told if isinstance(told, list) else [told]))
    if model.name in READS:
        consumption.read_units += units
    else:
        consumption.write_units += units

"""What DynamoDB was asked for, and what it bills: calls and capacity units, counted where it is asked.

A call that fails tells no units, although DynamoDB bills for a condition that did not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
WRITES = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})


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


def note_call() -> None:
    """Count a call that is about to be made."""
    if (consumption := _present.get()) is not None:
        consumption.calls += 1


def note_units(operation: str, answer: Mapping[str, Any]) -> None:
    """Count what an answer says that its call consumed."""
    consumption = _present.get()
    told = answer.get("ConsumedCapacity")
    if consumption is None or told is None:
        return
    units = sum(each.get("CapacityUnits", 0) for each in (told if isinstance(told, list) else [told]))
    if operation in READS:
        consumption.read_units += units
    else:
        consumption.write_units += units

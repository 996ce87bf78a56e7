"""The capacity of every endpoint beside its floor, one after the other, in a table that is put back each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.test import Client

from tests.costing.floor import Rows, read_floor, write_floor
from tests.costing.traffic import overheard
from tests.engine import Engine
from tests.faults import Wire
from tests.outbox import buses
from tests.outbox.buses import PlayedBus
from tests.proof.faults.asked import Asked
from tests.proof.faults.world import Kept
from tests.tables import everything

MOST = 1.2  # times the floor


@dataclass(frozen=True)
class Capacity:
    """What an endpoint took, and the least that it could have taken.

    ``publishes`` counts the calls to EventBridge; ``calls`` only those to DynamoDB.
    """

    name: str
    calls: int
    publishes: int
    read_units: float
    read_floor: float
    write_units: float
    write_floor: float

    @property
    def is_read(self) -> bool:
        return self.name.startswith("`GET ")

    @property
    def ratio(self) -> float:
        """The worse of both: 1.0 where nothing could be saved."""
        return max(_over(self.read_units, self.read_floor), _over(self.write_units, self.write_floor))

    @property
    def is_above_the_floor(self) -> bool:
        """By more than a fifth."""
        return self.ratio > MOST

    @property
    def takes_more_calls(self) -> bool:
        """A read is one; a change is one read and one transaction, and one mark for each event that is sent at once."""
        return self.calls - self.publishes > (1 if self.is_read else 2)


def _over(units: float, floor: float) -> float:
    if units == floor:
        return 1.0
    return units / floor if floor else float("inf")


def table_of(measured: Iterable[Capacity]) -> str:
    """As the page shows it."""
    rows = []
    for each in measured:
        calls = f"{each.calls} + {each.publishes}" if each.publishes else f"{each.calls}"
        units = [each.read_units, each.read_floor, each.write_units, each.write_floor]
        rows.append(f"| {each.name} | {calls} | {' | '.join(f'{number:g}' for number in units)} | {each.ratio:.2f} |")
    head = ["| endpoint | calls | read units | floor | write units | floor | ratio |", "|---|--:|--:|--:|--:|--:|--:|"]
    return "\n".join([*head, *rows])


def measured_in(table: str) -> list[Capacity]:
    """What a table of the page says."""
    found = []
    for row in table.splitlines()[2:]:
        name, calls, *units, _ = row.strip("| ").split(" | ")
        to_dynamodb, _, to_the_bus = calls.partition(" + ")
        found.append(Capacity(name, int(to_dynamodb), int(to_the_bus or 0), *map(float, units)))
    return found


def named_in(table: str) -> list[str]:
    """The endpoints that a table of the page explains: ``<br>`` stands between those that share a reason."""
    return [name for row in table.splitlines()[2:] for name in row.strip("| ").split(" | ")[0].split("<br>")]


class Bench:
    """A registry in which each request finds the same table, and knows its callers."""

    def __init__(self, *, engine: Engine, wire: Wire, bus: PlayedBus) -> None:
        self.engine, self.wire, self.bus = engine, wire, bus
        self.kept = Kept(engine)

    def measure(self, name: str, asked: Asked) -> Capacity:
        """What one request takes, of a caller whose token is known; then the table is as it was before."""
        Client().get("/api/v1/me", headers={"authorization": asked.headers.get("authorization", "")})
        states = [self._rows()]

        def take(call: buses.Call) -> None:
            # What is told outside must be written before: there the request is parted in two.
            states.append(self._rows())
            buses.take(call)

        self.bus.manner = take
        with overheard(self.wire) as calls:
            answer = asked.send()
        assert answer.status_code < 300, (name, answer.content)
        states.append(self._rows())
        taken = Capacity(
            name=name,
            calls=len(calls),
            publishes=len(states) - 2,
            read_units=sum(call.units for call in calls if not call.is_write),
            read_floor=read_floor(calls, self.engine),
            write_units=sum(call.units for call in calls if call.is_write),
            write_floor=sum(write_floor(before, after) for before, after in pairwise(states)),
        )
        self.bus.forget()
        if states[0] != states[-1]:
            self.kept.restore()
        return taken

    def _rows(self) -> Rows:
        return {(row["pk"]["S"], row["sk"]["S"]): row for row in everything(self.engine)}

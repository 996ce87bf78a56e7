"""No change without its event: one for each, in the transaction of the change, whichever face it came through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from models_app.storage import transactions
from models_app.storage.table import EVENTS, EventItem
from models_app.storage.transactions import Write
from tests.proof.figures import controls, proves
from tests.proof.permissions.rows import UNSAFE, Door, Face, Row
from tests.proof.permissions.test_matrix import MATRIX
from tests.proof.permissions.world import World

NAME = "every change writes its event in its own transaction"

# A model with all its versions moves in several transactions. The first holds the event, and a note that lets anybody
# go on; the others only carry on what it says.
IN_PARTS = (
    *("/rename", "/models/payments.gone/restore", "/models/payments.spare", "/registered-models/rename"),
    *("/registered-models/delete", "/payments.spare/delete"),
)


def is_event(action: dict[str, Any]) -> bool:
    """Whether an action of a transaction puts an event."""
    return action.get("Put", {}).get("Item", {}).get("sk", {}).get("S", "").startswith(EVENTS)


def changes() -> list[Row]:
    """The rows that can change something: all unsafe ones that let somebody in."""
    return [row for row in MATRIX if row.method in UNSAFE and row.face is not Face.OPEN]


def unrecorded(world: World, rows: list[Row], *, most: int = 1_000) -> list[str]:
    """The changes that wrote another number of events than declared, or wrote beside the transaction of the event."""
    door, found = Door(world), []
    for row in rows:
        who = world.principals["token, platform" if row.face in {Face.API, Face.MLFLOW} else "session, root"]
        outcome = door.tries(row, who)
        written = [(operation, sent.get("TransactItems", [])) for operation, sent in outcome.writes]
        events = [sum(map(is_event, actions)) for _, actions in written]
        parts = len(written) - 1 if row.address.endswith(IN_PARTS) else 0
        is_one = sum(events) == row.events and events[: 1 + parts] == [row.events] + [0] * parts if written else True
        together = all(len(actions) > events[0] for _, actions in written[:1])
        others = [operation for operation, _ in written if operation != "TransactWriteItems"]
        if not is_one or not together or others or bool(written) != bool(row.events) or len(written) > 1 + parts:
            found.append(f"{row}: {outcome.said}, {[(name, len(actions)) for name, actions in written]} {events}")
        if outcome.writes:
            world.restore()
        if len(found) == most:
            break
    return found


def test_each_change_writes_its_event_with_it(world: World) -> None:
    rows = changes()

    found = unrecorded(world, rows)

    assert not found, "\n".join(found)
    changing = [row for row in rows if row.events]
    proves(
        NAME,
        f"{len(changing)} requests on {len({row.route for row in changing})} routes, one event each; "
        f"{len(rows) - len(changing)} that change nothing write none",
        target="all",
        holds=bool(changing),
    )


def test_the_control_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that makes the change, and then writes down that it did."""
    together = transactions._write

    def apart(writes: Sequence[Write], *, change: str, token: str) -> None:
        events = [write for write in writes if isinstance(write.item, EventItem)]
        together([write for write in writes if write not in events], change=change, token=token)
        if events:
            together(events, change=change, token=token[::-1])

    monkeypatch.setattr(transactions, "_write", apart)
    rows = changes()[::8]
    found = unrecorded(world, rows)

    noticed = len(found) == len([row for row in rows if row.events])
    controls(NAME, f"events written apart: {len(found)} of {len(found)} noticed", target="all", holds=noticed)

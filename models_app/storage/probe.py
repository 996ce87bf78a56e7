"""A call that asks for nothing, to see whether the table answers."""

from __future__ import annotations

from models_app.storage import calls
from models_app.storage.table import connection


def read_nothing() -> None:
    """Read an item that nobody writes. One call, half a read unit.

    Raises:
        StorageBusy: the table did not answer.
    """
    calls.call(connection().get_item, "HEALTH", "HEALTH")

"""The table out of reach: every call goes to a port that nobody listens on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models_app.storage.table import connection
from tests.engine import free_port

CALLS = "before-send.dynamodb.*"


@contextmanager
def dead_engine() -> Iterator[None]:
    """Inside the block no call reaches DynamoDB. The live client sends each one, and is turned away each time."""
    emitter = connection().connection.client.meta.events
    nowhere = f"http://127.0.0.1:{free_port()}/"

    def misdirect(request: Any, **_: Any) -> None:
        request.url = nowhere

    emitter.register(CALLS, misdirect)
    try:
        yield
    finally:
        emitter.unregister(CALLS, misdirect)

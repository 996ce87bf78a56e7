"""Counting the calls that reach DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models_app.storage.table import connection


@contextmanager
def counted_calls() -> Iterator[list[str]]:
    """The operations sent inside the block, retries too: ``["GetItem"]``."""
    sent: list[str] = []
    emitter = connection().connection.client.meta.events

    def note(event_name: str, **_: Any) -> None:
        sent.append(event_name.rpartition(".")[2])

    emitter.register("before-send.dynamodb.*", note)
    try:
        yield sent
    finally:
        emitter.unregister("before-send.dynamodb.*", note)

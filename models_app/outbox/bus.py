"""The EventBridge bus: what an entry looks like, and how many go into one call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from models_app.domain import clock, tickets
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.events import Event, EventKind

SOURCE = "model-registry"

# PutEvents takes 10 entries; their sizes together must stay below 256 KB in older regions, whatever newer ones allow.
MAX_ENTRIES = 10
MAX_BYTES = 240 * 1024

# What botocore makes of an answer that no bus gave; nothing of it may reach a caller whose change is made.
MISREAD = (ResponseParserError, ValueError, TypeError, AttributeError)

# Somebody waits for an answer while an event is sent inline; nobody waits for the relay.
INLINE_SECONDS = 0.3
RELAY_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """Where events go, and what a pipeline needs to answer.

    Attributes:
        name: of the bus; empty where there is none, and then events stay in the outbox.
        public_url: where the registry is reached, without a slash at its end.
        ticket_key: signs the callback tickets.
    """

    name: str
    public_url: str
    ticket_key: str


class BusFailed(Exception):
    """The bus took none of the entries, or its answer got lost."""


_bus = Bus(name="", public_url="", ticket_key="")
_making = threading.Lock()


def configure(bus: Bus) -> None:
    """Say once, at the start of the process, where events go."""
    global _bus  # noqa: PLW0603 - made in one named place, like the table
    _bus = bus


def present() -> Bus:
    """Where events go."""
    return _bus


def detail_of(event: Event, *, with_ticket: bool = True) -> dict[str, Any]:
    """An event as it is published. A requested deployment carries a fresh ticket for its callback."""
    data = dict(event.data)
    if with_ticket and event.kind is EventKind.DEPLOYMENT_REQUESTED:
        data["callback"] = _callback(data["deploymentId"])
    return {
        "eventId": event.id,
        "schemaVersion": event.schema_version,
        "occurredAt": clock.wire(event.occurred_at),
        "teamId": event.team,
        "actor": event.actor,
        "requestId": event.request_id,
        "modelId": str(event.model) if event.model else None,
        "version": event.version,
        "data": data,
    }


def packed(events: Sequence[Event]) -> Iterator[list[tuple[Event, dict[str, Any]]]]:
    """Events with their entries, in batches that one call takes, in the order in which they came."""
    batch: list[tuple[Event, dict[str, Any]]] = []
    taken = 0
    for event in events:
        entry = _entry(event)
        size = sum(len(str(value).encode()) for value in entry.values())
        if batch and (len(batch) == MAX_ENTRIES or taken + size > MAX_BYTES):
            yield batch
            batch, taken = [], 0
        batch.append((event, entry))
        taken += size
    if batch:
        yield batch


def put(entries: Sequence[dict[str, Any]], *, seconds: float) -> list[str | None]:
    """Send one batch: for each entry None, or the bus's reason for not taking it.

    Raises:
        BusFailed: the call as a whole came to nothing; entries may or may not have arrived.
    """
    try:
        with _making:
            client = _client(seconds)
        answer = client.put_events(Entries=list(entries))
    except (BotoCoreError, ClientError, *MISREAD) as failure:
        raise BusFailed(type(failure).__name__) from failure
    results = answer.get("Entries", [])
    if len(results) != len(entries):  # a page of a proxy in between, say
        raise BusFailed("its answer does not fit the question")
    return [None if result.get("EventId") else result.get("ErrorCode") or "Unknown" for result in results]


def _entry(event: Event) -> dict[str, Any]:
    return {
        "Source": SOURCE,
        "DetailType": event.kind.value,
        "Detail": json.dumps(detail_of(event), ensure_ascii=False),
        "EventBusName": _bus.name,
        "Resources": [],
    }


def _callback(deployment: str) -> dict[str, str]:
    now = clock.now()
    ticket = tickets.issue(DeploymentId.parse(deployment), key=_bus.ticket_key, at=now)
    return {
        "url": f"{_bus.public_url}/api/v1/deployments/{deployment}/status",
        "ticket": ticket,
        "expiresAt": clock.wire(now + tickets.LIFETIME),
    }


@lru_cache(maxsize=4)
def _client(seconds: float) -> Any:
    """A client that gives up after so many seconds and never repeats: what was not taken stays in the outbox."""
    patience = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    # A session of its own: boto3's default one is everybody's, and not for several threads at once.
    return boto3.Session().client("events", config=patience)

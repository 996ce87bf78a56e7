"""What is done in these tests again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

from models_app.domain.actors import command_line
from models_app.domain.events import Event, EventKind
from models_app.domain.teams import TeamSlug
from models_app.storage import outbox
from models_app.storage.table import EVENTS, connection
from models_app.storage.transactions import commit
from tests.callers import Answer, Cast

TEAM = TeamSlug("payments")
UNTIL_SECONDS = 90  # a command starts in one; this is for machines with something else to do
RENAMED = {"changes": {"displayName": {"from": "payments", "to": "Payments"}}}


def deploys(team: Cast, model: str = "fraud", version: str = "1.0.0", environment: str = "prod") -> Answer:
    """The maintainer asks for a deployment."""
    where = f"models/{team.team}.{model}/{version}/deploy"
    return team.maintainer.calls("POST", where, {"environment": environment, "parameters": {"replicas": 2}})


def an_event(**facts: object) -> Event:
    """A committed event that nobody sends but the relay."""
    event = Event.record(EventKind.TEAM_UPDATED, by=command_line(), **{"team": TEAM, "data": RENAMED, **facts})
    commit([], event=event)
    return event


def unsent() -> list[str]:
    """The ids in the outbox, shard by shard."""
    return [event.id for shard in outbox.shards() for event in outbox.list_unsent(shard, limit=1000, after=None).items]


def committed() -> list[str]:
    """The ids of all events that there are, in the order in which they happened."""
    return sorted(item["sk"]["S"].removeprefix(EVENTS) for item in everything() if item["sk"]["S"].startswith(EVENTS))


def everything() -> list[dict[str, dict[str, str]]]:
    """Every item of the table."""
    found, start = [], None
    while True:
        page = connection().scan(exclusive_start_key=start)
        found += page["Items"]
        start = page.get("LastEvaluatedKey")
        if start is None:
            return found


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + UNTIL_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

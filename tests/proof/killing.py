"""Killing an operation wherever it waits for AWS: before each call is sent, and after its answer came.

Nobody lists these points. A process that has loaded everything but talked to nobody yet, so that nothing is shared,
forks for each run. The fork counts the points that it passes and kills itself at the one it was told:

    killer.run(operation, kill_at=1), killer.run(operation, kill_at=2), … until a run ends by itself
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parent.parent.parent
TARGET = "x-amz-target"


@dataclass(frozen=True)
class Request:
    """A request to the API."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """A management command."""

    name: str
    arguments: Sequence[str] = ()


@dataclass(frozen=True)
class Handover:
    """An event that the bus hands over."""

    envelope: Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """How far a run came: the points that it passed, ``before PutEvents``, and whether the last one was its end."""

    points: list[str]
    was_killed: bool


class Killer:
    """The process that forks. It ends with the one that started it, whose words it reads."""

    def __init__(self, environment: Mapping[str, str], *, carelessness: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.killing", carelessness],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=60)

    def run(self, operation: Request | Command | Handover, *, kill_at: int = 0, kill_after: float | None = None) -> Run:
        """Do it, and end with SIGKILL at a point, of which the first is 1; or after so many seconds, wherever it is."""
        order = {type(operation).__name__: asdict(operation), "kill_at": kill_at, "kill_after": kill_after}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        assert told["ended"] in {0, -signal.SIGKILL}, "it failed by itself: its words are above"
        return Run(told["points"], was_killed=told["ended"] != 0)


def main(carelessness: str) -> None:
    """Fork for each order on standard input; say on standard output how it ended."""
    prepare(carelessness)
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os._exit(perform(order, writing))
        os.close(writing)
        if order["kill_after"] is not None:
            time.sleep(order["kill_after"])
            os.kill(child, signal.SIGKILL)  # if it has ended, nobody has waited for it yet
        with os.fdopen(reading) as passed:
            points = passed.read().splitlines()
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps({"points": points, "ended": ended}) + "\n")
        sys.stdout.flush()


def prepare(carelessness: str) -> None:
    """Load all that a run needs, and make its clients, which connect only when they are used."""
    if carelessness:
        from tests.proof import careless

        getattr(careless, carelessness)()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
    django.setup()
    from django.urls import get_resolver

    from models_app.outbox import bus
    from models_app.storage.table import connection
    from tests.outbox.conftest import PATIENCE_SECONDS

    # On a slow machine the bus must not be given up: the points behind it would not be found.
    bus.INLINE_SECONDS = bus.RELAY_SECONDS = PATIENCE_SECONDS
    assert get_resolver().url_patterns
    assert connection().connection.client
    assert bus._client(bus.RELAY_SECONDS)


def perform(order: dict[str, Any], writing: int) -> int:
    """In the fork: the exit code of a run that survives."""
    die_at(order["kill_at"], writing)
    try:
        if "Request" in order:
            return 0 if answered(Request(**order["Request"])) < 400 else 1
        if "Handover" in order:
            from models_app import jobs

            jobs.take_event(order["Handover"]["envelope"])
            return 0
        from django.core.management import call_command

        command = Command(**order["Command"])
        call_command(command.name, *command.arguments, stdout=sys.stderr)
    except BaseException:  # noqa: BLE001 - the fork must not go on as its parent
        traceback.print_exc()
        return 1
    return 0


def answered(request: Request) -> int:
    """The status of a request's answer."""
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    content = json.dumps(request.body).encode() if request.body is not None else b""
    sent = {"content_type": "application/json", "headers": request.headers}
    return client.generic(request.method, f"/api/v1/{request.path}", content, **sent).status_code


def die_at(fatal: int, writing: int) -> None:
    """Have this process end at a point. Every call to AWS goes through one of these two methods."""
    from botocore.httpsession import URLLib3Session

    from models_app.storage.connections import Connections

    points = count(1)

    def passes(point: str) -> None:
        os.write(writing, f"{point}\n".encode())
        if next(points) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(send: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def sends(sender: Any, request: Any) -> Any:
            target = {name.lower(): value for name, value in request.headers.items()}[TARGET]
            operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
            passes(f"before {operation}")
            try:
                return send(sender, request)
            finally:
                passes(f"after {operation}")

        return sends

    URLLib3Session.send = counted(URLLib3Session.send)
    Connections.exchange = counted(Connections.exchange)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The registry as it runs: a real server with several processes and threads, and callers who all call at once."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.callers import API, Answer
from tests.engine import Engine, free_port

ROOT = Path(__file__).parent.parent
PROCESSES, THREADS = 2, 8
BUSY, BUSY_TIMES = 503, 4

T = TypeVar("T")

# Has the server end when the tests do, however they end, and then turns into granian.
START = """
import os, sys
sys.path.insert(0, "bin")
import engine
engine.stop_with_parent(os.getppid())
os.execv(sys.executable, [sys.executable, "-m", "granian", *sys.argv[1:]])
"""


class Server:
    """Granian on a free port of loopback. It is ended by its process id.

    ``application`` is where one is, or what makes one: ``module:name`` or ``module:name()``. ``through`` is the address
    of what stands between it and the engine; ``settings`` are environment variables.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        application: str = "registry_project.wsgi:application",
        through: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        environment = os.environ | engine.environment() | {"ENVIRONMENT": "local", "REGISTRY_SECRET_KEY": "k" * 60}
        if through is not None:
            environment["AWS_ENDPOINT_URL_DYNAMODB"] = through
        environment |= settings or {}
        place = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--http", "1", "--no-ws"]
        size = ["--workers", str(PROCESSES), "--blocking-threads", str(THREADS)]
        quiet = ["--log-level", "warning", "--workers-kill-timeout", "5"]
        made = ["--factory", application.removesuffix("()")] if application.endswith("()") else [application]
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *place, *size, *quiet, *made],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def stop(self) -> None:
        """End it, and so its workers."""
        self.process.terminate()
        self.process.wait(timeout=60)

    def _wait(self) -> None:
        deadline = time.monotonic() + 120  # it takes two seconds, and more where others work too
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with Client(self.port) as client:
                    client.calls("GET", "/problems/storage-busy")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("The server did not start.")


@dataclass
class Client:
    """One caller with one connection that stays open."""

    port: int
    authorization: str | None = None
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def calls(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request, again if the registry is busy; ``headers`` are written with underscores.

        So many rivals at one item are not all served in time on a slow machine. The contract tells them what to do.
        """
        for _ in range(BUSY_TIMES):
            answer = self.calls_once(method, path, body, **headers)
            if answer.status != BUSY:
                return answer
            time.sleep(int(answer.headers["Retry-After"]))
        return answer

    def calls_once(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request, whatever comes of it."""
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        if self.authorization:
            sent["Authorization"] = self.authorization
        url = path if path.startswith("/") else f"{API}/{path}"
        self.connection.request(method, url, json.dumps(body).encode() if body is not None else None, sent)
        response = self.connection.getresponse()
        raw = response.read()
        is_json = "json" in (response.headers.get("Content-Type") or "")
        return Answer(response.status, json.loads(raw) if is_json and raw else None, response.headers, raw)


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of it at the same moment, each in a thread of its own; what each came to, in their order.

    The first failure of a thread is raised here.
    """
    start = threading.Barrier(len(tasks))
    outcomes: list[Any] = [None] * len(tasks)
    failures: list[BaseException] = []

    def run(place: int, task: Callable[[], T]) -> None:
        start.wait()
        try:
            outcomes[place] = task()
        except BaseException as failure:  # noqa: BLE001 - it belongs to the thread that waits
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return outcomes

"""The two servers: each with one worker process, its data in a file of this machine, on a free port of loopback."""

from __future__ import annotations

import http.client
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from tests.benchmarks import processes
from tests.benchmarks.client import Request, Wire
from tests.benchmarks.operations import KEY, MLFLOW, VALUE, Operation
from tests.benchmarks.planted import ALIAS, SOURCE, name_of
from tests.engine import Engine, free_port

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "bin"))
import run  # noqa: E402 - what `make run` is

T = TypeVar("T")

HOME = Path(os.environ.get("REGISTRY_HOME") or ROOT / ".local").resolve()
MLFLOW_PROGRAM = HOME / "mlflow-server-venv" / "bin" / "mlflow"
STARTS_WITHIN_SECONDS = 120
SEEDS_WITHIN_SECONDS = 1200
OURS, THEIRS = "this registry", "MLflow's server"
JOBS = "mlflow.server.jobs"  # the processes that MLflow's server begins besides, for its jobs of evaluation

# Ends when the benchmark does, however that ends, and then turns into what it is told.
STAYING_WITH_PARENT = """
import os, sys
sys.path.insert(0, "{bin}")
import engine
engine.stop_with_parent(os.getppid())
os.execv(sys.argv[1], sys.argv[1:])
""".format(bin=ROOT / "bin")

# What MLflow's server keeps of a model, and the columns in which times stand.
ITS_TABLES = ("registered_models", "model_versions", "model_version_tags", "registered_model_aliases")
ITS_TIMES = {"creation_time", "last_updated_time"}


@dataclass(frozen=True)
class Running:
    """A server that is measured.

    Attributes:
        name: how the table calls it.
        headers: what each request is sent with.
        server: its processes without what is told apart.
        engine: the processes that keep its data, where there are such.
        memory: what is told of its memory, by name.
        environment: in which it runs, where more is measured than its answers.
    """

    name: str
    port: int
    headers: dict[str, str]
    server: Callable[[], list[int]]
    engine: Callable[[], list[int]]
    memory: dict[str, Callable[[], list[int]]]
    environment: Mapping[str, str] = field(default_factory=dict)

    def connect(self, operation: Operation) -> Wire:
        """A connection of one caller's own."""
        return Wire(self.port, {**self.headers, **operation.headers})

    def server_cpu(self) -> float:
        """CPU seconds so far."""
        return processes.cpu_seconds(self.server())

    def engine_cpu(self) -> float:
        """The same of what keeps its data."""
        return processes.cpu_seconds(self.engine())


@contextmanager
def this_registry(models: int, directory: Path) -> Iterator[Running]:
    """The registry on the local engine, with a team of so many models and a token in it."""
    with ExitStack() as running:
        engine = twice(lambda: Engine(directory / "ours"))
        running.callback(engine.stop)
        place = run.Place(home=directory, port=0, demo=False)
        environment = run.app_environment(place) | engine.environment()
        token = _seed(environment, models)

        def begin(port: int) -> subprocess.Popen[bytes]:
            command = run.server_child(replace(place, port=port), environment).command
            return _begin(command, environment, directory / "registry.log", where=ROOT)

        server, port = twice(lambda: _started(begin, "/problems/storage-busy", directory / "registry.log"))
        running.callback(_stop, server)
        pid, data = server.pid, engine.process.pid
        yield Running(
            name=OURS,
            port=port,
            headers={"Authorization": f"Bearer {token}"},
            server=lambda: processes.tree(pid),
            engine=lambda: [data],
            memory={
                OURS: lambda: processes.tree(pid),
                f"{OURS}, and the local engine": lambda: [*processes.tree(pid), data],
            },
            environment=environment,
        )


@contextmanager
def mlflow_server(models: int, directory: Path) -> Iterator[Running]:
    """MLflow's server on a SQLite file with so many models, as it comes but for one worker instead of four."""
    directory.mkdir(exist_ok=True)
    # It would tell its makers how it is used.
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

    def begin(port: int) -> subprocess.Popen[bytes]:
        command = [str(MLFLOW_PROGRAM), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{directory / 'mlflow.db'}"]
        command += ["--default-artifact-root", str(directory / "artifacts")]
        return _begin(command, environment, directory / "mlflow.log", where=directory)

    process, port = twice(lambda: _started(begin, "/health", directory / "mlflow.log"))
    with ExitStack() as running:
        running.callback(_stop, process)
        plant_in_mlflow(directory / "mlflow.db", port, models)
        yield Running(
            name=THEIRS,
            port=port,
            headers={},
            server=lambda: processes.without(processes.tree(process.pid), JOBS),
            engine=list,
            memory={
                f"{THEIRS} without its job runner": lambda: processes.without(processes.tree(process.pid), JOBS),
                THEIRS: lambda: processes.tree(process.pid),
            },
        )


def twice(start: Callable[[], T]) -> T:
    """What starts, or what starts the second time: a port that was free may be taken by then."""
    try:
        return start()
    except RuntimeError:
        return start()


def plant_in_mlflow(database: Path, port: int, count: int) -> None:
    """So many models straight into its file: one is made over its API, the others are copies of its rows.

    They were made a second after each other, as this registry's.
    """
    name = "the-original-of-all"
    version = {"name": name, "source": SOURCE, "tags": [{"key": KEY, "value": VALUE}]}
    with Wire(port, {}) as wire:
        wire.ask(Request("POST", f"{MLFLOW}/registered-models/create", {"name": name}))
        wire.ask(Request("POST", f"{MLFLOW}/model-versions/create", version))
        wire.ask(Request("POST", f"{MLFLOW}/registered-models/alias", {"name": name, "alias": ALIAS, "version": "1"}))
    with sqlite3.connect(database, timeout=60) as kept:
        for table in ITS_TABLES:
            found = kept.execute(f"SELECT * FROM {table} WHERE name = ?", (name,))
            columns = [column[0] for column in found.description]
            [original] = found.fetchall()
            rows = (
                [_of(number, count, *pair) for pair in zip(columns, original, strict=True)] for number in range(count)
            )
            places = ", ".join("?" * len(columns))
            kept.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        for table in reversed(ITS_TABLES):
            kept.execute(f"DELETE FROM {table} WHERE name = ?", (name,))
    kept.close()


def _of(number: int, count: int, column: str, value: object) -> object:
    """What stands in a column of the copy of that number."""
    if column == "name":
        return name_of(number)
    if column in ITS_TIMES and isinstance(value, int):
        return value + 1000 * (number + 1 - count)
    return value


def _seed(environment: Mapping[str, str], models: int) -> str:
    """The token of a team with so many models, all made by a process of its own: Django shall not burden the client."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.seeding", str(models)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=SEEDS_WITHIN_SECONDS,
        check=True,
    )
    return made.stdout.split()[-1]


def _begin(
    command: Sequence[str], environment: Mapping[str, str], log: Path, *, where: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-c", STAYING_WITH_PARENT, *command],
            cwd=where,
            env=environment,
            stdout=output,
            stderr=output,
        )


def _started(
    begin: Callable[[int], subprocess.Popen[bytes]], path: str, log: Path
) -> tuple[subprocess.Popen[bytes], int]:
    """A server and its port, once it answers.

    Raises:
        RuntimeError: it does not; its log says why.
    """
    port = free_port()
    process = begin(port)
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == http.client.OK:
                return process, port
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    _stop(process)
    raise RuntimeError(f"It did not start:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        processes.end(process.pid, processes.tree(process.pid))
    process.wait(timeout=10)

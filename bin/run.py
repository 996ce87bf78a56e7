#!/usr/bin/env python3
"""`make run`: the engine, the bus, the table with the demo data, the web server, the jobs and a pipeline, as one.

Order: the lock on the home directory, the port, the engine and the bus, `manage.py prepare_local`, granian, the jobs
(`manage.py run_jobs`) and the example's pipeline; then it says where to look, and waits.

Settings: ``PORT`` (8000), ``REGISTRY_HOME`` (``.local``), ``DEMO`` (1; 0 leaves the demo data, the bus and the pipeline
out), ``AWS_ENDPOINT_URL_DYNAMODB`` or ``AWS_ENDPOINT_URL`` (a DynamoDB of your own instead of the embedded engine),
``REGISTRY_EVENT_BUS`` (a bus of your own instead of the local one with its pipeline).

The rule to keep: nothing outlives this process, however it ends, and a person never sees a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import http.client
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType, TracebackType

DEFAULT_PORT: Final = 8000

# What a management command takes from the environment, beside the names that begin with AWS_ENDPOINT_URL or REGISTRY_.
NOTED: Final = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "DJANGO_SETTINGS_MODULE",
        "ENVIRONMENT",
    }
)
HIGHEST_PORT: Final = 65535
ENGINE_STARTS_WITHIN_SECONDS: Final = 30
SERVER_STARTS_WITHIN_SECONDS: Final = 60

BUS: Final = "model-registry"
PIPELINE_TABLE: Final = "demo-pipeline"
# A deployment takes the local pipeline so long: time to see it under way.
PIPELINE_PAUSE_SECONDS: Final = 2

# How long a request in progress may take after Ctrl-C; granian itself gets some more to end.
GRACE_SECONDS: Final = 5
STOP_WITHIN_SECONDS: Final = 10
LAST_LINES: Final = 15


class StartFailed(Exception):
    """The registry cannot run; the message says why and what to do, for a person."""


class StopAsked(BaseException):
    """Ctrl-C, `kill`, or a closed terminal. Not an error: the way out is the same as the way in, backwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a person chose: where the data is and where the server listens."""

    home: Path
    port: int
    demo: bool

    @classmethod
    def from_environment(cls) -> Self:
        """Read ``PORT``, ``REGISTRY_HOME`` and ``DEMO``.

        Raises:
            StartFailed: ``PORT`` is no port.
        """
        text = os.environ.get("PORT") or str(DEFAULT_PORT)
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT):
            message = f"PORT={text} is not a port; try PORT=8001 make run"
            raise StartFailed(message)
        demo = (os.environ.get("DEMO") or "1") not in {"0", "no", "false"}
        return cls(home=engine.home_directory(), port=int(text), demo=demo)

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """Where the engine keeps its data."""
        return self.home / "aws"

    @property
    def tokens(self) -> Path:
        """Where the tokens of the demo users are."""
        return self.home / "tokens.json"

    def log(self, name: str) -> Path:
        """What one of the programs said."""
        return self.home / "log" / f"{name}.log"


class Child:
    """A program that runs as long as its ``with`` block, and never longer than this process."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path | None) -> None:
        """Describe the program; without ``log`` it speaks to the terminal."""
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log

    def __enter__(self) -> Self:
        """Start it."""
        parent = os.getpid()
        with contextlib.ExitStack() as opened:
            output = opened.enter_context(self.log.open("wb")) if self.log else None
            self.process = subprocess.Popen(
                self.command,
                cwd=engine.ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C reaches this process alone; it stops the others in the right order.
                start_new_session=True,
                preexec_fn=lambda: engine.stop_with_parent(parent),  # noqa: PLW1509 (safe: there are no threads here)
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Ask it to stop; after a while, make it."""
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # What it started itself outlives it if it was killed: granian's worker would keep the port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def check(self) -> None:
        """Return if it still runs.

        Raises:
            StartFailed: it has ended; with the last lines of its log.
        """
        code = self.process.poll()
        if code is None:
            return
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        if self.log is None:
            message = f"{self.name} ended unexpectedly ({how}); what it said is above."
        else:
            last = self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
            message = "\n".join([f"{self.name} ended unexpectedly ({how}). The end of {shown(self.log)}:", *last])
        raise StartFailed(message)


def run(place: Place) -> None:
    """Start everything, wait for the end.

    Raises:
        StartFailed: something could not be started, or ended by itself.
        StopAsked: a person wants it to end.
    """
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        running.enter_context(home_lock(place))
        check_port(place.port)
        environment = app_environment(place)
        children = []
        bus = None if os.environ.get("REGISTRY_EVENT_BUS") or not place.demo else bus_child(place, environment)
        endpoint = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
        data = f"at {endpoint}"
        served = None
        if not endpoint:
            served, endpoint = engine_child(place)
            children.append(running.enter_context(served))
            data = f"in {shown(place.data)}, served at {endpoint}"
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint
        if bus is not None:
            children.append(running.enter_context(bus))
        if served is not None:
            wait_until_answers(served, endpoint, "/", ENGINE_STARTS_WITHIN_SECONDS)
        if bus is not None:
            address = environment["AWS_ENDPOINT_URL_EVENTBRIDGE"]
            wait_until_answers(bus, address, "/_ministack/health", ENGINE_STARTS_WITHIN_SECONDS)
        note_environment(place, environment)
        prepare(place, environment, needs=children, bus=bus is not None)
        server = running.enter_context(server_child(place, environment))
        wait_until_answers(server, place.url, "/api/v1/health", SERVER_STARTS_WITHIN_SECONDS)
        children.append(running.enter_context(jobs_child(place, environment, has_queue=bus is not None)))
        if bus is not None:
            children.append(running.enter_context(pipeline_child(place, environment)))
        say_where_to_look(place, data, seconds=time.monotonic() - started, has_pipeline=bus is not None)
        children.append(server)
        while True:
            for child in children:
                child.check()
            time.sleep(0.2)


@contextlib.contextmanager
def home_lock(place: Place) -> Iterator[None]:
    """Keep a second `make run` away from the same home directory.

    Raises:
        StartFailed: there is one already, or the directory cannot be written.
    """
    path = place.home / "run.lock"
    try:
        place.log("engine").parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+")
    except OSError as error:
        message = f"{shown(place.home)} cannot be written ({error.strerror}); REGISTRY_HOME=<directory> names another."
        raise StartFailed(message) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read().strip() or "another process"
            message = (
                f"The registry already runs from {shown(place.home)} ({who}). "
                "Stop it, or start a second one: REGISTRY_HOME=.local/second PORT=8001 make run"
            )
            raise StartFailed(message) from None
        lock.truncate(0)
        lock.write(f"{place.url}, process {os.getpid()}")
        lock.flush()
        yield


def check_port(port: int) -> None:
    """Find out before anything starts whether the server will be able to listen.

    Raises:
        StartFailed: something else listens there, or it takes more rights.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as granian does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = "already in use" if error.errno == errno.EADDRINUSE else f"not available ({error.strerror})"
            other = port + 1 if DEFAULT_PORT <= port < HIGHEST_PORT else DEFAULT_PORT + 1
            message = f"Port {port} is {reason}. Use another one: PORT={other} make run"
            raise StartFailed(message) from error


def app_environment(place: Place) -> dict[str, str]:
    """Return the environment in which the registry's own processes run."""
    environment = os.environ | {"ENVIRONMENT": "local", "DJANGO_SETTINGS_MODULE": "registry_project.settings"}
    if not environment.get("REGISTRY_SECRET_KEY"):
        environment["REGISTRY_SECRET_KEY"] = secret_key(place.home)
    environment.setdefault("REGISTRY_PUBLIC_URL", place.url)
    environment.setdefault("REGISTRY_WEBHOOKS_INSECURE", "1")  # a receiver to try them with listens on this machine
    # Credentials in pairs: half of ours and half of somebody's would sign nothing.
    if not (environment.get("AWS_ACCESS_KEY_ID") or environment.get("AWS_PROFILE")):
        environment |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    return environment | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def secret_key(home: Path) -> str:
    """Return the key that signs sessions and cursors: made once, so that they survive a restart."""
    path = home / "secret_key"
    if not (path.exists() and path.read_text()):
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        draft.replace(path)
    return path.read_text()


def engine_child(place: Place) -> tuple[Child, str]:
    """Choose (and install) the embedded engine; return how to run it, and its address."""
    chosen = engine.choose(place.home, place.data)
    port = free_port()
    command = [sys.executable, str(engine.ROOT / "bin" / "engine.py"), "serve", "--port", str(port)]
    child = Child(
        f"The local engine ({chosen})",
        [*command, "--data", str(place.data)],
        os.environ | {"REGISTRY_ENGINE": chosen, "REGISTRY_HOME": str(place.home)},
        place.log("engine"),
    )
    return child, f"http://127.0.0.1:{port}"


def bus_child(place: Place, environment: dict[str, str]) -> Child | None:
    """Install the local bus, and tell the registry of it; return how to run it, or None if it cannot be had here."""
    try:
        engine.install_ministack(place.home)
    except engine.EngineUnavailable as reason:
        engine.progress(f"No local event bus ({reason}): deployments can be requested, and their events wait.")
        return None
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment |= {
        "REGISTRY_EVENT_BUS": BUS,
        "AWS_ENDPOINT_URL_EVENTBRIDGE": address,
        "AWS_ENDPOINT_URL_SQS": address,
    }
    command = [sys.executable, str(engine.ROOT / "bin" / "engine.py"), "bus", "--port", str(port)]
    return Child("The local event bus", command, os.environ | {"REGISTRY_HOME": str(place.home)}, place.log("bus"))


def jobs_child(place: Place, environment: Mapping[str, str], *, has_queue: bool) -> Child:
    """Describe what schedules and the bus have Lambda do on AWS."""
    command = [sys.executable, "manage.py", "run_jobs"]
    if has_queue:
        command += ["--reports", "deployment-reports", "--webhooks", "webhook-events"]
    return Child("The jobs (manage.py run_jobs)", command, environment, place.log("jobs"))


def pipeline_child(place: Place, environment: Mapping[str, str]) -> Child:
    """Describe the pipeline: the example's, which runs what it is asked to run by writing down that it does."""
    command = [sys.executable, "examples/pipeline/from_queue.py", "--queue", "deployment-requests"]
    command += ["--pause", str(PIPELINE_PAUSE_SECONDS)]
    return Child("The demo pipeline", command, {**environment, "PIPELINE_TABLE": PIPELINE_TABLE}, place.log("pipeline"))


def free_port() -> int:
    """Return a port of the loopback interface on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def note_environment(place: Place, environment: Mapping[str, str]) -> None:
    """Write down what a management command needs to find this registry; `bin/manage` reads it."""
    names = [name for name in environment if name in NOTED or name.startswith(("AWS_ENDPOINT_URL", "REGISTRY_"))]
    path = place.home / "environment"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={shlex.quote(environment[name])}\n" for name in sorted(names)))


def prepare(place: Place, environment: Mapping[str, str], *, needs: Sequence[Child], bus: bool) -> None:
    """Make the table and the bus, load the demo data: all of it in one process, for each costs a start of Django.

    Raises:
        StartFailed: it did not work; it has said why itself.
    """
    command = [sys.executable, "manage.py", "prepare_local", "--tokens", str(place.tokens)]
    if place.demo:
        command.append("--demo")
    if bus:
        command.append("--bus")
    with Child("The preparation", command, environment, log=None) as child:
        code = child.process.wait()
    if code != 0:
        for needed in needs:
            needed.check()
        message = f"The table could not be prepared (manage.py prepare_local, exit code {code}); the reason is above."
        raise StartFailed(message)


def server_child(place: Place, environment: Mapping[str, str]) -> Child:
    """Describe the web server: one process, so that what is cached in memory is the same for everybody."""
    command = [sys.executable, "-m", "granian", "registry_project.wsgi:application", "--interface", "wsgi"]
    command += ["--host", "127.0.0.1", "--port", str(place.port), "--http", "1", "--no-ws"]
    command += ["--workers", "1", "--blocking-threads", "8", "--workers-kill-timeout", str(GRACE_SECONDS)]
    # The registry logs its requests itself. A warning would be that threads are many: most of them wait for DynamoDB.
    command += ["--log-level", "error"]
    # Its threads compute in turn anyhow. On one CPU they hand over faster, and eight callers get two fifths more reads;
    # which CPU goes by the process, so that several registries share the machine.
    if taskset := shutil.which("taskset"):
        cpus = sorted(os.sched_getaffinity(0))
        command = [taskset, "--cpu-list", str(cpus[os.getpid() % len(cpus)]), *command]
    return Child("The web server", command, environment, log=None)


def wait_until_answers(child: Child, url: str, path: str, seconds: float) -> None:
    """Wait until a child answers a request with success.

    Raises:
        StartFailed: it has ended, or does not answer in time.
    """
    give_up_at = time.monotonic() + seconds
    answer = "no answer"
    while time.monotonic() < give_up_at:
        child.check()
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            if status < http.HTTPStatus.BAD_REQUEST:
                return
            answer = f"answered {status}"
            time.sleep(0.5)
        finally:
            connection.close()
    message = f"{child.name} is not ready after {seconds:.0f} seconds ({url}{path}: {answer})."
    raise StartFailed(message)


def say_where_to_look(place: Place, data: str, *, seconds: float, has_pipeline: bool) -> None:
    """Print the addresses, once they work."""
    lines = [
        "",
        f"  Model Registry   {place.url}/   (ready after {seconds:.1f} s)",
        f"  API docs         {place.url}/api/docs",
        f"  Tokens           {shown(place.tokens)}" if place.tokens.exists() else "",
        f"  Data             {data}",
        f"  Pipeline         runs what is deployed, for show; it tells of it in {shown(place.log('pipeline'))}"
        if has_pipeline
        else "",
        "  Commands         bin/manage help",
        "  Stop             Ctrl-C",
    ]
    print("\n".join(line for line in lines[:1] + [line for line in lines[1:] if line]), end="\n\n", flush=True)


def shown(path: Path) -> str:
    """Write a path as short as a person would."""
    return str(path.relative_to(engine.ROOT)) if path.is_relative_to(engine.ROOT) else str(path)


def ask_to_stop(signal_number: int, frame: FrameType | None) -> None:
    """Leave what is running; a second signal must not disturb the stopping."""
    del frame
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise StopAsked(signal_number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to stop; the return value is the exit code."""
    parser = argparse.ArgumentParser(prog="bin/run.py", description="Run the registry on this machine.")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when the starting process ends (Linux)")
    try:
        signal.signal(signal.SIGINT, ask_to_stop)
        signal.signal(signal.SIGTERM, ask_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # under nohup, a closed terminal is no reason to stop
            signal.signal(signal.SIGHUP, ask_to_stop)
        if parser.parse_args(arguments).stop_with_parent:
            engine.stop_with_parent(os.getppid())
        run(Place.from_environment())
    except (StartFailed, engine.EngineUnavailable) as reason:
        print(reason, file=sys.stderr, flush=True)
        return 1
    except StopAsked:
        print("Stopped.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

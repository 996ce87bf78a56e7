"""MLflow's own client, unmodified, in a process and an environment of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.callers import Caller
from tests.server import Server

ROOT = Path(__file__).parent.parent.parent
HOME = Path(os.environ.get("REGISTRY_HOME", ROOT / ".local"))
PYTHON = os.environ.get("MLFLOW_CLIENT_PYTHON", str(HOME / "mlflow-client-venv" / "bin" / "python"))
SCRIPTS = Path(__file__).parent / "scripts"


def run(script: str, server: Server, caller: Caller, **environment: str) -> str:
    """Run a script as a data scientist would, with two environment variables; what it printed."""
    process = start(script, server, caller, **environment)
    printed, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return printed


def start(script: str, server: Server, caller: Caller, **environment: str) -> subprocess.Popen[str]:
    """The same without waiting for its end."""
    if not Path(PYTHON).exists():
        pytest.skip("MLflow's client is not on this machine; bin/setup mlflow-client fetches it.")
    ours = {
        "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{server.port}",
        "MLFLOW_TRACKING_TOKEN": (caller.authorization or "").removeprefix("Bearer "),
    }
    return subprocess.Popen(
        [PYTHON, str(SCRIPTS / script)],
        env=os.environ | ours | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

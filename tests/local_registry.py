"""The registry as `make run` starts it, with its demo data, its bus and its pipeline, for as long as somebody looks."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine import free_port

ROOT = Path(__file__).parent.parent
DEMO_PASSWORD = "demo-model-registry"  # of all its people, as it says itself
STARTS_WITHIN_SECONDS = 120  # the first start installs the engine and the bus


@dataclass(frozen=True)
class LocalRegistry:
    """Where it listens, and where its data and tokens are."""

    port: int
    home: Path

    @property
    def url(self) -> str:
        """Its first page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens of the demo: `admin`, `payments-maintainer` and others."""
        return json.loads((self.home / "tokens.json").read_text())

    def calls(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers the administrator: the body of an answer that must be a success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self.tokens['admin']}", "Content-Type": "application/json"}
            connection.request(method, f"/api/v1/{path}", json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {said.decode()}"
        return json.loads(said) if said else None


@contextmanager
def a_local_registry(home: Path) -> Iterator[LocalRegistry]:
    """Run one on a free port, with all that it keeps in ``home``; at the end it is stopped by its process id."""
    share_programs(home)
    registry = LocalRegistry(free_port(), home)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REGISTRY_"))}
    environment |= {"REGISTRY_HOME": str(home), "PORT": str(registry.port), "DEMO": "1"}
    command = [sys.executable, str(ROOT / "bin" / "run.py"), "--stop-with-parent"]
    log = home / "run.txt"
    with log.open("w") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + STARTS_WITHIN_SECONDS
            while "ready after" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield registry
        finally:
            process.terminate()
            process.wait(timeout=30)


def share_programs(home: Path) -> None:
    """Let a new home use the engine and the bus that are installed already; without them it installs its own."""
    installed, own = ROOT / ".local" / "engine", home / "engine"
    if (installed / "node_modules").exists():
        own.mkdir()
        (own / "node_modules").symlink_to(installed / "node_modules", target_is_directory=True)
    stamp = installed / "ministack-venv" / "installed.txt"
    if stamp.exists():
        bus = own / "ministack-venv"
        bus.mkdir(parents=True)
        # Links to its parts, not to the whole: its stamp names the place where it is.
        for part in stamp.parent.iterdir():
            if part != stamp:
                (bus / part.name).symlink_to(part)
        (bus / stamp.name).write_text(f"{stamp.read_text().split()[0]} {bus}")

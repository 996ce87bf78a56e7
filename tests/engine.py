"""The DynamoDB engine of the tests: exact under concurrency, in memory, one for each test process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ENGINE = Path(__file__).parent.parent / "bin" / "engine.py"


class Engine:
    """A running engine. It ends with the process that started it, whatever happens to that."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, str(ENGINE), "serve", "--port", str(self.port), "--memory", "--stop-with-parent"]
        )
        self._wait()

    def stop(self) -> None:
        """End it, by process id."""
        self.process.terminate()
        self.process.wait(timeout=10)

    def environment(self) -> dict[str, str]:
        """What a process needs to find it."""
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + 120  # the first start installs the engine
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url, timeout=1).close()
            except urllib.error.HTTPError:
                return  # it answers, if only to complain
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("The engine did not start; `python bin/engine.py path` tells why.")


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def point_to(engine: Engine) -> None:
    """Make this process talk to an engine."""
    os.environ.update(engine.environment())


def pretty(document: object) -> str:
    """A document for a failing test's message."""
    return json.dumps(document, indent=2, sort_keys=True, default=str)

"""The DynamoDB engine of the tests: exact under concurrency, in memory, one for each test process.

The benchmark has one that keeps its data in a directory, as the registry does where people run it.
"""

from __future__ import annotations

import http.client
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

    def __init__(self, data: Path | None = None) -> None:
        self.port = free_port()
        store = ["--memory"] if data is None else ["--data", str(data)]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, str(ENGINE), "serve", "--port", str(self.port), *store, "--stop-with-parent"]
        )
        self._wait()
        self.wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def send(self, operation: str, document: bytes) -> bytes:
        """Ask it for something without the SDK, which costs more than the engine's own work."""
        # The engine checks no signature, but wants to see one.
        signed = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "X-Amz-Date": "20260101T000000Z",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"{signed}SignedHeaders=host, Signature=0",
        }
        try:
            self.wire.request("POST", "/", document, headers)
            answer = self.wire.getresponse()
            content = answer.read()
        except OSError:
            self.wire.close()  # half an answer must not be read as the next one
            raise
        assert answer.status == 200, content
        return content

    def stop(self) -> None:
        """End it, by process id."""
        self.wire.close()
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

"""Runs scripts for data scientists who wait for no import: MLflow's client is loaded once, each script in a child.

Only the client's own Python runs this file (client.py). A connection brings one line of JSON, which says what to run,
and takes one away, which says what came of it.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import socketserver
import sys
import tempfile
import traceback
from typing import Any, BinaryIO


class Host(socketserver.ForkingTCPServer):
    """Forks for each connection, and ends with the process that started it."""

    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Run)
        self.parent = os.getppid()

    def service_actions(self) -> None:
        """Look twice a second whether anybody is left to run scripts for."""
        super().service_actions()
        if os.getppid() != self.parent:
            sys.exit()


class Run(socketserver.StreamRequestHandler):
    """One script, in a process and an environment of its own."""

    def handle(self) -> None:
        """Run it; its status and what it wrote."""
        asked = json.loads(self.rfile.readline())
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if not child:
                play(asked, output, errors)
            _, status = os.waitpid(child, 0)
            answer = {"status": os.waitstatus_to_exitcode(status)}
            for name, written in (("output", output), ("errors", errors)):
                written.seek(0)
                answer[name] = written.read().decode()
        self.wfile.write(json.dumps(answer).encode())


def play(asked: dict[str, Any], output: BinaryIO, errors: BinaryIO) -> None:
    """Be the script, and end with it."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    status = 1
    try:
        runpy.run_path(asked["script"], run_name="__main__")
        status = 0
    except BaseException:  # noqa: BLE001 - whatever ended it, its reader is told
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    for name in ("boto3", "pandas", "mlflow.pyfunc"):  # what the scripts import
        importlib.import_module(name)
    with Host() as host:
        sys.stdout.write(f"{host.server_address[1]}\n")
        sys.stdout.flush()
        host.serve_forever()

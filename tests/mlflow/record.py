"""Asks MLflow's own server what stands in ``asked``, and writes its answers to ``recorded.json``. Run by hand:

    python -m venv /tmp/mlflow && /tmp/mlflow/bin/pip install mlflow==3.17.2
    python -m tests.mlflow.record /tmp/mlflow/bin/mlflow

The server is started on a free port of loopback over an empty SQLite file, and ended by its process id. Look at what
has changed in ``recorded.json`` before you commit: each line of it is a promise of this face, or declared otherwise.
"""

from __future__ import annotations

import contextlib
import http
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.engine import free_port
from tests.mlflow.asked import MODEL, SCENES, TOKEN, Asked

RECORDED = Path(__file__).parent / "recorded.json"
BASE = "/api/2.0/mlflow"

# From method, path and body: the status and the text of the answer.
Send = Callable[[str, str, bytes | None], tuple[int, str]]

# What no two servers have in common. Of a token it counts whether there is one.
PASSING = {"creation_timestamp", "last_updated_timestamp", "user_id"}


def play(scene: list[Asked], send: Send) -> list[dict[str, Any]]:
    """Make the requests of a scene; what came of each: its status and its body, or its code and sentence."""
    answers = []
    token = ""
    for asked in scene:
        given: Any = asked.given
        if isinstance(given, Mapping):
            given = {name: token if value is TOKEN else value for name, value in given.items()}
        if asked.method == "GET":
            status, text = send("GET", f"{BASE}/{asked.address}?{urlencode(given, doseq=True)}", None)
        else:
            body = given if isinstance(given, str) else json.dumps(given)
            status, text = send(asked.method, f"{BASE}/{asked.address}", body.encode())
        try:
            said = json.loads(text)
        except ValueError:
            said = {"message": text}
        token = said.get("next_page_token", "")
        if status == http.HTTPStatus.OK:
            answers.append({"status": status, "body": lasting(said)})
        else:
            answers.append({"status": status, "code": said.get("error_code"), "says": said.get("message")})
    return answers


def lasting(body: Any) -> Any:
    """A body without what differs from server to server: empty fields are absent ones, tags and aliases are sets."""
    if isinstance(body, dict):
        pairs = {name: lasting(value) for name, value in body.items() if name not in PASSING}
        if "next_page_token" in pairs:
            pairs["next_page_token"] = bool(pairs["next_page_token"])
        return {name: _as_set(name, value) for name, value in sorted(pairs.items()) if value not in ("", [], {})}
    return [lasting(each) for each in body] if isinstance(body, list) else body


def _as_set(name: str, value: Any) -> Any:
    is_set = name in {"tags", "aliases", "latest_versions"} and isinstance(value, list)
    return sorted(value, key=json.dumps) if is_set else value


@contextlib.contextmanager
def a_server(mlflow: str) -> Iterator[Send]:
    """MLflow's server over an empty file."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        store = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--default-artifact-root", f"{home}/artifacts"]
        where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        process = subprocess.Popen([mlflow, "server", *store, *where], stderr=subprocess.DEVNULL)

        def send(method: str, path: str, body: bytes | None) -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        try:
            _wait(send, process)
            yield send
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(send: Send, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            send("GET", "/health", None)
            return
        time.sleep(0.2)
    raise RuntimeError("MLflow's server did not start.")


def _empty(send: Send) -> None:
    """Take every model away."""
    _, text = send("GET", f"{BASE}/{MODEL}/search?max_results=1000", None)
    for model in json.loads(text).get("registered_models", []):
        send("DELETE", f"{BASE}/{MODEL}/delete", json.dumps({"name": model["name"]}).encode())


def main() -> None:
    """Record every scene."""
    recorded = {}
    with a_server(sys.argv[1]) as send:
        for name, scene in SCENES.items():
            _empty(send)
            recorded[name] = play(scene, send)
    RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

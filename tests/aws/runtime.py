"""The package as Lambda runs it: unpacked into an empty folder, in a clean process with AWS's runtime client.

The process asks its Runtime API for events and posts what came of them; that API is the small server here. See
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

HOME = Path(os.environ.get("REGISTRY_HOME", Path(__file__).parent.parent.parent / ".local")).resolve()
CLIENT = HOME / "lambda-venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
PREFIX = "/2018-06-01/runtime"
HOST = "abc123.execute-api.us-east-1.amazonaws.com"

START = """
import sys
sys.path[:0] = [{package!r}]
sys.path.append({client!r})
from awslambdaric.__main__ import main
main(["bootstrap", "registry_project.lambda_entry.lambda_handler"])
"""


@dataclass
class Outcome:
    """What an invocation came to: an answer, or the type of an error."""

    answer: Any = None
    error: str | None = None
    milliseconds_of_cpu: float = 0.0


@dataclass
class Answered:
    """An answer of API Gateway."""

    status: int
    headers: dict[str, list[str]]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class RuntimeApi(ThreadingHTTPServer):
    """Hands out one event at a time, and takes what came of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.outcomes: queue.Queue[Outcome] = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def handle(self) -> None:
        with contextlib.suppress(ConnectionResetError):  # the function ended while it waited for an event
            super().handle()

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        request_id, event = self.server.events.get()
        deadline = str(int((time.time() + 29) * 1000))
        arn = "arn:aws:lambda:us-east-1:123456789012:function:model-registry-dev"
        headers = {"Lambda-Runtime-Aws-Request-Id": request_id, "Lambda-Runtime-Deadline-Ms": deadline}
        self._send(200, event, headers | {"Lambda-Runtime-Invoked-Function-Arn": arn})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send(202, b"{}", {})
        if self.path.endswith("/response"):
            self.server.outcomes.put(Outcome(answer=json.loads(body)))
        else:
            kind = json.loads(body).get("errorType", "") if body else ""
            self.server.outcomes.put(Outcome(error=f"init: {kind}" if "/init/" in self.path else kind))

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.wfile.flush()


@dataclass
class Function:
    """A running function; a cold start each time one is made."""

    package: Path
    environment: dict[str, str]
    stage: str = "dev"
    api: RuntimeApi = field(default_factory=RuntimeApi)
    _asked: int = 0
    _said: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def __post_init__(self) -> None:
        address = f"127.0.0.1:{self.api.server_address[1]}"
        start = START.format(package=str(self.package), client=str(CLIENT))
        plain = {
            "PATH": "/usr/bin:/bin",
            "LAMBDA_TASK_ROOT": str(self.package),
            "AWS_LAMBDA_FUNCTION_NAME": "model-registry-dev",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/model-registry-dev",
            "AWS_LAMBDA_RUNTIME_API": address,
        }
        # The interpreter itself, without the tests' environment and its packages.
        python = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
        self.process = subprocess.Popen(
            [str(python), "-I", "-S", "-c", start],
            cwd=self.package,
            env=plain | self.environment,
            stdout=self._said,  # a file, for a pipe that nobody reads would fill, and stop it
            stderr=subprocess.STDOUT,
        )

    def stop(self) -> str:
        """End it; what it said."""
        self.process.terminate()
        self.process.wait(timeout=30)
        self.api.shutdown()
        self.api.server_close()
        with self._said:
            return self._text()

    def invoke(self, event: object) -> Outcome:
        """Hand over one event, and wait for what comes of it."""
        self._asked += 1
        self.api.events.put((f"request-{self._asked}", json.dumps(event).encode()))
        return self._outcome()

    def first_word(self) -> Outcome:
        """What it says without an event: that it could not start."""
        return self._outcome()

    def calls(self, method: str, address: str, body: Any = None, **headers: str) -> Answered:
        """One request through API Gateway."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        outcome = self.invoke(an_event(method, address, body, headers=sent, stage=self.stage))
        assert outcome.error is None, outcome.error
        return read_answer(outcome.answer)

    def cpu_milliseconds(self) -> float:
        """The CPU time that the process took so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def _outcome(self) -> Outcome:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                return self.api.outcomes.get(timeout=0.2)
            except queue.Empty:
                if self.process.poll() is not None and self.api.outcomes.empty():
                    raise AssertionError(self._text()) from None
        raise AssertionError(f"no outcome within half a minute: {self._text()[-2000:]}")

    def _text(self) -> str:
        self._said.seek(0)
        return self._said.read().decode(errors="replace")


def an_event(
    method: str,
    address: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    stage: str = "dev",
    host: str = HOST,
) -> dict[str, Any]:
    """What API Gateway makes of a request to a REST API (payload 1.0), field for field as it was recorded."""
    parts = urlsplit(address)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    sent = {
        "Accept": "application/json",
        "Host": host,
        "User-Agent": "tests",
        "X-Amzn-Trace-Id": "Root=1-5f0a2d3e-1c2d3e4f5a6b7c8d9e0f1a2b",
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    } | (headers or {})
    text = None
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body)
        sent = {"Content-Type": "application/json"} | sent
    return {
        "resource": "/{proxy+}",
        "path": parts.path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": parts.path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "requestTime": "23/Nov/2026:12:00:00 +0000",
            "path": f"/{stage}{parts.path}",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": stage,
            "domainPrefix": host.partition(".")[0],
            "requestTimeEpoch": 1795435200000,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": None,
                "cognitoIdentityId": None,
                "caller": None,
                "sourceIp": "203.0.113.9",
                "principalOrgId": None,
                "accessKey": None,
                "cognitoAuthenticationType": None,
                "cognitoAuthenticationProvider": None,
                "userArn": None,
                "userAgent": "tests",
                "user": None,
            },
            "domainName": host,
            "apiId": "abc123",
        },
        "body": text,
        "isBase64Encoded": False,
    }


def read_answer(answer: dict[str, Any]) -> Answered:
    """What the caller gets of a function's answer."""
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return Answered(answer["statusCode"], {n.lower(): v for n, v in answer["multiValueHeaders"].items()}, content)

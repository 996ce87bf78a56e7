"""CPU time of a request in the registry's own process: without a server before it, and with the engine in another one.

``python -m tests.benchmarks.in_process 10000`` asks the application for so many planted models, with the token that
comes over standard input; it prints JSON, which ``read`` reads.
"""

from __future__ import annotations

import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

from tests.benchmarks.client import GOOD, Refused, Request
from tests.benchmarks.operations import API, CREATE_MODEL, GET_VERSION, OVER_REST, Draw, Operation

ROOT = Path(__file__).parent.parent.parent
LOOPS = 9
WITHIN_SECONDS = 600

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Work:
    """What is asked, how often in a loop, and how many milliseconds of CPU it may take."""

    operation: Operation
    times: int
    at_most: float


@dataclass(frozen=True)
class Cpu:
    """Milliseconds of CPU a request: of the fastest loop, and of the median one."""

    name: str
    least: float
    median: float
    at_most: float


def _over_rest(name: str) -> Operation:
    return next(each for each in OVER_REST if each.name == name)


PAGE = 50
LISTED = Operation(
    f"list {PAGE} models",
    lambda _: Request("GET", f"{API}?limit={PAGE}"),
    lambda said: len(said["results"]) == PAGE,
)
WORKS = (
    Work(_over_rest(GET_VERSION), times=100, at_most=2),
    Work(LISTED, times=25, at_most=4),
    Work(replace(_over_rest(CREATE_MODEL), name="register a version"), times=40, at_most=6),
)


def measured(models: int, *, environment: Mapping[str, str], headers: Mapping[str, str]) -> list[Cpu]:
    """All of it, in a process of its own: this one has the client's modules loaded, and its garbage to collect."""
    told = subprocess.run(
        [sys.executable, "-m", __name__, str(models)],
        input=json.dumps(dict(headers)),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the log's lines
        text=True,
        timeout=WITHIN_SECONDS,
        check=True,
    )
    return [Cpu(**each) for each in json.loads(told.stdout)]


def cpu_of(application: Application, work: Work, draw: Draw, headers: Mapping[str, str], *, loops: int = LOOPS) -> Cpu:
    """What one operation takes.

    Raises:
        Refused: an answer was no success, or the first one tells something else.
    """
    body = ask(application, work.operation.request(draw), headers)
    if not work.operation.is_answered_by(body):
        raise Refused(f"{work.operation.name}: not what was asked for: {body[:500]!r}")
    found = []
    for _ in range(loops):
        before = time.process_time()
        for _ in range(work.times):
            ask(application, work.operation.request(draw), headers)
        found.append(1000 * (time.process_time() - before) / work.times)
    return Cpu(work.operation.name, min(found), statistics.median(found), work.at_most)


def ask(application: Application, request: Request, headers: Mapping[str, str]) -> bytes:
    """The body of an answer that is a success."""
    path, _, query = request.target.partition("?")
    sent = b"" if request.body is None else json.dumps(request.body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(path),
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.input": io.BytesIO(sent),
        **{f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()},
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []
    answer = application(environ, lambda status, *_: statuses.append(status))
    content = b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    if statuses[0][:3].encode() not in GOOD:
        raise Refused(f"{request.method} {request.target}: {statuses[0]} {content[:500].decode()}")
    return content


def main() -> None:
    """Measure what stands in ``WORKS``."""
    from registry_project.wsgi import application

    draw, headers = Draw(int(sys.argv[1])), json.load(sys.stdin)
    found = [cpu_of(application, work, draw, headers) for work in WORKS]
    sys.stdout.write(json.dumps([vars(each) for each in found]))


if __name__ == "__main__":
    main()

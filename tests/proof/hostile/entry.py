"""Lambda's entry in a process of its own, with the packages that the function has: events in, answers out.

Zappa and the registry are as they are in the function; only Zappa's settings, which its command line would write, are
said here. The process tells beside each answer what Django was told of its request.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine import Engine
from tests.test_documentation import ROOT

PYTHON = Path(os.environ.get("REGISTRY_HOME") or ROOT / ".local") / "package-venv" / "bin" / "python"

CHILD = """
import json, sys, types

out, sys.stdout = sys.stdout, sys.stderr
written = json.load(open("zappa_settings.json"))["dev"]
settings = types.ModuleType("zappa_settings")
vars(settings).update(
    LOG_LEVEL="WARNING", PROJECT_NAME="model-registry", API_STAGE="dev", ENVIRONMENT_VARIABLES={}, DEBUG=False,
    DJANGO_SETTINGS=written["django_settings"], APP_MODULE="registry_project.wsgi", APP_FUNCTION="application",
    BINARY_SUPPORT=written["binary_support"], CONTEXT_HEADER_MAPPINGS={}, EXCEPTION_HANDLER=None, DOMAIN=None,
    ADDITIONAL_TEXT_MIMETYPES=written["additional_text_mimetypes"], BASE_PATH=None,
)
sys.modules["zappa_settings"] = settings

from registry_project import lambda_entry, lambda_web, wsgi

told, application = {}, wsgi.application

def watched(variables, start_response):
    told.update({name: value for name, value in variables.items() if isinstance(value, str)})
    body = variables["wsgi.input"].read()
    variables["wsgi.input"].seek(0)
    told["body"] = body.decode("latin-1")
    return application(variables, start_response)

wsgi.application = watched
exec(sys.argv[1])
lambda_web.load()
for line in sys.stdin:
    told.clear()
    try:
        said = {"answer": lambda_entry.lambda_handler(json.loads(line), None)}
    except Exception as error:
        said = {"error": type(error).__name__}
    out.write(json.dumps(said | {"told": dict(told)}) + "\\n")
    out.flush()
"""


@dataclass(frozen=True)
class Outcome:
    """What came of an event: an answer, or the name of an error; and what Django was told of it, if it was asked."""

    answer: dict[str, Any] | None
    error: str | None
    told: dict[str, str]

    @property
    def status(self) -> int:
        """The answer's; 0 where the event was refused."""
        return self.answer["statusCode"] if self.answer else 0

    @property
    def body(self) -> str:
        return str((self.answer or {}).get("body", ""))


class Entry:
    """A running entry."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def takes(self, event: object) -> Outcome:
        """What comes of an event."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(event) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the entry ended"
        said = json.loads(line)
        return Outcome(said.get("answer"), said.get("error"), said["told"])


@contextmanager
def running(engine: Engine, *, seed: int = 0, careless: str = "") -> Iterator[Entry]:
    """An entry whose sets are in the order of a seed; ``careless`` is code that spoils it first."""
    process = subprocess.Popen(
        [str(PYTHON), "-c", CHILD, careless],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONHASHSEED": str(seed),
            "REGISTRY_ALLOWED_HOSTS": ".amazonaws.com",
            **engine.environment(),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Entry(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=30)
        assert process.stdout
        process.stdout.close()


def answers(entry: Entry, events: Sequence[tuple[str, Any]]) -> dict[str, Outcome]:
    """What comes of each event, by name."""
    return {name: entry.takes(event) for name, event in events}

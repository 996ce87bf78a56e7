"""Running management commands: inside this process, or as an operator does."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.management import CommandError, call_command

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    error: str


def run(name: str, *arguments: str, typed: str = "", **options: object) -> Said:
    """Run a command here. ``typed`` stands on its standard input."""
    out, error, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(typed)
    try:
        call_command(name, *arguments, stdout=out, stderr=error, **options)
    except CommandError as refusal:
        return Said(refusal.returncode, out.getvalue(), error.getvalue() + str(refusal))
    finally:
        sys.stdin = before
    return Said(0, out.getvalue(), error.getvalue())


def run_apart(*words: str, typed: str = "") -> Said:
    """Run ``manage.py`` in a process of its own, on the same engine."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, input=typed, capture_output=True, text=True, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


# Prints the most memory that the process had at a time, behind all else. getrusage would tell what its parent had.
MEASURING = """
import re, runpy, sys
sys.argv[0] = "manage.py"
try:
    runpy.run_path("manage.py", run_name="__main__")
except SystemExit:
    pass
sys.stdout.flush()
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def measured(*words: str) -> tuple[str, float]:
    """What a command printed in a process of its own, and the most memory that it had at a time, in megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURING, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    *said, peak = done.stdout.splitlines()
    return "\n".join(said), int(peak) / 1024

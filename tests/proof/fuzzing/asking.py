"""Requests that Schemathesis makes out of the published schema, and what it has to say about the answers.

It runs as its users run it, in a process and an environment of its own, against a server.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
HOME = Path(os.environ.get("REGISTRY_HOME", ROOT / ".local"))
PROGRAM = HOME / "fuzzing-venv" / "bin" / "schemathesis"
SEED = 20260701
ALL_PHASES = "examples,coverage,fuzzing,stateful"

# Half of the requests are about something that is there; the others are about what chance makes up.
KNOWN = 0.5

# What it does not expect by itself: a condition that does not hold is a refusal of a request without a fault.
ANSWERS = {
    "positive_data_acceptance": ["2xx", "3xx", 401, 403, 404, 409, 412, 422],
    "negative_data_rejection": [400, 401, 403, 404, 405, 409, 412, 413, 415, 422],
}

# What is deleted is gone, but here: a revoked token stays, and says since when it is. No sequence begins with that.
NEVER_GONE = ("DELETE /api/v1/teams/{team}/tokens/{tokenId}",)


@dataclass(frozen=True)
class Run:
    """What came of a run.

    Attributes:
        cases: how many requests it made.
        findings: what it found, as pairs of a check and an operation.
        reached: how many operations did what they were asked for at least once.
        output: what it printed, with a request for each finding.
    """

    cases: int
    findings: frozenset[tuple[str, str]]
    reached: int
    output: str


def run(
    port: int,
    authorization: str,
    names: Mapping[str, Sequence[str]],
    folder: Path,
    *,
    examples: int,
    phases: str = ALL_PHASES,
    options: Sequence[str] = (),
) -> Run:
    """Ask the server at a port for whatever its schema announces; ``names`` says what is there, by parameter.

    Each operation is asked ``examples`` times in its phase of chance. Skips the test where Schemathesis is missing.
    """
    if not PROGRAM.exists():
        pytest.skip("Schemathesis is not on this machine; bin/setup fuzzing fetches it.")
    settings, report = folder / "schemathesis.toml", folder / "report.json"
    settings.write_text(_settings(names), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    command = [
        *(str(PROGRAM), "--config-file", str(settings), "run", f"{url}/api/schema?format=json", "--url", url),
        *("--header", f"Authorization: {authorization}", "--phases", phases, "--checks", "all"),
        *("--continue-on-failure", "--max-examples", str(examples), "--seed", str(SEED), "--no-shrink"),
        *(
            "--generation-allow-x00",
            "false",
            "--generation-database",
            "none",
            "--suppress-health-check",
            "all",
            "--no-color",
            "--warnings",
            "off",
        ),
        *("--report", "json", "--report-json-path", str(report), *options),
    ]
    hooks = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(Path(__file__).parent / "scripts")}
    ended = subprocess.run(command, cwd=folder, env=hooks, capture_output=True, text=True, check=False, timeout=900)
    assert report.exists(), ended.stdout + ended.stderr
    return _read(json.loads(report.read_text(encoding="utf-8")), ended.stdout)


def _read(report: dict[str, Any], output: str) -> Run:
    assert report["complete"], output
    assert report["errors"] == [], output
    findings = {(each["type"], operation) for each in report["failures"] for operation in each["operations"]}
    reached = sum(any(rate["accepted"] for rate in rates.values()) for rates in report["valid_rates"].values())
    return Run(report["test_cases"]["generated"], frozenset(findings), reached, output)


def _settings(names: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for name, values in names.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines += ["[parameters]"]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {KNOWN} }}' for name in names]
    lines += [f"[checks.{check}]\nexpected-statuses = {statuses}" for check, statuses in ANSWERS.items()]
    for name in NEVER_GONE:
        lines += ["[[operations]]", f'include-name = "{name}"', "phases.stateful.enabled = false"]
    return "\n".join(lines) + "\n"

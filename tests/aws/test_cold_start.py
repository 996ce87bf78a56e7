"""What a start costs, in CPU: nobody waits longer. `REGISTRY_BENCHMARK=1 pytest -s` prints the figures."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

import pytest

from tests.aws.runtime import Function, an_event
from tests.callers import Cast

IS_BENCHMARK = os.environ.get("REGISTRY_BENCHMARK") == "1"
STARTS = 10 if IS_BENCHMARK else 1
WARM = 300

# For the suite, on slow machines, where others work at the same time: a package without bytecode still takes more.
BOUND_MS = 700 if IS_BENCHMARK else 2400


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/models/payments.fraud/1"])
def test_the_first_answer(package: Path, environment: dict[str, str], payments: Cast, path: str) -> None:
    payments.contributor.registers("fraud", version="1")
    taken = []
    for _ in range(STARTS):
        function = Function(package, environment)
        try:
            answer = function.calls("GET", path, Authorization=payments.viewer.authorization or "")
            assert answer.status == 200
            taken.append(function.cpu_milliseconds())
        finally:
            function.stop()
    print(f"\ncold start, GET {path}: {median(taken):.0f} ms of CPU (median of {STARTS})")

    assert median(taken) <= BOUND_MS


def test_a_warm_answer(function: Function, payments: Cast) -> None:
    payments.contributor.registers("fraud", version="1")
    event = an_event(
        "GET", "/api/v1/models/payments.fraud/1", headers={"Authorization": payments.viewer.authorization or ""}
    )
    for _ in range(20):
        assert function.invoke(event).answer["statusCode"] == 200
    before = function.cpu_milliseconds()
    for _ in range(WARM):
        function.invoke(event)
    each = (function.cpu_milliseconds() - before) / WARM
    print(f"\nwarm GET of a version: {each:.2f} ms of CPU (mean of {WARM})")

    assert each <= (3 if IS_BENCHMARK else 15)

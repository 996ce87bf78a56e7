"""The tables: for the terminal as they are, and in docs/benchmarks.md with what they were measured on."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from models_app.domain import clock
from tests.benchmarks.in_process import Cpu
from tests.benchmarks.load import CLIENTS, Figures
from tests.benchmarks.operations import Operation
from tests.benchmarks.processes import Memory
from tests.benchmarks.servers import OURS, THEIRS

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
NONE = "-"
MEMORY_AT_MOST = 1 / 3
TARGETS_FROM = 10_000  # models; with fewer, nothing is promised


@dataclass(frozen=True)
class Pair:
    """One operation on both servers; ``theirs`` is None where only this registry was asked."""

    operation: Operation
    ours: Figures
    theirs: Figures | None

    @property
    def ratio(self) -> float | None:
        """How many times their throughput ours is."""
        return self.ours.per_second / self.theirs.per_second if self.theirs else None


@dataclass(frozen=True)
class Results:
    """All that was measured with so many models."""

    models: int
    mlflow: list[Pair] = field(default_factory=list)
    rest: list[Pair] = field(default_factory=list)
    memory: dict[str, tuple[Memory, Memory]] = field(default_factory=dict)  # before and after the load
    cpu: list[Cpu] = field(default_factory=list)


def page(results: Sequence[Results], made: dict[str, str]) -> str:
    """The page with these figures in the place of the last ones."""
    before, rest = PAGE.read_text().split(BEGIN)
    figures = "\n\n".join([machine_table(made), *map(tables, results)])
    return f"{before}{BEGIN}\n{figures}\n{END}{rest.split(END)[1]}"


def tables(results: Results) -> str:
    """The tables of one number of models."""
    parts = [f"### {results.models:,} models", "", "Through MLflow's API:", "", comparison(results.mlflow, results)]
    parts += ["", "Through this registry's own API:", "", comparison(results.rest, results)]
    parts += ["", "Memory at rest:", "", memory_table(results)]
    return "\n".join([*parts, "", "CPU of this registry's own process:", "", cpu_table(results)])


def comparison(pairs: Sequence[Pair], results: Results) -> str:
    """A row for each operation: this registry / MLflow's server, their ratio, and the target beside it."""
    head = (
        f"| operation | p50 ms | p99 ms | requests/s, {CLIENTS} clients | ratio | at least "
        f"| p99 ms, {CLIENTS} clients | CPU ms a request | CPU ms of the engine |"
    )
    return "\n".join([head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|", *(_row(pair, results) for pair in pairs)])


def _row(pair: Pair, results: Results) -> str:
    target = pair.operation.at_least if results.models >= TARGETS_FROM else None
    cells = [
        pair.operation.name,
        _both(pair, "p50"),
        _both(pair, "p99") + _worse(pair, "p99"),
        _both(pair, "per_second"),
        NONE if pair.ratio is None else f"**{pair.ratio:.1f}**",
        NONE if target is None or pair.ratio is None else f"{target:g}, {_verdict(holds=pair.ratio >= target)}",
        _both(pair, "crowd_p99") + _worse(pair, "crowd_p99"),
        _both(pair, "server_cpu"),
        f"{pair.ours.engine_cpu:.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


def memory_table(results: Results) -> str:
    """Each server's memory, and the first one's share of the others'."""
    rows = ["| | RSS MB | PSS MB | RSS MB after the load | share of it that this registry takes | at most |"]
    rows += ["|---|--:|--:|--:|--:|--:|"]
    ours = results.memory[OURS][0]
    for name, (fresh, used) in results.memory.items():
        share, target = NONE, NONE
        if name.startswith(THEIRS):
            share = f"**{ours.rss / fresh.rss:.2f}**"
            target = f"{MEMORY_AT_MOST:.2f}, {_verdict(holds=ours.rss <= fresh.rss * MEMORY_AT_MOST)}"
        rows.append(f"| {name} | {fresh.rss:.0f} | {fresh.pss:.0f} | {used.rss:.0f} | {share} | {target} |")
    return "\n".join(rows)


def cpu_table(results: Results) -> str:
    """What a request takes without a server before the application, and without the engine."""
    rows = ["| request to this registry's own API | least ms | median ms | at most |", "|---|--:|--:|--:|"]
    for each in results.cpu:
        verdict = f"{each.at_most:g}, {_verdict(holds=each.median <= each.at_most)}"
        rows.append(f"| {each.name} | {each.least:.2f} | **{each.median:.2f}** | {verdict} |")
    return "\n".join(rows)


def _both(pair: Pair, name: str) -> str:
    ours = _number(getattr(pair.ours, name))
    return ours if pair.theirs is None else f"{ours} / {_number(getattr(pair.theirs, name))}"


def _worse(pair: Pair, name: str) -> str:
    """A mark where MLflow's server is ahead, which it shall not be anywhere."""
    behind = pair.theirs is not None and getattr(pair.ours, name) > getattr(pair.theirs, name)
    return " (worse)" if behind else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _verdict(*, holds: bool) -> str:
    return "met" if holds else "**missed**"


def machine_table(made: dict[str, str]) -> str:
    """What it was measured on, and with what."""
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {what} |" for name, what in made.items())])


def conditions(mlflow: str, engine: str) -> dict[str, str]:
    """The machine, the versions, the day and the commit. ``mlflow`` and ``engine`` say their versions themselves."""
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    kilobytes = re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    packages = ("django", "djangorestframework", "pynamodb", "botocore", "granian")
    return {
        "processor": f"{processor[1] if processor else platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{int(kilobytes[1]) / 2**20:.0f} GB" if kilobytes else NONE,
        "system": f"{system}, Linux {platform.release()}",
        "Python": sys.version.split()[0],
        "this registry": f"commit {_commit()}, with " + ", ".join(f"{each} {version(each)}" for each in packages),
        "its engine": engine,
        "MLflow's server": mlflow,
        "measured": f"{clock.now():%Y-%m-%d}",
        "load of the machine before": f"{os.getloadavg()[0]:.1f} (processes that ran or waited, over a minute)",
    }


def effort(results: Sequence[Results], *, seconds: float, rounds: int, took: float) -> dict[str, str]:
    """How long it was measured, how often it was asked, and what the client took of that."""
    everything = [
        figures
        for each in results
        for pair in (*each.mlflow, *each.rest)
        for figures in (pair.ours, pair.theirs if pair in each.mlflow else None)
        if figures
    ]
    client = statistics.median(figures.client_cpu for figures in everything)
    return {
        "loops": f"{seconds:g} seconds each, {rounds} rounds; {took:.0f} minutes in all",
        "requests": f"{sum(figures.requests for figures in everything):,.0f}, none refused",
        "client": f"{client:.2f} ms of CPU a request (median)",
    }


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty= and local changes", "--abbrev=7", "--exclude=*"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

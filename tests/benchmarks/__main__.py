"""``make bench``: this registry and MLflow's server, side by side, and docs/benchmarks.md."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import in_process, page, processes
from tests.benchmarks.client import Refused
from tests.benchmarks.load import Bounds, Figures, measure, median, warm_up
from tests.benchmarks.operations import OVER_MLFLOW, OVER_REST, PAGE, Draw, Operation
from tests.benchmarks.servers import HOME, MLFLOW_PROGRAM, ROOT, Running, mlflow_server, this_registry

SIZES, SIZES_ALONE = (1000, 10_000), (100_000,)
REST_SECONDS = 3  # before memory is looked at
MOST_READS, MOST_CHANGES = 5000, 400  # in a loop: what is created must not outgrow what was planted
FOREIGN = ("AWS_", "REGISTRY_", "MLFLOW_", "DJANGO_")
KEPT = ("REGISTRY_HOME", "REGISTRY_ENGINE")


class Progress:
    """Tells a person what is being done, and how long it has taken so far."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    @property
    def minutes(self) -> float:
        """Since the beginning."""
        return (time.monotonic() - self.start) / 60

    def tell(self, what: str) -> None:
        """One line."""
        passed = time.monotonic() - self.start
        sys.stderr.write(f"[{passed // 60:2.0f}:{passed % 60:02.0f}] {what}\n")
        sys.stderr.flush()


def compare(models: int, *, alone: bool, seconds: float, rounds: int, progress: Progress) -> page.Results:
    """All operations with so many models; ``alone``: of this registry only.

    Raises:
        Refused: a server answered anything but what it was asked for.
    """
    HOME.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=HOME) as place, ExitStack() as running:
        progress.tell(f"{models:,} models: this registry is filled and started")
        ours = running.enter_context(this_registry(models, Path(place)))
        theirs = None
        if not alone:
            progress.tell(f"{models:,} models: MLflow's server is started and filled")
            theirs = running.enter_context(mlflow_server(models, Path(place)))
        servers = [ours, theirs] if theirs else [ours]
        draws = {each.name: Draw(models) for each in servers}
        results = page.Results(models)
        for each in servers:
            for operation in (*OVER_MLFLOW, *(OVER_REST if each is ours else ())):
                warm_up(each.connect, operation, draws[each.name])
        fresh = memory_at_rest(servers)
        for operation in OVER_MLFLOW:
            in_rest = next((each for each in OVER_REST if each.name == operation.name), None)
            asked = [(each, operation) for each in servers] + ([(ours, in_rest)] if in_rest else [])
            bounds = Bounds(seconds, MOST_CHANGES if operation.changes else MOST_READS)
            found: list[list[Figures]] = [[] for _ in asked]
            for _ in range(rounds):  # in turn, so that what else the machine does disturbs all alike
                for kept, (server, one) in zip(found, asked, strict=True):
                    kept.append(_measured(server, one, draws[server.name], bounds))
            figures = list(map(median, found))
            their = figures[1] if theirs else None
            results.mlflow.append(page.Pair(operation, figures[0], their))
            if in_rest:
                results.rest.append(page.Pair(in_rest, figures[-1], their))
            said = f"{figures[0].per_second:,.0f}" + (f" / {their.per_second:,.0f}" if their else "")
            progress.tell(f"{models:,} models: {operation.name}: {said} requests/s")
        used = memory_at_rest(servers)
        results.memory.update({name: (fresh[name], used[name]) for name in fresh})
        progress.tell(f"{models:,} models: CPU of this registry's own process")
        results.cpu.extend(in_process.measured(models, environment=ours.environment, headers=ours.headers))
        return results


def _measured(server: Running, operation: Operation, draw: Draw, bounds: Bounds) -> Figures:
    return measure(server.connect, operation, draw, bounds, server=server.server_cpu, engine=server.engine_cpu)


def memory_at_rest(servers: Sequence[Running]) -> dict[str, processes.Memory]:
    """What each has while nobody calls."""
    time.sleep(REST_SECONDS)
    return {name: processes.memory(pids()) for each in servers for name, pids in each.memory.items()}


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="This registry and MLflow's server, side by side.")
    parser.add_argument("models", type=int, nargs="*", help="only with so many models, and leave the page as it is")
    parser.add_argument("--alone", type=int, action="append", default=[], help="the same, of this registry only")
    parser.add_argument("--seconds", type=float, default=2, help="of each loop (2)")
    parser.add_argument("--rounds", type=int, default=3, help="of which each figure is the median (3)")
    options = parser.parse_args(arguments)
    if min([*options.models, *options.alone, PAGE]) < PAGE or options.seconds <= 0 or options.rounds < 1:
        parser.error(f"a page has {PAGE} models, so there are at least as many; and loops have a length")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the page; the return value is the exit code."""
    options = options_of(arguments)
    for name in os.environ:
        if name.startswith(FOREIGN) and name not in KEPT:  # what a person set for another registry
            del os.environ[name]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what was started is ended on the way out
    gc.freeze()
    progress = Progress()
    made = page.conditions(said_by(MLFLOW_PROGRAM, "--version"), said_by(engine_program(), "--version"))
    is_whole = not (options.models or options.alone)
    both, alone_with = (SIZES, SIZES_ALONE) if is_whole else (options.models, options.alone)
    found = []
    for models in (*both, *alone_with):
        only = models not in both
        found.append(compare(models, alone=only, seconds=options.seconds, rounds=options.rounds, progress=progress))
        sys.stdout.write(f"\n{page.tables(found[-1])}\n\n")
        sys.stdout.flush()
    made |= page.effort(found, seconds=options.seconds, rounds=options.rounds, took=progress.minutes)
    sys.stdout.write(page.machine_table(made) + "\n")
    if is_whole:
        page.PAGE.write_text(page.page(found, made))
        progress.tell(f"written: {page.PAGE.relative_to(ROOT)}")
    return 0


def engine_program() -> str:
    """Where the engine is; it is installed when needed."""
    return said_by(sys.executable, str(ROOT / "bin" / "engine.py"), "path")


def said_by(*command: str | Path) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=True).stdout.strip()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except Refused as refused:
        sys.exit(f"Nothing is told of this run: {refused}")

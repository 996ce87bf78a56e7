"""Asking and timing: one caller after another's answer, then eight at once. Every loop ends, by time or by number."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields

from tests.benchmarks.client import Refused, Wire
from tests.benchmarks.operations import Draw, Operation

CLIENTS = 8
WARM_UPS = 20  # of each connection, before anything is timed

Connect = Callable[[Operation], Wire]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Bounds:
    """When a loop ends: whichever comes first."""

    seconds: float
    requests: int


@dataclass(frozen=True)
class Loop:
    """What came of one loop: how long each answer took, and the whole."""

    latencies: list[float]
    seconds: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def milliseconds(self, share: float) -> float:
        """In how many milliseconds so many of the answers were there."""
        return 1000 * percentile(self.latencies, share)


@dataclass(frozen=True)
class Figures:
    """One operation on one server: sequential on one connection, then with all clients; CPU milliseconds a request."""

    p50: float
    p99: float
    crowd_p99: float
    per_second: float
    server_cpu: float
    engine_cpu: float
    client_cpu: float
    requests: float


def percentile(numbers: Sequence[float], share: float) -> float:
    """The least of the numbers that at least this share of them do not exceed (nearest rank)."""
    ordered = sorted(numbers)
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


def median(rounds: Sequence[Figures]) -> Figures:
    """Of each figure the median of the rounds; what was asked is counted together."""
    values = {each.name: statistics.median(getattr(one, each.name) for one in rounds) for each in fields(Figures)}
    return Figures(**values | {"requests": sum(one.requests for one in rounds)})


def warm_up(connect: Connect, operation: Operation, draw: Draw) -> None:
    """Ask until everything that is made once is made; and see that the answers are right.

    Raises:
        Refused: one is not.
    """
    with connect(operation) as wire:
        for _ in range(WARM_UPS):
            answer = wire.ask(operation.request(draw))
            if not operation.is_answered_by(answer):
                raise Refused(f"{operation.name}: not what was asked for: {answer[:500]!r}")


def measure(
    connect: Connect, operation: Operation, draw: Draw, bounds: Bounds, *, server: Clock, engine: Clock
) -> Figures:
    """One round: a sequential loop, from which latency and CPU are taken, and one with all clients.

    Raises:
        Refused: an answer was no success.
    """
    before = server(), engine(), time.process_time()
    alone = one_after_the_other(connect, operation, draw, bounds)
    spent = [after - start for after, start in zip((server(), engine(), time.process_time()), before, strict=True)]
    server_cpu, engine_cpu, client_cpu = (1000 * each / len(alone.latencies) for each in spent)
    crowd = all_at_once(connect, operation, draw, bounds)
    return Figures(
        p50=alone.milliseconds(0.50),
        p99=alone.milliseconds(0.99),
        crowd_p99=crowd.milliseconds(0.99),
        per_second=crowd.per_second,
        server_cpu=server_cpu,
        engine_cpu=engine_cpu,
        client_cpu=client_cpu,
        requests=len(alone.latencies) + len(crowd.latencies),
    )


def one_after_the_other(connect: Connect, operation: Operation, draw: Draw, bounds: Bounds) -> Loop:
    """One caller on one connection, who asks as soon as the answer is there."""
    with connect(operation) as wire:
        wire.ask(operation.request(draw))
        start = time.perf_counter()
        latencies = _until(start + bounds.seconds, bounds.requests, wire, operation, draw)
        return Loop(latencies, time.perf_counter() - start)


def all_at_once(connect: Connect, operation: Operation, draw: Draw, bounds: Bounds, *, clients: int = CLIENTS) -> Loop:
    """So many callers, each on a connection of its own, who begin together. The first that is refused is raised."""
    begin = threading.Barrier(clients + 1)
    found: list[list[float]] = []
    failures: list[Exception] = []

    def call() -> None:
        try:
            with connect(operation) as wire:
                wire.ask(operation.request(draw))
                begin.wait()
                deadline = time.perf_counter() + bounds.seconds
                found.append(_until(deadline, max(1, bounds.requests // clients), wire, operation, draw))
        except threading.BrokenBarrierError:
            return  # another one failed first, and is told
        except Exception as failure:  # noqa: BLE001 - it belongs to the one who waits
            failures.append(failure)
            begin.abort()

    threads = [threading.Thread(target=call) for _ in range(clients)]
    for thread in threads:
        thread.start()
    with suppress(threading.BrokenBarrierError):  # the failure is raised below
        begin.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise failures[0]
    return Loop([each for latencies in found for each in latencies], seconds)


def _until(deadline: float, most: int, wire: Wire, operation: Operation, draw: Draw) -> list[float]:
    latencies: list[float] = []
    begun = time.perf_counter()
    while len(latencies) < most and begun < deadline:
        request = operation.request(draw)
        begun = time.perf_counter()
        wire.ask(request)
        latencies.append(time.perf_counter() - begun)
    return latencies

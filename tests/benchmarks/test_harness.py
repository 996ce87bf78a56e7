"""The benchmark measures what it says: loops end, figures are right, an answer that is no success counts nowhere."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks import in_process, load, page, processes
from tests.benchmarks.client import Refused, Request, Wire
from tests.benchmarks.load import (
    CLIENTS,
    Bounds,
    Figures,
    Loop,
    all_at_once,
    median,
    one_after_the_other,
    percentile,
    warm_up,
)
from tests.benchmarks.operations import GET_VERSION, OVER_MLFLOW, Draw, Operation
from tests.benchmarks.processes import Memory
from tests.benchmarks.servers import OURS, THEIRS

DRAW = Draw(100)
READ = Operation("read", lambda _: Request("GET", "/things/1"), lambda said: said == {"fine": True})
FIGURES = Figures(
    p50=1, p99=2, crowd_p99=20, per_second=800, server_cpu=0.5, engine_cpu=0.1, client_cpu=0.1, requests=100
)


class Answering(BaseHTTPRequestHandler):
    """Says yes so often, and then that it cannot."""

    protocol_version = "HTTP/1.1"
    good = 1_000_000
    asked: list[str]
    lock = threading.Lock()

    def do_GET(self) -> None:
        with self.lock:
            self.asked.append(self.path)
            status = 200 if len(self.asked) <= self.good else 503
        if self.path == "/elsewhere":
            self.answers(307, b"", Location="things/1")
        else:
            self.answers(status, b'{"fine": true}')

    def answers(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, text in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def a_server(*, good: int = Answering.good) -> Iterator[tuple[int, list[str]]]:
    """Its port, and what it was asked."""
    asked: list[str] = []
    handler = type("Handler", (Answering,), {"good": good, "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


class TestFigures:
    @pytest.mark.parametrize(
        ("numbers", "share", "expected"),
        [
            ([7], 0.5, 7),
            ([7], 0.99, 7),
            ([3, 1, 2], 0.5, 2),
            ([4, 3, 2, 1], 0.5, 2),
            (range(1, 101), 0.99, 99),
            (range(1, 101), 0.5, 50),
            (range(1, 1001), 0.99, 990),
            (range(1, 12), 0.99, 11),
        ],
    )
    def test_percentiles_are_of_the_nearest_rank(self, numbers: list[float], share: float, expected: float) -> None:
        assert percentile(numbers, share) == expected

    def test_a_loop_tells_milliseconds_and_answers_a_second(self) -> None:
        loop = Loop([0.001, 0.002, 0.009], seconds=0.5)

        assert (loop.milliseconds(0.5), loop.milliseconds(0.99), loop.per_second) == (2, 9, 6)

    def test_of_the_rounds_each_figure_is_the_median_and_requests_are_added(self) -> None:
        rounds = [replace(FIGURES, p50=p50, per_second=rate) for p50, rate in ((1, 30), (9, 10), (2, 20))]

        assert median(rounds) == replace(FIGURES, p50=2, per_second=20, requests=300)


class TestLoops:
    def test_they_end_with_the_last_request(self) -> None:
        with a_server() as (port, asked):
            alone = one_after_the_other(lambda _: Wire(port, {}), READ, DRAW, Bounds(60, 30))
            crowd = all_at_once(lambda _: Wire(port, {}), READ, DRAW, Bounds(60, 40))

        assert (len(alone.latencies), len(crowd.latencies)) == (30, 40)
        assert len(asked) == 31 + 40 + CLIENTS  # each connection asks once before it counts

    def test_they_end_with_their_time(self) -> None:
        start = time.perf_counter()
        with a_server() as (port, _):
            alone = one_after_the_other(lambda _: Wire(port, {}), READ, DRAW, Bounds(0.1, 10**9))
            crowd = all_at_once(lambda _: Wire(port, {}), READ, DRAW, Bounds(0.1, 10**9))

        assert alone.latencies
        assert crowd.latencies
        assert 0.2 <= alone.seconds + crowd.seconds <= time.perf_counter() - start

    @pytest.mark.parametrize("good", [0, 1, 25])
    @pytest.mark.parametrize("loop", [one_after_the_other, all_at_once])
    def test_control_an_answer_that_is_no_success_ends_the_run(self, loop, good: int) -> None:
        with a_server(good=good) as (port, _), pytest.raises(Refused, match="GET /things/1: 503"):
            loop(lambda _: Wire(port, {}), READ, DRAW, Bounds(30, 400))

    def test_control_an_answer_that_tells_something_else_ends_the_run(self) -> None:
        other = replace(READ, holds=lambda said: said == {"fine": False})

        with a_server() as (port, _), pytest.raises(Refused, match="not what was asked for"):
            warm_up(lambda _: Wire(port, {}), other, DRAW)

    def test_who_is_sent_on_asks_there(self) -> None:
        with a_server() as (port, asked), Wire(port, {}) as wire:
            assert wire.ask(Request("GET", "/elsewhere")) == b'{"fine": true}'

        assert asked == ["/elsewhere", "/things/1"]


class TestProcesses:
    def test_a_tree_is_counted_and_ended_as_a_whole(self) -> None:
        child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
        process = subprocess.Popen([sys.executable, "-c", child])
        while len(pids := processes.tree(process.pid)) < 2:
            time.sleep(0.01)

        assert processes.memory(pids).rss > processes.memory(pids[:1]).rss > 1
        assert processes.without(pids, "time.sleep(60)'])") == []  # what began from it goes too
        processes.end(process.pid, pids, grace_seconds=0.2)
        process.wait(timeout=10)
        assert [each for each in pids if processes._lives(each)] == []


class TestThePage:
    def test_a_ratio_stands_beside_its_target(self) -> None:
        [operation] = [each for each in OVER_MLFLOW if each.name == GET_VERSION]
        slow = replace(FIGURES, per_second=100, p99=1.5)
        met, missed = (page.Pair(operation, replace(FIGURES, per_second=rate), slow) for rate in (800, 790))

        table = page.comparison([met, missed], page.Results(10_000))

        assert "| **8.0** | 8, met |" in table
        assert "| **7.9** | 8, **missed** |" in table
        assert "2.00 / 1.50 (worse)" in table
        assert "met" not in page.comparison([met], page.Results(1000))  # nothing is promised of so few

    def test_memory_is_judged_by_its_share(self) -> None:
        both = {
            OURS: (Memory(100, 90), Memory(110, 100)),
            THEIRS: (Memory(400, 300), Memory(400, 300)),
        }

        table = page.memory_table(page.Results(10_000, memory=both))

        assert "| MLflow's server | 400 | 300 | 400 | **0.25** | 0.33, met |" in table

    def test_only_its_figures_are_written_anew(self) -> None:
        before = page.PAGE.read_text()

        none = dict.fromkeys([OURS], (Memory(1, 1), Memory(1, 1)))
        after = page.page([page.Results(1000, memory=none)], {"processor": "of a test"})

        assert after.partition(page.BEGIN)[0] == before.partition(page.BEGIN)[0]
        assert "| processor | of a test |" in after
        assert "### 1,000 models" in after


class TestInProcess:
    def test_cpu_is_that_of_the_answers_alone(self) -> None:
        def application(environ, start_response):
            sum(range(100_000))
            start_response("200 OK", [])
            return [b'{"fine": true}']

        cpu = in_process.cpu_of(application, in_process.Work(READ, times=3, at_most=2), DRAW, {}, loops=3)

        assert 0 < cpu.least <= cpu.median

    def test_control_an_answer_that_is_no_success_ends_it(self) -> None:
        def application(environ, start_response):
            start_response("503 Service Unavailable", [])
            return [b"{}"]

        with pytest.raises(Refused, match="503"):
            in_process.cpu_of(application, in_process.Work(READ, times=3, at_most=2), DRAW, {})

    def test_it_is_judged_by_its_median(self) -> None:
        cpu = [in_process.Cpu("read", 1.5, 2.1, at_most=2), in_process.Cpu("write", 5, 6, at_most=6)]

        table = page.cpu_table(page.Results(10_000, cpu=cpu))

        assert "| read | 1.50 | **2.10** | 2, **missed** |" in table
        assert "| write | 5.00 | **6.00** | 6, met |" in table


class TestARun:
    def test_of_this_registry_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bench, "REST_SECONDS", 0)
        monkeypatch.setattr(load, "WARM_UPS", 2)
        begun = set(processes.tree(processes.os.getpid()))

        results = bench.compare(100, alone=True, seconds=0.02, rounds=1, progress=bench.Progress())

        assert [pair.operation for pair in results.mlflow] == list(OVER_MLFLOW)
        for pair in (*results.mlflow, *results.rest):
            assert pair.ours.requests > 1
            assert 0 < pair.ours.p50 <= pair.ours.p99
        assert [each.name for each in results.cpu] == [each.operation.name for each in in_process.WORKS]
        assert all(0 < each.least <= each.median for each in results.cpu)
        assert list(results.memory) == [OURS, f"{OURS}, and the local engine"]
        assert set(processes.tree(processes.os.getpid())) == begun

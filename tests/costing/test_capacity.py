"""docs/capacity.md says what every endpoint takes of DynamoDB, beside the least possible. `make costs` renews it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models_app.mlflow.urls import PREFIXES
from tests.callers import Cast
from tests.costing.capacity import Bench, Capacity, measured_in, named_in, table_of
from tests.costing.endpoints import every_endpoint
from tests.costing.measurements import a_usual_version
from tests.costing.page import CAPACITY, assert_told, blocks, read
from tests.engine import Engine
from tests.faults import Wire
from tests.outbox.buses import PlayedBus
from tests.outbox.conftest import played, played_bus, publishing_to
from tests.outbox.receivers import listening
from tests.proof.faults.world import World, a_world
from tests.routes import routes
from tests.storage.conftest import proxy, wire

__all__ = ["played", "played_bus", "proxy", "publishing_to", "wire"]


@pytest.fixture
def world(payments: Cast) -> Iterator[World]:
    """One of everything; payments' versions take a kilobyte and a half."""
    with listening() as receiver:
        yield a_world(payments, receiver=receiver.url, **a_usual_version())


def told() -> list[Capacity]:
    """What the page says, which the first test holds against what is measured."""
    return measured_in(blocks(read(CAPACITY))["endpoints"])


def explained(table: str) -> list[str]:
    """The endpoints of which the page says why they take more. None may stand there that does not."""
    return named_in(blocks(read(CAPACITY))[table])


class TestThePage:
    def test_says_what_is_measured(self, world: World, wire: Wire, played: PlayedBus, engine: Engine) -> None:
        endpoints = list(every_endpoint(world))
        bench = Bench(engine=engine, wire=wire, bus=played)

        measured = [bench.measure(name, asked) for name, asked in endpoints]

        assert_told("endpoints", table_of(measured), page=CAPACITY)

    def test_forgets_no_endpoint(self, world: World) -> None:
        faces = ("api/v1/", f"{PREFIXES[0]}/", "api/3.0/")
        there = {(method, route) for route, method in routes() if route.startswith(faces) and "<path:" not in route}

        asked = {(each.method, each.route) for _, each in every_endpoint(world)}

        assert there
        assert there <= asked  # the other prefix is another spelling of the same addresses


class TestEveryEndpoint:
    def test_takes_hardly_more_units_than_the_least_possible(self) -> None:
        above = [each.name for each in told() if each.is_above_the_floor]

        assert sorted(above) == sorted(explained("units"))

    def test_is_never_below_the_floor(self) -> None:
        assert [each.name for each in told() if each.read_units < each.read_floor] == []
        assert [each.name for each in told() if each.write_units < each.write_floor] == []

    def test_reads_in_one_call_and_changes_in_two(self) -> None:
        more = [each.name for each in told() if each.takes_more_calls]

        assert sorted(more) == sorted(explained("calls"))

    def test_registering_with_a_label_takes_one_call(self) -> None:
        calls = {each.name: each.calls for each in told()}

        assert calls["`POST /api/v1/models`: with a label"] == 1

    def test_deploying_takes_one_transaction_one_publish_and_one_mark_beside_the_read(self) -> None:
        [deploying] = [each for each in told() if each.name == "`POST /api/v1/models/{modelId}/{version}/deploy`"]

        assert (deploying.calls, deploying.publishes) == (1 + 1 + 1, 1)

"""docs/costs.md says what is measured. `make costs` writes its tables anew."""

from __future__ import annotations

from typing import Any

import pytest

from models_app.storage.metering import metered
from models_app.storage.table import RegistryItem, connection
from tests.costing import page
from tests.costing.measurements import Cost, events_and_jobs, kilobytes_of_a_version, requests
from tests.costing.page import assert_told
from tests.outbox.buses import PlayedBus
from tests.outbox.conftest import played, played_bus, publishing_to

__all__ = ["played", "played_bus", "publishing_to"]


class TestThePage:
    def test_requests_cost_what_it_says(self, payments: Any) -> None:
        assert_told("requests", page.table_of(requests(payments)))

    def test_events_and_jobs_too(self, payments: Any, played: PlayedBus) -> None:
        jobs = events_and_jobs(payments)

        assert_told("jobs", page.table_of(jobs))
        assert_told("rest", page.table_at_rest(jobs))

    def test_its_examples_add_up(self) -> None:
        """From the page's own tables, which the tests above hold against what is measured."""
        told = page.blocks(page.read())

        assert_told("examples", page.examples(page.costs_in(told["requests"]), page.costs_in(told["jobs"])))

    def test_versions_take_the_room_that_it_says(self, payments: Any) -> None:
        assert_told("storage", page.table_of_storage(kilobytes_of_a_version(payments)))

    def test_and_what_every_call_costs_beside(self) -> None:
        assert_told("call", page.table_of_a_call())

    def test_prices_are_multiplied_right(self) -> None:
        assert page.per_million(Cost("", 1, 2, 10)) == pytest.approx(2 * 0.125 + 10 * 0.625)


class TestTheEngine:
    """The engine's own arithmetic, held against AWS's documented rules, or the page proves nothing."""

    def test_it_counts_as_aws_documents(self, table: None) -> None:
        client, name = connection().connection.client, RegistryItem.Meta.table_name

        def item(sk: str, kilobytes: float, **more: str) -> dict[str, Any]:
            text = {"pk": "p", "sk": sk, "body": "x" * int(1024 * kilobytes - 100), **more}
            return {key: {"S": value} for key, value in text.items()}

        def put(written: dict[str, Any]) -> float:
            with metered() as taken:
                client.put_item(TableName=name, Item=written)
            return taken.write_units

        def transact(*items: dict[str, Any]) -> float:
            with metered() as taken:
                client.transact_write_items(
                    TransactItems=[{"Put": {"TableName": name, "Item": each}} for each in items]
                )
            return taken.write_units

        key = {"pk": {"S": "p"}, "sk": {"S": "a"}}

        def get(*, is_consistent: bool) -> float:
            with metered() as taken:
                client.get_item(TableName=name, Key=key, ConsistentRead=is_consistent)
            return taken.read_units

        # A write unit is a kilobyte; an index costs another write of the same size.
        assert put(item("a", 1)) == 1
        assert put(item("a", 5)) == 5
        assert put(item("b", 1, gsi1pk="q", gsi1sk="1")) == 2
        # An entry that moves in an index is a deletion and a put.
        assert put(item("b", 1, gsi1pk="q", gsi1sk="2")) == 3
        # A transaction writes twice.
        assert transact(item("c", 1), item("d", 3)) == 8
        # A read unit is four kilobytes, half as much if it may be outdated.
        assert (get(is_consistent=True), get(is_consistent=False)) == (2, 1)
        client.delete_item(TableName=name, Key=key)
        for sort in "bcd":
            client.delete_item(TableName=name, Key={"pk": {"S": "p"}, "sk": {"S": sort}})

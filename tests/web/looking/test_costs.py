"""What a page costs: calls to DynamoDB, however much there is to show, and bytes that travel."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path

import pytest

from models_app.services.tokens import forget_tokens
from tests.callers import Cast
from tests.costs import counted_calls
from tests.web.looking.pages import Reader, a_reader

STATIC = Path(__file__).parents[3] / "models_app" / "static" / "models_app"
KILOBYTE = 1024

# The session's user with all roles is the first query of each page.
CALLS = [
    ("models", ["Query", "Query"]),
    ("models/payments.m0", ["Query", "Query", "Query"]),
    ("models/payments.m0/versions", ["Query", "Query"]),
    ("models/payments.m0/events", ["Query", "Query"]),
    ("models/payments.m0/1.0.0", ["Query", "GetItem", "Query", "Query"]),
    ("models/payments.m0/1.0.0/deployments", ["Query", "Query"]),
    ("deployments", ["Query", "Query", "Query"]),
    ("deployments?environment=prod", ["Query", "Query", "Query"]),
    ("events", ["Query", "Query"]),
    ("/web/models/payments.m0/compare?version=1.0.0&version=1.1.0", ["Query", "GetItem", "GetItem"]),
]


def a_busy_team(payments: Cast, *, models: int = 3, versions: int = 3) -> Reader:
    """Models of which the first has many versions and runs somewhere."""
    for at in range(models):
        payments.contributor.registers(f"m{at}", version="1.0.0", metrics={"auc": 0.9, "f1": 0.5})
    for at in range(1, versions):
        more = {"metrics": {"auc": 0.9 + at / 1000, "f1": 0.5}, "metadata": {"depth": at}, "tags": {"run": str(at)}}
        payments.contributor.registers("m0", version=f"1.{at}.0", **more)
    payments.maintainer.reports(payments.maintainer.deploys("payments.m0", "1.0.0", environment="prod"), "SUCCEEDED")
    return a_reader(payments)


class TestCalls:
    @pytest.mark.parametrize(("path", "calls"), CALLS, ids=[path for path, _ in CALLS])
    def test_a_page_costs_as_many(self, payments: Cast, path: str, calls: list[str]) -> None:
        reader = a_busy_team(payments)
        forget_tokens()

        with counted_calls() as sent:
            reader.opens(path)

        assert sent == calls

    def test_a_version_that_was_never_deployed_costs_one_more(self, payments: Cast) -> None:
        reader = a_busy_team(payments)

        with counted_calls() as sent:
            reader.opens("models/payments.m0/1.2.0")

        assert sent == ["Query", "GetItem", "Query", "GetItem", "Query"]

    def test_a_further_page_of_deployments_is_without_the_board(self, payments: Cast) -> None:
        reader = a_busy_team(payments)
        payments.maintainer.deploys("payments.m1", "1.0.0", environment="prod")
        following = reader.opens("deployments", limit=1).links["Next page"]

        with counted_calls() as sent:
            reader.opens(following)

        assert sent == ["Query", "Query"]


class TestBytes:
    def test_pages_are_small(self, payments: Cast) -> None:
        reader = a_busy_team(payments, models=50, versions=50)

        for path in ("models", "models/payments.m0", "models/payments.m0/1.0.0", "deployments", "events"):
            assert len(gzip.compress(reader.opens(path).raw.encode())) <= 30 * KILOBYTE, path

    def test_all_files_of_a_first_view_are_small(self, payments: Cast) -> None:
        page = a_reader(payments).opens("models")
        names = [each.attributes.get("href") for each in page.all("link")]
        names += [each.attributes.get("src") for each in page.all("script")]

        files = [STATIC / str(name).removeprefix("/static/models_app/") for name in names]

        assert len(files) == 4
        assert sum(len(gzip.compress(each.read_bytes())) for each in files) <= 60 * KILOBYTE


@pytest.mark.skipif("REGISTRY_BENCHMARK" not in os.environ, reason="a benchmark: set REGISTRY_BENCHMARK to print it")
def test_benchmark_of_rendering(payments: Cast) -> None:
    reader = a_busy_team(payments, models=50, versions=20)
    for path in ("models", "models/payments.m0", "models/payments.m0/1.1.0", "deployments", "events"):
        reader.opens(path)
        begun = time.thread_time()
        for _ in range(20):
            reader.caller.client.get(f"/api/v1/{path}", headers={"accept": "text/html"})
        print(path, round((time.thread_time() - begun) * 50, 1), "ms of CPU, DynamoDB's client included")  # noqa: T201

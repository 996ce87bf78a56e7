"""Pages of a model's versions: the first comes with the model, the others from ``/versions``."""

from __future__ import annotations

from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.callers import Cast

MANY = 123


def versions(payments: Cast, model: str, count: int, *, after: int = 0) -> None:
    """Register so many versions with the next labels."""
    for number in range(after + 1, after + count + 1):
        payments.contributor.registers(model, version=str(number))


def walk(payments: Cast, model: str, **query: int) -> list[list[str]]:
    """The labels on each page, beginning with the model itself."""
    page = payments.viewer.lists(f"models/{model}", **query).body["versions"]
    found = [page["results"]]
    while page["next"]:
        page = payments.viewer.gets(page["next"]).body
        found.append(page["results"])
    return [[version["version"] for version in each] for each in found]


class TestFollowingNext:
    def test_it_leads_through_many_versions_without_gaps_or_twins(self, payments: Cast) -> None:
        versions(payments, "fraud", MANY)
        newest_first = [str(number) for number in range(MANY, 0, -1)]

        pages = walk(payments, "payments.fraud")
        listed = payments.viewer.pages("models/payments.fraud/versions", limit=20)

        assert [len(page) for page in pages] == [50, 50, 23]
        assert list(chain(*pages)) == newest_first
        assert [version["version"] for page in listed for version in page] == newest_first

    @pytest.mark.parametrize("model", ["payments.fraud", "fraud", "payments.card%20fraud", "payments.a.b.c"])
    def test_it_works_for_every_way_to_write_an_id(self, payments: Cast, model: str) -> None:
        name = model.removeprefix("payments.").replace("%20", " ")
        versions(payments, name, 3)

        assert walk(payments, model, limit=1) == [["3"], ["2"], ["1"]]
        assert len(payments.viewer.pages(f"models/{model}/versions", limit=2)) == 2

    def test_the_last_page_has_no_next_even_when_it_is_full(self, payments: Cast) -> None:
        versions(payments, "fraud", 4)

        assert walk(payments, "payments.fraud", limit=4) == [["4", "3", "2", "1"]]
        assert walk(payments, "payments.fraud", limit=2) == [["4", "3"], ["2", "1"]]

    def test_deleted_versions_are_skipped(self, payments: Cast) -> None:
        versions(payments, "fraud", 9)
        for label in ("9", "8", "5", "2", "1"):
            payments.maintainer.deletes("payments.fraud", label)

        assert list(chain(*walk(payments, "payments.fraud", limit=2))) == ["7", "6", "4", "3"]

    def test_a_long_row_of_deleted_versions_is_skipped_too(self, payments: Cast) -> None:
        versions(payments, "fraud", 40)
        for number in range(40, 3, -1):
            payments.maintainer.deletes("payments.fraud", str(number))

        assert list(chain(*walk(payments, "payments.fraud", limit=1))) == ["3", "2", "1"]
        assert payments.viewer.reads("payments.fraud", "latest").body["version"] == "3"

    def test_what_is_registered_meanwhile_shifts_nothing(self, payments: Cast) -> None:
        versions(payments, "fraud", 3)
        following = payments.viewer.lists("models/payments.fraud", limit=1).body["versions"]["next"]
        versions(payments, "fraud", 2, after=3)

        page = payments.viewer.gets(following).body

        assert page["results"][0]["version"] == "2"

    def test_aliases_are_no_versions(self, payments: Cast) -> None:
        versions(payments, "fraud", 2)
        for alias in ("challenger", "zz", "_x"):
            payments.contributor.moves("payments.fraud", alias, "1")

        assert walk(payments, "payments.fraud", limit=1) == [["2"], ["1"]]


class TestRefusals:
    def test_a_cursor_belongs_to_one_model(self, payments: Cast) -> None:
        versions(payments, "fraud", 2)
        versions(payments, "churn", 2)
        following = payments.viewer.lists("models/payments.fraud/versions", limit=1).body["next"]
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]

        assert payments.viewer.lists("models/payments.churn/versions", cursor=cursor).slug == "invalid-cursor"
        assert payments.viewer.lists("models/payments.fraud/events", cursor=cursor).slug == "invalid-cursor"
        assert payments.viewer.lists("models/payments.fraud/versions", cursor=cursor[:-1]).slug == "invalid-cursor"

    def test_a_cursor_of_another_team_does_not_open_its_model(self, payments: Cast) -> None:
        versions(payments, "fraud", 2)
        following = payments.viewer.lists("models/payments.fraud/versions", limit=1).body["next"]

        assert payments.outsider.gets(following).slug == "model-not-found"

    def test_the_model_itself_takes_a_limit_but_no_cursor(self, payments: Cast) -> None:
        versions(payments, "fraud", 2)

        assert payments.viewer.lists("models/payments.fraud", cursor="x").wrong_fields == {"cursor": "unknown"}
        assert payments.viewer.lists("models/payments.fraud", limit=0).wrong_fields == {"limit": "out-of-range"}

    def test_versions_of_nothing_are_missing(self, payments: Cast) -> None:
        assert payments.viewer.lists("models/payments.nothing/versions").slug == "model-not-found"

    def test_unknown_parameters_are_refused_by_name(self, payments: Cast) -> None:
        versions(payments, "fraud", 1)

        answer = payments.viewer.lists("models/payments.fraud/versions", status="REGISTERED")

        assert answer.wrong_fields == {"status": "unknown"}

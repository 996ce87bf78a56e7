"""Pages: following ``next`` shows everything once, and a cursor is good for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from inline_snapshot import snapshot

from models_app.domain.teams import Role
from tests.callers import Cast, a_person

MANY = 123


def cursor_of(page: str) -> str:
    """The cursor in the address of a page."""
    return parse_qs(urlsplit(page).query)["cursor"][0]


@pytest.fixture
def shelf(payments: Cast) -> Cast:
    """A team with three models, so that a page of one has a next."""
    for name in ("a", "b", "c"):
        payments.contributor.registers(name)
    return payments


class TestFollowingNext:
    def test_it_leads_through_many_models_without_gaps_or_twins(self, payments: Cast) -> None:
        names = [f"model-{number:03d}" for number in range(MANY)]
        for name in names:
            payments.contributor.registers(name, version="1")

        pages = payments.viewer.pages("models")
        by_change = payments.viewer.pages("models", ordering="-updatedAt", limit=25)

        assert [len(page) for page in pages] == [50, 50, 23]
        assert [model["modelName"] for page in pages for model in page] == names
        assert [model["modelName"] for page in by_change for model in page] == names[::-1]

    def test_the_last_page_has_no_next_even_when_it_is_full(self, shelf: Cast) -> None:
        assert [len(page) for page in shelf.viewer.pages("models", limit=3)] == [3]
        assert [len(page) for page in shelf.viewer.pages("models", limit=1)] == [1, 1, 1]

    def test_filters_and_limit_travel_along(self, shelf: Cast) -> None:
        shelf.contributor.registers("d", framework="torch")

        pages = shelf.viewer.pages("models", limit=2, framework="sklearn")

        assert [model["modelName"] for page in pages for model in page] == ["a", "b", "c"]

    def test_what_is_added_or_changed_meanwhile_shifts_nothing(self, shelf: Cast) -> None:
        first = shelf.viewer.lists("models", limit=2).body
        shelf.contributor.registers("0-comes-first")
        shelf.contributor.registers("z-comes-last")

        rest = shelf.viewer.gets(first["next"]).body

        assert [model["modelName"] for model in rest["results"]] == ["c", "z-comes-last"]

    def test_another_limit_may_be_asked_for_on_the_way(self, shelf: Cast) -> None:
        cursor = cursor_of(shelf.viewer.lists("models", limit=1).body["next"])

        page = shelf.viewer.lists("models", limit=100, cursor=cursor)

        assert [model["modelName"] for model in page.body["results"]] == ["b", "c"]

    def test_another_caller_of_the_same_team_may_go_on(self, shelf: Cast) -> None:
        following = shelf.viewer.lists("models", limit=1).body["next"]

        assert shelf.maintainer.gets(following).status == 200

    def test_a_cursor_is_no_longer_for_those_in_many_teams(self, payments: Cast) -> None:
        slugs = [f"{'team-' * 11}{number:03d}" for number in range(120)]
        for slug in slugs:
            payments.admin.calls("POST", "teams", {"teamId": slug})
        for slug in (slugs[0], slugs[60], slugs[119]):
            payments.admin.registers("fraud", teamId=slug, version="1")

        first = payments.admin.lists("models", limit=1).body
        pages = payments.admin.pages("models", limit=1)

        assert len(first["next"]) < 1000
        assert [model["teamId"] for page in pages for model in page] == [slugs[0], slugs[60], slugs[119]]


class TestCursorsThatAreRefused:
    def test_the_refusal_says_what_to_do(self, shelf: Cast) -> None:
        assert shelf.viewer.lists("models", cursor="nonsense").problem == snapshot(
            {
                "type": "/problems/invalid-cursor",
                "title": "This cursor leads nowhere",
                "status": 400,
                "detail": "The cursor was not issued for this list with these filters, or has expired. Start again "
                "without a cursor, and follow the link in 'next'.",
            }
        )

    @pytest.mark.parametrize("cursor", ["nonsense", "a:b:c", ".", "é", "x" * 9000])
    def test_one_that_we_never_issued(self, shelf: Cast, cursor: str) -> None:
        assert shelf.viewer.lists("models", cursor=cursor).slug == "invalid-cursor"

    def test_one_with_any_character_changed(self, shelf: Cast) -> None:
        cursor = cursor_of(shelf.viewer.lists("models", limit=1).body["next"])

        for place in range(0, len(cursor), 7):
            other = "A" if cursor[place] != "A" else "B"
            tampered = cursor[:place] + other + cursor[place + 1 :]
            assert shelf.viewer.lists("models", cursor=tampered, limit=1).slug == "invalid-cursor", place

    def test_one_of_another_team(self, shelf: Cast) -> None:
        assert shelf.outsider.gets(shelf.viewer.lists("models", limit=1).body["next"]).slug == "invalid-cursor"

    def test_one_of_the_administrator(self, shelf: Cast) -> None:
        assert shelf.viewer.gets(shelf.admin.lists("models", limit=1).body["next"]).slug == "invalid-cursor"

    def test_one_from_before_a_membership_ended(self, shelf: Cast) -> None:
        ada = a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})
        following = ada.lists("models", limit=1).body["next"]

        assert shelf.maintainer.calls("DELETE", "teams/payments/members/ada").status == 204

        assert ada.gets(following).slug == "invalid-cursor"

    @pytest.mark.parametrize(
        "query", [{"framework": "sklearn"}, {"ordering": "-updatedAt"}, {"ordering": "modelId"}, {"teamId": "payments"}]
    )
    def test_one_of_another_query(self, shelf: Cast, query: dict[str, str]) -> None:
        cursor = cursor_of(shelf.viewer.lists("models", limit=1).body["next"])

        assert shelf.viewer.lists("models", cursor=cursor, **query).slug == "invalid-cursor"

    @pytest.mark.parametrize("path", ["events", "models/payments.a/events", "models/payments.a/versions"])
    def test_one_of_another_list(self, shelf: Cast, path: str) -> None:
        cursor = cursor_of(shelf.viewer.lists("models", limit=1).body["next"])

        assert shelf.viewer.lists(path, cursor=cursor).slug == "invalid-cursor"

    def test_one_that_is_older_than_a_week(self, shelf: Cast) -> None:
        now = datetime.now(UTC)  # noqa: TID251 - the test's own clock
        with time_machine.travel(now - timedelta(days=6)):
            young = shelf.viewer.lists("models", limit=1).body["next"]
        with time_machine.travel(now - timedelta(days=8)):
            old = shelf.viewer.lists("models", limit=1).body["next"]

        assert shelf.viewer.gets(young).status == 200
        assert shelf.viewer.gets(old).slug == "invalid-cursor"

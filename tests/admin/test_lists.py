"""Pages of lists: cursors, and queries that make no sense."""

import pytest

from models_app.admin import rows
from models_app.domain.actors import command_line
from models_app.domain.teams import TeamSlug
from models_app.nodb.sites import RowAdmin
from models_app.services import teams
from tests.admin.people import an_administrator


@pytest.fixture
def root(payments, monkeypatch):
    """An administrator whose pages are short."""
    monkeypatch.setattr(RowAdmin, "list_per_page", 3)
    return an_administrator()


def pages(root, path):
    """Every page of a list, by pressing "next" to the end."""
    page = root.sees(path)
    found = [page.rows]
    base = path.split("?")[0]
    while page.next:
        page = root.sees(f"{base}{page.next}")
        found.append(page.rows)
    return found


class TestPages:
    def test_each_row_is_on_one_page_and_the_last_has_no_next(self, root, payments):
        for number in range(7):
            payments.contributor.registers("fraud", version=str(number + 1))

        found = pages(root, "modelversion/?model=payments.fraud")

        assert [len(page) for page in found] == [3, 3, 1]
        assert [key for page in found for key in page] == [f"payments.fraud/{number}" for number in range(7, 0, -1)]

    def test_a_full_last_page_is_followed_by_none(self, root, payments):
        for number in range(3):
            payments.contributor.registers(f"model-{number}")

        assert [len(page) for page in pages(root, "registeredmodel/?team=payments")] == [3]

    def test_they_go_on_from_team_to_team(self, root, payments):
        for number in range(4):
            payments.contributor.registers(f"model-{number}")
            payments.outsider.registers(f"model-{number}")

        found = pages(root, "registeredmodel/")

        assert [row.split()[0] for page in found for row in page] == [
            f"{team}.model-{number}" for team in ("payments", "vision") for number in range(4)
        ]

    def test_teams_without_rows_take_pages_but_lose_nothing(self, root, payments, monkeypatch):
        monkeypatch.setattr(rows, "MAX_TEAMS_A_PAGE", 2)
        for number in range(5):
            teams.create_team(actor=command_line(), slug=TeamSlug(f"team-{number}"))
        payments.outsider.registers("cats")

        found = pages(root, "registeredmodel/")

        assert [len(page) for page in found] == [0, 0, 0, 1]

    def test_filters_stay_from_page_to_page_and_there_is_a_way_back(self, root, payments):
        for number in range(8):
            payments.contributor.registers(f"model-{number}", framework=["xgboost", "onnx"][number % 2])
        first = root.sees("registeredmodel/?framework=onnx")

        second = root.sees(f"registeredmodel/{first.next}")

        assert [row.split()[0] for row in second.rows] == ["payments.model-7"]
        assert '<a href="?framework=onnx">First page</a>' in second.html
        assert "First page" not in first.text

    def test_a_history_has_pages_too(self, root, payments, monkeypatch):
        monkeypatch.setattr("models_app.admin.models.HISTORY_PAGE", 2)
        for number in range(3):
            payments.contributor.registers("fraud", version=str(number + 1))
        first = root.history_of("registeredmodel", "payments.fraud")

        older = root.sees(f"registeredmodel/payments.fraud/history/{first.next}")

        assert ("payments.fraud/3" in first.text, "payments.fraud/1" in first.text) == (True, False)
        assert "payments.fraud/1" in older.text
        assert older.next is None


class TestCursors:
    @pytest.fixture
    def following(self, root, payments):
        """The link to the second page of a list."""
        for number in range(4):
            payments.contributor.registers(f"model-{number}")
        return root.sees("registeredmodel/").next

    @pytest.mark.parametrize(
        "change",
        [lambda link: link[:-1], lambda link: f"{link}&team=payments", lambda _: "?after=x"],
        ids=["cut", "of another list", "made up"],
    )
    def test_one_that_was_not_made_for_a_list_leads_to_its_beginning(self, root, following, change):
        page = root.sees(f"registeredmodel/{change(following)}")

        assert page.status == 200
        assert page.rows[0].startswith("payments.model-0")

    def test_nor_is_another_users_taken(self, following):
        other = an_administrator("other")

        assert other.sees(f"registeredmodel/{following}").rows[0].startswith("payments.model-0")


class TestQueriesThatMakeNoSense:
    def test_they_narrow_nothing_unseen_and_break_nothing(self, root, payments):
        payments.contributor.registers("fraud")

        for query in (
            *("nonsense=1", "pk__in=a", "team__in=payments", "o=1", "id__regex=.", "team__isnull=1", "p=7", "all="),
            *("e=1", "_popup=1", "team=", "framework="),
        ):
            page = root.sees(f"registeredmodel/?{query}")
            assert page.status == 200, query
            assert [row.split()[0] for row in page.rows] == ["payments.fraud"], query

    @pytest.mark.parametrize(
        "noun", ["team", "member", "user", "token", "registeredmodel", "modelversion", "deployment"]
    )
    def test_nor_does_any_text_that_is_searched_for(self, root, noun):
        for text in ("%00", "%F0%9F%92%A5", "a" * 2000, "../..", "payments.", ".", "#", "%22%3E", "%25", "%ED%A0%80"):
            assert root.sees(f"{noun}/?q={text}").status == 200, text

"""The two orders of the list: by id, or the last changed first. Both over all of the caller's teams."""

from __future__ import annotations

import pytest

from models_app.domain.teams import Role
from tests.callers import Caller, Cast, a_person
from tests.costs import counted_calls


@pytest.fixture
def ada(payments: Cast) -> Caller:
    """A viewer of payments and vision, which got models by turns."""
    for name in ("c", "a", "b"):
        payments.contributor.registers(name)
        payments.outsider.registers(name)
    return a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})


class TestOrdering:
    def test_by_id_without_being_asked(self, payments: Cast) -> None:
        for name in ("c", "a", "b"):
            payments.contributor.registers(name)

        assert payments.viewer.finds() == ["payments.a", "payments.b", "payments.c"]
        assert payments.viewer.finds(ordering="modelId") == ["payments.a", "payments.b", "payments.c"]

    def test_the_last_changed_first(self, payments: Cast) -> None:
        for name in ("c", "a", "b"):
            payments.contributor.registers(name)
        payments.contributor.describes("payments.c", {"description": "changed"})

        assert payments.viewer.finds(ordering="-updatedAt") == ["payments.c", "payments.b", "payments.a"]

    def test_filters_and_orders_go_together(self, payments: Cast) -> None:
        for name, target in (("c", "EKS"), ("a", "Lambda"), ("b", "EKS")):
            payments.contributor.registers(name, deploymentTarget=target)

        assert payments.viewer.finds(ordering="-updatedAt", deploymentTarget="EKS") == ["payments.b", "payments.c"]


@pytest.mark.parametrize("limit", [1, 2, 4, 100])
class TestSeveralTeams:
    def test_by_id_one_team_comes_behind_the_other(self, ada: Caller, limit: int) -> None:
        pages = ada.pages("models", limit=limit)

        assert [model["modelId"] for page in pages for model in page] == [
            *("payments.a", "payments.b", "payments.c"),
            *("vision.a", "vision.b", "vision.c"),
        ]

    def test_by_change_the_teams_are_merged(self, ada: Caller, limit: int) -> None:
        pages = ada.pages("models", limit=limit, ordering="-updatedAt")

        assert [model["modelId"] for page in pages for model in page] == [
            *("vision.b", "payments.b", "vision.a", "payments.a", "vision.c", "payments.c"),
        ]

    def test_filters_hold_in_every_team(self, ada: Caller, payments: Cast, limit: int) -> None:
        payments.contributor.registers("d", deploymentTarget="Lambda")
        payments.outsider.registers("e", deploymentTarget="Lambda")

        for ordering in ("modelId", "-updatedAt"):
            pages = ada.pages("models", limit=limit, ordering=ordering, deploymentTarget="Lambda")
            assert {model["modelId"] for page in pages for model in page} == {"payments.d", "vision.e"}


class TestManyTeams:
    def test_an_administrator_walks_through_more_teams_than_one_request_reads(self, payments: Cast) -> None:
        slugs = [f"team-{number:02d}" for number in range(14)]
        for slug in slugs:
            payments.admin.calls("POST", "teams", {"teamId": slug})
            payments.admin.registers("fraud", teamId=slug)

        found = [model["teamId"] for page in payments.admin.pages("models") for model in page]

        assert found == slugs

    def test_and_through_teams_whose_names_begin_with_another_ones(self, payments: Cast) -> None:
        slugs = ["pay", "pay-a", "pay-b", "payments", "paymore"]
        for slug in slugs:
            payments.admin.calls("POST", "teams", {"teamId": slug})
            for name in "ab":
                payments.admin.registers(name, teamId=slug)

        for limit in (1, 3, 100):
            found = [model["modelId"] for page in payments.admin.pages("models", limit=limit) for model in page]
            assert found == [f"{slug}.{name}" for slug in slugs for name in "ab"]

    def test_a_page_over_all_teams_asks_for_as_many_as_it_can_show(self, payments: Cast) -> None:
        for number in range(12):
            payments.admin.calls("POST", "teams", {"teamId": f"team-{number:02d}"})
        with counted_calls() as sent:
            payments.admin.lists("models")

        assert sent == ["Query"] * 11

    def test_more_teams_than_can_be_merged_are_refused_with_the_way_out(self, payments: Cast) -> None:
        for number in range(10):
            payments.admin.calls("POST", "teams", {"teamId": f"team-{number:02d}"})

        answer = payments.admin.lists("models", ordering="-updatedAt")

        assert answer.wrong_fields == {"ordering": "too-many-teams"}
        assert "teamId" in answer.body["errors"][0]["detail"]
        assert payments.admin.lists("models", ordering="-updatedAt", teamId="payments").status == 200

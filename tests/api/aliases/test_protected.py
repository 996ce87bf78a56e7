"""Protected aliases: a team's maintainers alone move them. By default ``champion`` and ``production``."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with the versions 1 and 2."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    return payments


@pytest.mark.parametrize("alias", ["champion", "production"])
class TestProtectedAliases:
    def test_a_contributor_neither_makes_nor_moves_nor_removes_one(self, fraud: Cast, alias: str) -> None:
        assert fraud.contributor.moves("payments.fraud", alias, "1").slug == "permission-denied"
        fraud.maintainer.moves("payments.fraud", alias, "1")

        assert fraud.contributor.moves("payments.fraud", alias, "2").slug == "permission-denied"
        assert fraud.contributor.removes("payments.fraud", alias).slug == "permission-denied"
        assert fraud.viewer.alias("payments.fraud", alias).body["version"] == "1"

    def test_a_maintainer_does(self, fraud: Cast, alias: str) -> None:
        assert fraud.maintainer.moves("payments.fraud", alias, "1").status == 201
        assert fraud.maintainer.moves("payments.fraud", alias, "2").status == 200
        assert fraud.maintainer.removes("payments.fraud", alias).status == 204

    def test_so_does_an_administrator(self, fraud: Cast, alias: str) -> None:
        assert fraud.admin.moves("payments.fraud", alias, "1").status == 201


class TestWhoMayMove:
    def test_a_contributor_is_told_which_role_a_protected_one_takes(self, fraud: Cast) -> None:
        assert fraud.contributor.moves("payments.fraud", "champion", "1").problem == snapshot(
            {
                "type": "/problems/permission-denied",
                "title": "Your role does not allow this",
                "status": 403,
                "detail": "Moving a protected alias takes the role maintainer in team payments; yours is contributor.",
            }
        )

    def test_a_viewer_is_told_which_role_any_takes(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "1")

        for answer in (
            fraud.viewer.moves("payments.fraud", "challenger", "2"),
            fraud.viewer.removes("payments.fraud", "challenger"),
        ):
            assert answer.problem["detail"] == snapshot(
                "Moving an alias takes the role contributor in team payments; yours is viewer."
            )

    def test_a_protected_one_still_counts_as_a_name_for_everybody(self, fraud: Cast) -> None:
        fraud.maintainer.moves("payments.fraud", "champion", "1")

        assert fraud.viewer.reads("payments.fraud", "@champion").body["version"] == "1"
        assert fraud.contributor.patches("payments.fraud", "@champion", {"description": "x"}).status == 200
        assert fraud.contributor.moves("payments.fraud", "challenger", "@champion").status == 201


class TestATeamsOwnChoice:
    def test_the_team_says_which_are_protected(self, fraud: Cast) -> None:
        fraud.maintainer.calls("PATCH", "teams/payments", {"protectedAliases": ["golden"]})

        assert fraud.contributor.moves("payments.fraud", "golden", "1").slug == "permission-denied"
        assert fraud.contributor.moves("payments.fraud", "champion", "1").status == 201

    def test_an_alias_that_is_there_is_protected_from_then_on(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "golden", "1")

        fraud.maintainer.calls("PATCH", "teams/payments", {"protectedAliases": ["golden"]})

        assert fraud.contributor.moves("payments.fraud", "golden", "2").slug == "permission-denied"
        assert fraud.contributor.removes("payments.fraud", "golden").slug == "permission-denied"

    def test_another_teams_choice_is_its_own(self, fraud: Cast) -> None:
        fraud.outsider.registers("fraud", version="1")
        fraud.outsider.calls("PATCH", "teams/vision", {"protectedAliases": ["challenger"]})

        assert fraud.contributor.moves("payments.fraud", "challenger", "1").status == 201

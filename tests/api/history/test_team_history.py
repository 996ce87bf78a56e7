"""A team's history: all of its models, its members and tokens, the newest first."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from models_app.domain.teams import Role
from tests.callers import Cast, a_person


def told(events: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    """Kinds and models."""
    return [(event["eventType"], event["modelId"]) for event in events]


class TestHistory:
    def test_it_holds_what_happened_to_every_model(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.contributor.registers("churn", version="1")
        payments.contributor.moves("payments.fraud", "challenger", "1")

        events = payments.viewer.gets("events").body["results"]

        assert told(events[:3]) == [
            ("AliasMoved", "payments.fraud"),
            ("ModelVersionRegistered", "payments.churn"),
            ("ModelVersionRegistered", "payments.fraud"),
        ]

    def test_it_begins_with_the_team_and_its_tokens(self, payments: Cast) -> None:
        events = payments.viewer.gets("events").body["results"]

        assert told(events[::-1]) == [("TeamCreated", None)] + [("TokenIssued", None)] * 3
        assert events[-1]["data"] == snapshot(
            {"displayName": "payments", "protectedAliases": ["champion", "production"]}
        )

    def test_no_secret_stands_in_it(self, payments: Cast) -> None:
        raw = payments.viewer.gets("events").raw.decode()

        for caller in (payments.viewer, payments.contributor, payments.maintainer):
            _, _, secret = str(caller.authorization).rpartition("_")
            assert secret not in raw
        assert "digest" not in raw

    def test_members_are_told_as_well(self, payments: Cast) -> None:
        a_person("ada", roles={"payments": Role.VIEWER})

        event = payments.viewer.gets("events").body["results"][0]

        assert (event["eventType"], event["data"]) == ("MemberAdded", {"username": "ada", "role": "viewer"})

    def test_following_next_leads_back_to_the_beginning(self, payments: Cast) -> None:
        for number in range(20):
            payments.contributor.registers(f"model-{number:02d}")

        pages = payments.viewer.pages("events", limit=7)

        events = [event for page in pages for event in page]
        ids = [event["eventId"] for event in events]
        assert [len(page) for page in pages] == [7, 7, 7, 3]
        assert ids == sorted(set(ids), reverse=True)
        assert events[-1]["eventType"] == "TeamCreated"


class TestWhose:
    def test_it_is_the_callers_own_unasked(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")

        assert payments.viewer.gets("events").body == payments.viewer.lists("events", teamId="payments").body
        assert {event["teamId"] for event in payments.outsider.gets("events").body["results"]} == {"vision"}

    def test_another_team_is_as_good_as_missing(self, payments: Cast) -> None:
        foreign = payments.outsider.lists("events", teamId="payments")
        missing = payments.outsider.lists("events", teamId="no-such-team")

        assert foreign.slug == "team-not-found"
        assert foreign.problem == missing.problem

    def test_an_administrator_names_one(self, payments: Cast) -> None:
        assert payments.admin.gets("events").wrong_fields == {"teamId": "required"}
        assert payments.admin.lists("events", teamId="vision").status == 200
        assert payments.admin.lists("events", teamId="no-such-team").slug == "team-not-found"

    def test_someone_in_several_teams_names_one(self, payments: Cast) -> None:
        ada = a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})

        assert ada.gets("events").wrong_fields == {"teamId": "required"}
        assert ada.lists("events", teamId="vision").status == 200

    def test_a_cursor_belongs_to_one_team(self, payments: Cast) -> None:
        following = payments.admin.lists("events", teamId="payments", limit=1).body["next"]

        assert payments.admin.gets(following.replace("payments", "vision")).slug == "invalid-cursor"
        assert payments.outsider.gets(following.replace("payments", "vision")).slug == "invalid-cursor"

    @pytest.mark.parametrize("query", ["modelId=payments.fraud", "actor=me"])
    def test_unknown_parameters_are_refused(self, payments: Cast, query: str) -> None:
        assert list(payments.viewer.gets(f"events?{query}").wrong_fields.values()) == ["unknown"]

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.callers import Caller
from tests.costs import counted_calls
from tests.identity.people import signed_in

TEAM = "teams/payments"


class TestChanging:
    def test_a_maintainer_changes_name_and_protected_aliases(self, payments):
        before = payments.viewer.gets(TEAM)

        answer = payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay", "protectedAliases": ["golden"]})

        assert answer.status == 200
        assert answer.etag != before.etag
        assert payments.viewer.gets(TEAM).body == answer.body
        assert (answer.body["displayName"], answer.body["protectedAliases"]) == ("Pay", ["golden"])

    def test_what_is_left_out_stays(self, payments):
        answer = payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"})

        assert answer.body["protectedAliases"] == ["champion", "production"]

    def test_of_too_many_protected_aliases_none_is_looked_at(self, payments):
        answer = payments.maintainer.calls("PATCH", TEAM, {"protectedAliases": [1] * 10_000})

        assert (answer.status, answer.wrong_fields) == (400, {"protectedAliases": "max_length"})

    def test_history_tells_what_it_was_and_what_it_became(self, payments):
        payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"})

        event = payments.viewer.gets("events?limit=1").body["results"][0]

        assert event["eventType"] == "TeamUpdated"
        assert event["data"] == {"changes": {"displayName": {"from": "payments", "to": "Pay"}}}

    def test_changing_nothing_leaves_no_trace(self, payments):
        before = payments.viewer.gets(TEAM)
        history = payments.viewer.gets("events").body

        answer = payments.maintainer.calls("PATCH", TEAM, {"displayName": "payments"})

        assert (answer.status, answer.body, answer.etag) == (200, before.body, before.etag)
        assert payments.viewer.gets("events").body == history

    def test_it_takes_a_read_and_a_transaction(self, payments):
        payments.maintainer.gets("me")

        with counted_calls() as calls:
            payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"})

        assert calls == ["GetItem", "TransactWriteItems"]

    @pytest.mark.parametrize("name", ["teamId", "createdAt", "createdBy", "updatedAt", "deletedAt", "rev", "slug"])
    def test_nothing_else_can_be_set(self, payments, name):
        before = payments.viewer.gets(TEAM).body

        answer = payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay", name: "vision"})

        assert answer.wrong_fields == {name: "unknown"}
        assert payments.viewer.gets(TEAM).body == before


class TestProtectedAliases:
    def test_from_then_on_contributors_no_longer_move_them(self, payments):
        payments.contributor.registers("fraud", version="1")
        assert payments.contributor.moves("payments.fraud", "golden", "1").status == 201

        payments.maintainer.calls("PATCH", TEAM, {"protectedAliases": ["golden"]})

        assert payments.contributor.moves("payments.fraud", "golden", "1").status == 403
        assert payments.contributor.removes("payments.fraud", "golden").status == 403
        assert payments.maintainer.moves("payments.fraud", "golden", "1").status == 200

    def test_and_those_left_out_are_anybodys(self, payments):
        payments.contributor.registers("fraud", version="1")
        assert payments.contributor.moves("payments.fraud", "champion", "1").status == 403

        payments.maintainer.calls("PATCH", TEAM, {"protectedAliases": []})

        assert payments.contributor.moves("payments.fraud", "champion", "1").status == 201


class TestIfMatch:
    def test_the_present_state_lets_the_change_pass(self, payments):
        etag = payments.maintainer.gets(TEAM).etag

        assert payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"}, if_match=etag).status == 200

    def test_an_outdated_one_does_not(self, payments):
        etag = payments.maintainer.gets(TEAM).etag
        payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"})

        answer = payments.maintainer.calls("PATCH", TEAM, {"displayName": "Paid"}, if_match=etag)

        assert (answer.status, answer.slug) == (412, "revision-mismatch")
        assert payments.viewer.gets(TEAM).body["displayName"] == "Pay"

    def test_a_star_means_whatever_stands(self, payments):
        assert payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"}, if_match="*").status == 200

    @pytest.mark.parametrize("tag", ["", "garbage", 'W/"1"', '"', '""', "1", '"1', "*, *", '"💥"', '"\\"'])
    def test_anything_else_names_no_state_at_all(self, payments, tag):
        answer = payments.maintainer.calls("PATCH", TEAM, {"displayName": "Pay"}, if_match=tag)

        assert answer.status == 412

    def test_of_many_at_once_one_wins(self, payments):
        etag = payments.maintainer.gets(TEAM).etag

        def change(number: int) -> int:
            caller = Caller("maintainer", payments.maintainer.authorization)
            return caller.calls("PATCH", TEAM, {"displayName": f"Pay {number}"}, if_match=etag).status

        with ThreadPoolExecutor(8) as threads:
            statuses = sorted(threads.map(change, range(8)))

        assert statuses == [200] + [412] * 7


class TestWhoMayChange:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("anonymous", 401),
            ("viewer", 403),
            ("contributor", 403),
            ("maintainer", 200),
            ("outsider", 404),
            ("admin", 200),
        ],
    )
    def test_maintainers_and_administrators(self, payments, who, status):
        assert getattr(payments, who).calls("PATCH", TEAM, {"displayName": "Pay"}).status == status


class TestListingTeams:
    def test_a_caller_sees_their_own_only(self, payments):
        found = payments.viewer.gets("teams").body["results"]

        assert [team["teamId"] for team in found] == ["payments"]

    def test_an_administrator_sees_all_page_by_page(self, payments):
        payments.admin.calls("POST", "teams", {"teamId": "archive"})

        first = payments.admin.gets("teams?limit=2").body
        second = payments.admin.gets(first["next"]).body

        assert [team["teamId"] for team in first["results"] + second["results"]] == ["archive", "payments", "vision"]
        assert second["next"] is None

    @pytest.mark.parametrize("limit", [1, 2, 3])
    def test_somebody_in_several_teams_sees_them_page_by_page_too(self, payments, limit):
        payments.admin.calls("POST", "teams", {"teamId": "archive"})
        ada = signed_in("ada", payments="viewer", vision="maintainer", archive="viewer")

        pages = ada.pages("teams", limit=limit)

        assert [team["teamId"] for page in pages for team in page] == ["archive", "payments", "vision"]
        assert [len(page) for page in pages] == {1: [1, 1, 1], 2: [2, 1], 3: [3]}[limit]

    def test_somebody_in_no_team_sees_none(self, payments):
        assert signed_in("ada").gets("teams").body["results"] == []

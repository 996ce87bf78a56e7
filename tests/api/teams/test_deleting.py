from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.callers import Caller
from tests.identity.people import an_account


def found(cast, slug="fraud-lab"):
    assert cast.admin.calls("POST", "teams", {"teamId": slug}).status == 201
    return f"teams/{slug}"


class TestDeleting:
    def test_an_empty_team_is_gone_for_everybody(self, payments):
        team = found(payments)

        assert payments.admin.calls("DELETE", team).status == 204

        assert payments.admin.gets(team).slug == "team-not-found"
        assert "fraud-lab" not in [each["teamId"] for each in payments.admin.gets("teams").body["results"]]

    def test_its_slug_is_never_given_out_again(self, payments):
        payments.admin.calls("DELETE", found(payments))

        answer = payments.admin.calls("POST", "teams", {"teamId": "fraud-lab"})

        assert (answer.status, answer.slug) == (409, "team-taken")

    def test_a_second_time_there_is_nothing_to_delete(self, payments):
        team = found(payments)
        payments.admin.calls("DELETE", team)

        assert payments.admin.calls("DELETE", team).status == 404

    def test_its_history_remains(self, payments):
        payments.admin.calls("DELETE", found(payments))

        events = payments.admin.gets("events?teamId=fraud-lab").body["results"]

        assert [event["eventType"] for event in events] == ["TeamDeleted", "TeamCreated"]

    def test_nothing_can_be_put_into_it_any_more(self, payments):
        an_account("ada")
        team = found(payments)
        payments.admin.calls("DELETE", team)

        answers = [
            payments.admin.calls("PATCH", team, {"displayName": "back"}),
            payments.admin.calls("POST", f"{team}/members", {"username": "ada", "role": "viewer"}),
            payments.admin.calls("POST", f"{team}/tokens", {"name": "ci", "role": "viewer"}),
            payments.admin.registers("fraud", teamId="fraud-lab"),
        ]

        assert [answer.slug for answer in answers] == ["team-not-found"] * 4

    def test_if_match_names_the_state_that_may_be_deleted(self, payments):
        team = found(payments)

        refused = payments.admin.calls("DELETE", team, if_match='"7"')

        assert (refused.status, refused.slug) == (412, "revision-mismatch")
        assert payments.admin.calls("DELETE", team, if_match=payments.admin.gets(team).etag).status == 204


class TestBlockers:
    def test_what_is_in_the_way_is_listed_and_nothing_happens(self, payments):
        an_account("ada", payments="viewer")
        payments.contributor.registers("fraud")

        answer = payments.admin.calls("DELETE", "teams/payments")

        assert (answer.status, answer.slug) == (409, "team-in-use")
        assert [each["kind"] for each in answer.problem["blockers"]] == ["models", "tokens", "members"]
        assert payments.viewer.gets("teams/payments").status == 200

    @pytest.mark.parametrize(
        ("kind", "path", "body"),
        [
            ("tokens", "tokens", {"name": "ci", "role": "viewer"}),
            ("members", "members", {"username": "ada", "role": "viewer"}),
        ],
    )
    def test_each_alone_is_enough_and_taken_away_it_blocks_no_more(self, payments, kind, path, body):
        an_account("ada")
        team = found(payments)
        made = payments.admin.calls("POST", f"{team}/{path}", body).body

        assert payments.admin.calls("DELETE", team).problem["blockers"] == [{"kind": kind}]

        payments.admin.calls("DELETE", f"{team}/{path}/{made.get('tokenId', 'ada')}")
        assert payments.admin.calls("DELETE", team).status == 204

    def test_a_model_with_versions_is_found_behind_however_many_without(self, payments, monkeypatch):
        monkeypatch.setattr("models_app.storage.models.FILTERED_BATCH", 1)
        monkeypatch.setattr("models_app.storage.pages.MAX_QUERIES", 1)
        team = found(payments)
        for name in "abcde":
            payments.admin.registers(name, version="1", teamId="fraud-lab")
            payments.admin.deletes(f"fraud-lab.{name}", "1")
        payments.admin.registers("f", version="1", teamId="fraud-lab")

        assert payments.admin.calls("DELETE", team).problem["blockers"] == [{"kind": "models"}]

    def test_whoever_comes_at_the_same_moment_is_either_in_time_or_refused(self, payments):
        """The table's soundness, checked after every test, says that no token lives in a team that is gone."""
        admin = payments.admin.authorization

        def race(number: int) -> set[tuple[int, int]]:
            team = found(payments, f"lab-{number}")
            with ThreadPoolExecutor(2) as threads:
                issued = threads.submit(
                    Caller("admin", admin).calls, "POST", f"{team}/tokens", {"name": "ci", "role": "viewer"}
                )
                deleted = threads.submit(Caller("admin", admin).calls, "DELETE", team)
            return {(issued.result().status, deleted.result().status)}

        outcomes = set().union(*map(race, range(10)))

        assert outcomes <= {(201, 409), (201, 412), (404, 204)}


class TestWhoMayDelete:
    @pytest.mark.parametrize(
        ("who", "status"),
        [("anonymous", 401), ("viewer", 403), ("contributor", 403), ("maintainer", 403), ("outsider", 404)],
    )
    def test_administrators_only(self, payments, who, status):
        assert getattr(payments, who).calls("DELETE", "teams/payments").status == status

import pytest
from inline_snapshot import snapshot

from tests.costs import counted_calls
from tests.identity.people import an_account

MEMBERS = "teams/payments/members"


def adds(caller, username="ada", role="viewer", team="payments"):
    return caller.calls("POST", f"teams/{team}/members", {"username": username, "role": role})


class TestAdding:
    def test_a_maintainer_takes_a_user_in(self, payments):
        an_account("ada")

        answer = adds(payments.maintainer, "ada", "contributor")

        assert answer.status == 201
        assert (answer.body["username"], answer.body["role"], answer.body["teamId"]) == (
            "ada",
            "contributor",
            "payments",
        )
        assert payments.viewer.gets(f"{MEMBERS}/ada").body == answer.body

    def test_a_user_is_known_in_any_case(self, payments):
        an_account("ada")

        assert adds(payments.maintainer, "ADA").body["username"] == "ada"
        assert payments.viewer.gets(f"{MEMBERS}/Ada").status == 200

    def test_again_it_answers_what_stands_and_leaves_no_trace(self, payments):
        an_account("ada")
        first = adds(payments.maintainer)
        history = payments.viewer.gets("events").body

        again = adds(payments.maintainer)

        assert (again.status, again.body) == (200, first.body)
        assert payments.viewer.gets("events").body == history

    def test_with_another_role_it_changes_the_role(self, payments):
        an_account("ada")
        adds(payments.maintainer)

        assert adds(payments.maintainer, role="contributor").status == 200
        assert payments.viewer.gets(f"{MEMBERS}/ada").body["role"] == "contributor"

    def test_a_user_that_nobody_knows_is_a_wrong_field(self, payments):
        answer = adds(payments.maintainer, "nobody")

        assert answer.status == 400
        assert answer.wrong_fields == {"username": "unknown"}
        assert payments.viewer.gets(MEMBERS).body["results"] == []

    def test_everything_wrong_is_named_in_one_answer(self, payments):
        answer = payments.maintainer.calls("POST", MEMBERS, {"username": "no spaces", "role": "owner", "team": "x"})

        assert answer.problem["errors"] == snapshot(
            [
                {
                    "field": "team",
                    "code": "unknown",
                    "detail": "There is no such field here. Known are: username, role.",
                },
                {
                    "field": "username",
                    "code": "invalid",
                    "detail": "A user name is 1-150 letters, digits and @ . _ + -, beginning with a letter or digit.",
                },
                {
                    "field": "role",
                    "code": "unknown",
                    "detail": "Unknown role. Use one of viewer, contributor, maintainer.",
                },
            ]
        )

    def test_it_takes_a_read_and_a_transaction(self, payments):
        an_account("ada")
        payments.maintainer.gets("me")

        with counted_calls() as calls:
            adds(payments.maintainer)

        assert calls == ["GetItem", "TransactWriteItems"]


class TestChangingRoles:
    def test_a_member_gets_another_role(self, payments):
        an_account("ada", payments="viewer")

        answer = payments.maintainer.calls("PATCH", f"{MEMBERS}/ada", {"role": "maintainer"})

        assert (answer.status, answer.body["role"]) == (200, "maintainer")

    @pytest.mark.parametrize("username", ["nobody", "no%20spaces", "a" * 200, "%00", "@", "ada%23", "..."])
    def test_who_is_no_member_is_not_found(self, payments, username):
        for method, body in (("GET", None), ("PATCH", {"role": "viewer"}), ("DELETE", None)):
            answer = payments.maintainer.calls(method, f"{MEMBERS}/{username}", body)
            assert (answer.status, answer.slug) == (404, "member-not-found")

    def test_a_user_of_another_team_is_no_member_here(self, payments):
        an_account("fei-fei", vision="viewer")

        assert payments.maintainer.gets(f"{MEMBERS}/fei-fei").slug == "member-not-found"

    @pytest.mark.parametrize("role", ["owner", "", "Viewer", 1, None, ["viewer"], True])
    def test_a_role_is_one_of_three_words(self, payments, role):
        an_account("ada", payments="viewer")

        answer = payments.maintainer.calls("PATCH", f"{MEMBERS}/ada", {"role": role})

        assert set(answer.wrong_fields) == {"role"}

    def test_the_name_cannot_change_with_it(self, payments):
        an_account("ada", payments="viewer")

        answer = payments.maintainer.calls("PATCH", f"{MEMBERS}/ada", {"role": "viewer", "username": "eve"})

        assert answer.wrong_fields == {"username": "unknown"}


class TestRemoving:
    def test_a_membership_ends(self, payments):
        an_account("ada", payments="viewer")

        assert payments.maintainer.calls("DELETE", f"{MEMBERS}/ada").status == 204

        assert payments.viewer.gets(f"{MEMBERS}/ada").status == 404
        assert payments.maintainer.calls("DELETE", f"{MEMBERS}/ada").status == 404

    def test_and_may_begin_again(self, payments):
        an_account("ada", payments="viewer")
        payments.maintainer.calls("DELETE", f"{MEMBERS}/ada")

        assert adds(payments.maintainer).status == 201

    def test_all_of_it_is_history(self, payments):
        an_account("ada")
        adds(payments.maintainer)
        payments.maintainer.calls("PATCH", f"{MEMBERS}/ada", {"role": "contributor"})
        payments.maintainer.calls("DELETE", f"{MEMBERS}/ada")

        events = payments.viewer.gets("events?limit=3").body["results"]

        assert [(event["eventType"], event["data"]) for event in reversed(events)] == [
            ("MemberAdded", {"username": "ada", "role": "viewer"}),
            ("MemberRoleChanged", {"username": "ada", "from": "viewer", "to": "contributor"}),
            ("MemberRemoved", {"username": "ada", "role": "contributor"}),
        ]


class TestListing:
    def test_members_come_by_name_page_by_page_in_one_call_each(self, payments):
        for name in ("edsger", "ada", "grace"):
            an_account(name, payments="viewer")

        with counted_calls() as calls:
            first = payments.viewer.gets(f"{MEMBERS}?limit=2").body
            second = payments.viewer.gets(first["next"]).body

        assert [each["username"] for each in first["results"] + second["results"]] == ["ada", "edsger", "grace"]
        assert second["next"] is None
        assert calls.count("Query") == 2

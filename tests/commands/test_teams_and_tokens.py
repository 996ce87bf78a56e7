import pytest

from tests.callers import Caller
from tests.commands.shell import run
from tests.costs import counted_calls
from tests.identity.people import an_account, signed_in


class TestCreateTeam:
    def test_a_team_is_there_with_its_first_maintainer(self, table):
        ada = signed_in("ada")

        said = run("create_team", "payments", "--name", "Payments", "--maintainer", "ada")

        assert (said.code, said.error) == (0, "")
        assert ada.gets("me").body["teams"] == [{"teamId": "payments", "role": "maintainer"}]
        assert ada.gets("teams/payments").body["displayName"] == "Payments"

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["Payments"], 2),
            (["api"], 2),
            (["payments"], 5),
            (["lab", "--maintainer", "nobody"], 4),
            (["lab", "--maintainer", "no spaces"], 2),
        ],
        ids=lambda words: " ".join(words) if isinstance(words, list) else None,
    )
    def test_a_mistake_is_told_in_a_sentence_and_founds_nothing(self, payments, words, code):
        before = payments.admin.gets("teams").body

        said = run("create_team", *words)

        assert (said.code, said.out) == (code, "")
        assert said.error.endswith(".")
        assert "\n" not in said.error
        assert payments.admin.gets("teams").body == before


class TestCreateToken:
    def test_the_token_is_all_that_stands_on_standard_output(self, payments):
        said = run("create_token", "payments", "--role", "viewer", "--name", "ci", "--days", "7")

        me = Caller("ci", f"Bearer {said.out.strip()}").gets("me").body
        assert said.out.count("\n") == 1
        assert (me["teams"], me["tokenName"]) == ([{"teamId": "payments", "role": "viewer"}], "ci")
        assert "mr_" not in said.error
        assert "viewer of team payments" in said.error

    def test_it_may_be_the_platforms(self, payments):
        said = run("create_token", "--platform-admin", "--name", "operator")

        assert Caller("operator", f"Bearer {said.out.strip()}").gets("me").body["isPlatformAdmin"]

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["nowhere"], 4),
            (["No Slug"], 2),
            ([], 1),
            (["payments", "--platform-admin"], 1),
            (["payments", "--days", "0"], 2),
            (["payments", "--days", "367"], 2),
            (["payments", "--days", "-1"], 2),
            (["payments", "--days", "99999999999"], 2),
            (["payments", "--days", "x"], 1),
            (["payments", "--role", "owner"], 1),
        ],
        ids=lambda words: " ".join(words) if isinstance(words, list) else None,
    )
    def test_a_mistake_is_told_in_a_sentence_and_issues_nothing(self, payments, words, code):
        before = payments.maintainer.gets("teams/payments/tokens").body

        said = run("create_token", *words, "--name", "ci")

        assert (said.code, said.out) == (code, "")
        assert len(said.error.strip()) > 10
        assert payments.maintainer.gets("teams/payments/tokens").body == before


class TestListAndRevokeTokens:
    def test_a_teams_tokens_are_shown_without_their_secrets(self, payments):
        said = run("list_tokens", "payments")

        assert said.out.count("payments ") == 3
        for caller in (payments.viewer, payments.contributor, payments.maintainer):
            assert caller.authorization[-36:] not in said.out

    def test_all_are_shown_however_many_there_are(self, payments, monkeypatch):
        monkeypatch.setattr("models_app.management.commands.list_tokens.TOKENS_A_PAGE", 2)

        for words, many in ((["payments"], 3), ([], 1)):
            lines = run("list_tokens", *words).out.splitlines()
            assert len(lines) == len(set(lines)) == many

    def test_where_there_are_none_it_says_so(self, payments):
        run("create_team", "growth")

        assert run("list_tokens", "growth").out == "There are none. create_token makes one.\n"

    def test_the_platforms_are_shown_without_a_team(self, payments):
        assert run("list_tokens").out.count("platform-admin") == 1

    def test_a_token_is_revoked_by_its_id(self, payments):
        token_id = payments.viewer.gets("me").body["actor"].removeprefix("token:")

        assert run("revoke_token", token_id, "--team", "payments").code == 0

        assert payments.viewer.gets("me").status == 401

    def test_so_is_the_platforms(self, payments):
        token_id = payments.admin.gets("me").body["actor"].removeprefix("token:")

        assert run("revoke_token", token_id).code == 0

        assert payments.admin.gets("me").status == 401

    @pytest.mark.parametrize("token_id", ["x", "0" * 12, "a" * 3000, "é", "a#b"], ids=lambda text: text[:12])
    def test_an_unknown_one_is_told_so(self, payments, token_id):
        said = run("revoke_token", token_id, "--team", "payments")

        assert said.code == 4
        assert said.error.endswith(".")

    def test_a_team_cannot_be_mistaken(self, payments):
        token_id = payments.viewer.gets("me").body["actor"].removeprefix("token:")

        assert run("revoke_token", token_id, "--team", "vision").code == 4
        assert payments.viewer.gets("me").status == 200


def test_mistakes_that_can_be_seen_at_once_cost_no_call(table):
    an_account("ada")

    with counted_calls() as calls:
        run("create_team", "No Slug")
        run("create_token", "payments", "--name", "ci", "--days", "0")
        run("create_user", "no spaces", typed="x\n")

    assert calls == []

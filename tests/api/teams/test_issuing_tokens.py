import json
from datetime import datetime

import pytest

from models_app.storage.soundness import _everything
from tests.callers import Caller
from tests.costs import counted_calls
from tests.identity.people import signed_in

TOKENS = "teams/payments/tokens"


def issues(caller, **different):
    body = {"name": "ci", "role": "contributor"} | different
    return caller.calls("POST", TOKENS, {name: value for name, value in body.items() if value is not ...})


class TestIssuing:
    @pytest.mark.parametrize("role", ["viewer", "contributor", "maintainer"])
    def test_the_new_token_works_at_once_with_its_role(self, payments, role):
        answer = issues(payments.maintainer, role=role)

        assert answer.status == 201
        me = Caller("ci", f"Bearer {answer.body['token']}").gets("me").body
        assert me["teams"] == [{"teamId": "payments", "role": role}]
        assert (me["actor"], me["tokenName"]) == (f"token:{answer.body['tokenId']}", "ci")

    def test_it_takes_one_transaction(self, payments):
        payments.maintainer.gets("me")

        with counted_calls() as calls:
            issues(payments.maintainer)

        assert calls == ["TransactWriteItems"]

    def test_two_may_have_the_same_name(self, payments):
        first, second = issues(payments.maintainer), issues(payments.maintainer)

        assert first.body["tokenId"] != second.body["tokenId"]
        assert first.body["token"] != second.body["token"]

    def test_history_tells_who_issued_what(self, payments):
        ada = signed_in("ada", payments="maintainer")
        issued = issues(ada).body

        event = ada.gets("events?limit=1").body["results"][0]

        assert (event["eventType"], event["actor"]) == ("TokenIssued", "user:ada")
        assert event["data"] == {name: issued[name] for name in ("tokenId", "name", "role", "expiresAt")}


class TestShownOnce:
    def test_the_answer_may_not_be_kept_by_any_cache(self, payments):
        assert issues(payments.maintainer).headers["Cache-Control"] == "no-store"

    def test_the_secret_is_nowhere_else(self, payments):
        issued = issues(payments.maintainer).body
        secret = issued["token"].rpartition("_")[2]

        answers = [
            payments.maintainer.gets(TOKENS),
            payments.maintainer.gets(f"{TOKENS}/{issued['tokenId']}"),
            payments.maintainer.gets("events"),
            Caller("ci", f"Bearer {issued['token']}").gets("me"),
        ]

        assert [answer.status for answer in answers] == [200] * 4
        for part in (secret, secret[:30], secret[:12]):
            assert not any(part in answer.raw.decode() for answer in answers)
            assert part not in json.dumps(list(_everything()), default=str)

    def test_nor_is_its_digest_shown_to_anybody(self, payments):
        issued = issues(payments.maintainer).body
        (digest,) = [row["digest"]["S"] for row in _everything() if row.get("id", {}).get("S") == issued["tokenId"]]

        for path in (TOKENS, f"{TOKENS}/{issued['tokenId']}", "events"):
            assert digest not in payments.maintainer.gets(path).raw.decode()


class TestLifetime:
    @pytest.mark.parametrize(("asked", "days"), [(..., 90), (1, 1), (366, 366)])
    def test_a_token_lives_from_a_day_to_a_year(self, payments, asked, days):
        issued = issues(payments.maintainer, expiresInDays=asked).body

        lifetime = datetime.fromisoformat(issued["expiresAt"]) - datetime.fromisoformat(issued["createdAt"])
        assert lifetime.total_seconds() == days * 86_400

    @pytest.mark.parametrize("asked", [0, -1, 367, 10**39, 1.0, 1.5, "30", True, None, [30], {}])
    def test_no_other(self, payments, asked):
        answer = issues(payments.maintainer, expiresInDays=asked)

        assert answer.status == 400
        assert set(answer.wrong_fields) == {"expiresInDays"}


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", value) for value in (..., None, "", "x" * 101, 7, ["ci"], True)]
        + [("role", value) for value in (..., None, "", "owner", "Maintainer", 3, ["viewer"])]
        + [(name, "x") for name in ("tokenId", "token", "digest", "createdBy", "revokedAt", "expiresAt", "scopes")],
    )
    def test_what_is_wrong_is_named(self, payments, field, value):
        before = payments.maintainer.gets(TOKENS).body

        answer = issues(payments.maintainer, **{field: value})

        assert answer.status == 400
        assert set(answer.wrong_fields) == {field}
        assert payments.maintainer.gets(TOKENS).body == before


class TestListing:
    def test_a_teams_own_tokens_page_by_page(self, payments):
        theirs = payments.outsider.gets("teams/vision/tokens").body["results"]

        first = payments.maintainer.gets(f"{TOKENS}?limit=2").body
        second = payments.maintainer.gets(first["next"]).body

        names = [token["name"] for token in first["results"] + second["results"]]
        assert sorted(names) == ["payments contributor", "payments maintainer", "payments viewer"]
        assert second["next"] is None
        assert [token["name"] for token in theirs] == ["vision maintainer"]

    def test_each_is_what_its_own_address_answers(self, payments):
        for token in payments.maintainer.gets(TOKENS).body["results"]:
            assert payments.maintainer.gets(f"{TOKENS}/{token['tokenId']}").body == token

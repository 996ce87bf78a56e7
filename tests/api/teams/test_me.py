"""Who the registry takes you for."""

from datetime import datetime

import pytest
from inline_snapshot import snapshot

from tests.costs import counted_calls
from tests.identity.people import signed_in


@pytest.mark.parametrize("role", ["viewer", "contributor", "maintainer"])
def test_a_token_is_of_one_team_with_one_role(payments, role):
    me = getattr(payments, role).gets("me").body

    assert me["kind"] == "token"
    assert me["actor"].startswith("token:")
    assert me["tokenName"] == f"payments {role}"
    assert me["teams"] == [{"teamId": "payments", "role": role}]
    assert not me["isPlatformAdmin"]
    assert datetime.fromisoformat(me["expiresAt"]).tzinfo is not None


def test_a_platform_token_is_of_no_team_and_may_do_all(payments):
    me = payments.admin.gets("me").body

    assert (me["kind"], me["teams"], me["isPlatformAdmin"]) == ("token", [], True)


def test_a_user_has_a_role_in_each_team(payments):
    ada = signed_in("ada", vision="viewer", payments="maintainer")

    assert ada.gets("me").body == snapshot(
        {
            "actor": "user:ada",
            "kind": "user",
            "isPlatformAdmin": False,
            "teams": [{"teamId": "payments", "role": "maintainer"}, {"teamId": "vision", "role": "viewer"}],
            "expiresAt": None,
        }
    )


def test_a_user_of_no_team_is_somebody_all_the_same(payments):
    assert signed_in("newcomer").gets("me").body["teams"] == []


def test_an_administrator_is_called_one(payments):
    assert signed_in("root", is_platform_admin=True).gets("me").body["isPlatformAdmin"]


def test_nobody_is_told_to_sign_in(payments):
    answer = payments.anonymous.gets("me")

    assert (answer.status, answer.slug) == (401, "credentials-missing")


def test_a_known_token_costs_no_call_and_a_session_one(payments):
    ada = signed_in("ada", payments="viewer")
    payments.viewer.gets("me")

    with counted_calls() as of_the_token:
        payments.viewer.gets("me")
    with counted_calls() as of_the_session:
        ada.gets("me")

    assert (of_the_token, of_the_session) == ([], ["Query"])

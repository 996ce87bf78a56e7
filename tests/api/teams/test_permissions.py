"""Who may see and manage a team's people and tokens. A role that is too low is named; an outsider finds nothing."""

import pytest
from inline_snapshot import snapshot

from tests.identity.people import an_account, signed_in

READ = {"anonymous": 401, "viewer": 200, "contributor": 200, "maintainer": 200, "outsider": 404, "admin": 200}
MANAGE = {"anonymous": 401, "viewer": 403, "contributor": 403, "maintainer": 200, "outsider": 404, "admin": 200}

CALLS = {
    "read the team": ("GET", "teams/payments", None, READ),
    "list members": ("GET", "teams/payments/members", None, READ),
    "read a member": ("GET", "teams/payments/members/ada", None, READ),
    "read history": ("GET", "events?teamId=payments", None, READ),
    "add a member": ("POST", "teams/payments/members", {"username": "grace", "role": "viewer"}, MANAGE),
    "change a role": ("PATCH", "teams/payments/members/ada", {"role": "contributor"}, MANAGE),
    "remove a member": ("DELETE", "teams/payments/members/ada", None, MANAGE),
    "list tokens": ("GET", "teams/payments/tokens", None, MANAGE),
    "issue a token": ("POST", "teams/payments/tokens", {"name": "ci", "role": "viewer"}, MANAGE),
    "read a token": ("GET", "teams/payments/tokens/{token}", None, MANAGE),
    "revoke a token": ("DELETE", "teams/payments/tokens/{token}", None, MANAGE),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("who", READ)
def test_each_role_may_do_its_part_and_no_more(payments, who, call):
    an_account("ada", payments="viewer")
    an_account("grace")
    token = payments.maintainer.calls("POST", "teams/payments/tokens", {"name": "ci", "role": "viewer"}).body["tokenId"]
    method, path, body, expected = CALLS[call]

    answer = getattr(payments, who).calls(method, path.format(token=token), body)

    status = 200 if answer.status in {201, 204} else answer.status
    assert status == expected[who]


def test_the_refusal_names_the_role_that_it_takes(payments):
    answer = payments.contributor.gets("teams/payments/tokens")

    assert answer.problem == snapshot(
        {
            "type": "/problems/permission-denied",
            "title": "Your role does not allow this",
            "status": 403,
            "detail": (
                "Managing a team, its members and its tokens takes the role maintainer in team payments; "
                "yours is contributor."
            ),
        }
    )


class TestOwnRole:
    """Promised: a token's role is never above its creator's. Nobody gives more than they hold."""

    @pytest.mark.parametrize("own", ["viewer", "contributor"])
    @pytest.mark.parametrize("given", ["viewer", "contributor", "maintainer"])
    def test_who_manages_nothing_gives_nothing(self, payments, own, given):
        an_account("grace")
        caller = getattr(payments, own)

        token = caller.calls("POST", "teams/payments/tokens", {"name": "ci", "role": given})
        member = caller.calls("POST", "teams/payments/members", {"username": "grace", "role": given})

        assert (token.status, member.status) == (403, 403)

    def test_a_maintainer_here_is_nobody_there(self, payments):
        ada = signed_in("ada", payments="maintainer", vision="viewer")

        assert ada.calls("POST", "teams/payments/tokens", {"name": "ci", "role": "maintainer"}).status == 201
        assert ada.calls("POST", "teams/vision/tokens", {"name": "ci", "role": "viewer"}).status == 403

    def test_nobody_raises_themselves(self, payments):
        ada = signed_in("ada", payments="contributor")

        assert ada.calls("PATCH", "teams/payments/members/ada", {"role": "maintainer"}).status == 403

    def test_no_team_token_is_ever_an_administrator(self, payments):
        body = {"name": "ci", "role": "maintainer", "isPlatformAdmin": True, "teamId": None}

        answer = payments.maintainer.calls("POST", "teams/payments/tokens", body)

        assert answer.wrong_fields == {"isPlatformAdmin": "unknown", "teamId": "unknown"}

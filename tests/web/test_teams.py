"""Teams, their members and their tokens."""

import pytest

from tests.costs import counted_calls
from tests.identity.people import an_account
from tests.web.visitors import ACCEPT, Visitor

TEAM = "/api/v1/teams/payments"
NEW_MEMBER = "/web/teams/payments/members/new"
NEW_TOKEN = "/web/teams/payments/tokens/new"


@pytest.fixture
def ada(payments):
    return Visitor.signed_in("ada", payments="maintainer", vision="viewer")


@pytest.fixture
def eve(payments):
    return Visitor.signed_in("eve", payments="viewer")


class TestLooking:
    def test_the_list_tells_ones_role_in_each(self, ada):
        page = ada.sees("/api/v1/teams")

        assert "payments payments maintainer" in page.said
        assert "vision vision viewer" in page.said
        assert not page.offers("/web/teams/new")

    def test_who_is_in_none_is_told_what_to_do(self, payments):
        assert "A maintainer of one can add you" in Visitor.signed_in("bob").sees("/api/v1/teams").said

    def test_a_team_shows_members_and_what_happened_in_a_fixed_number_of_calls(self, ada, eve, payments):
        payments.contributor.registers("fraud", version="1.2.0")

        with counted_calls() as calls:
            page = ada.sees(TEAM)

        assert "eve viewer" in page.said
        assert "Model version registered payments.fraud 1.2.0" in page.said
        assert "Member added eve" in page.said
        assert calls == ["Query", "GetItem", "Query", "Query"]

    def test_only_maintainers_are_offered_what_only_they_may(self, ada, eve):
        ways = (NEW_MEMBER, "/web/teams/payments/settings", "/web/teams/payments/members/eve/role", f"{TEAM}/tokens")

        assert [ada.sees(TEAM).offers(way) for way in ways] == [True] * 4
        assert [eve.sees(TEAM).offers(way) for way in ways] == [False] * 4

    def test_members_and_tokens_have_pages(self, ada):
        assert ada.sees(f"{TEAM}/members").headings == ["Members of payments"]
        assert "payments contributor" in ada.sees(f"{TEAM}/tokens").said


class TestMembers:
    def test_a_user_is_taken_in_with_a_role(self, ada):
        an_account("bob")

        page = ada.sends(ada.sees(NEW_MEMBER), username="bob", role="contributor")

        assert (page.address, page.notices) == (TEAM, ["bob is contributor of team payments."])
        assert "bob contributor" in page.said

    def test_a_stranger_to_the_registry_is_refused_beside_the_field(self, ada):
        page = ada.sends(ada.sees(NEW_MEMBER), username="nobody")

        assert page.status == 400
        assert "There is no such user" in page.beside("username")
        assert page.form.values["username"] == "nobody"

    def test_a_role_is_changed_and_begins_with_what_it_is(self, ada, eve):
        form = ada.sees("/web/teams/payments/members/eve/role")
        assert form.form.values["role"] == "viewer"

        page = ada.sends(form, role="maintainer")

        assert page.notices == ["eve is maintainer now."]

    def test_a_member_is_removed_after_a_look(self, ada, eve):
        shown = ada.sees("/web/teams/payments/members/eve/remove")
        assert "eve is viewer of payments" in shown.said

        assert ada.sends(shown).notices == ["eve is no member of payments any more."]
        assert eve.sees(TEAM).status == 404

    def test_the_last_maintainer_stays(self, ada):
        page = ada.sends(ada.sees("/web/teams/payments/members/ada/remove"))

        assert page.status == 409
        assert "last maintainer" in page.alerts[0]

    def test_whoever_leaves_is_led_out(self, ada):
        Visitor.signed_in("bob", payments="maintainer")

        assert ada.sends(ada.sees("/web/teams/payments/members/ada/remove")).address == "/api/v1/teams"

    @pytest.mark.parametrize("name", ["nobody", "!!"])
    def test_who_is_no_member_is_missing(self, ada, name):
        assert ada.sees(f"/web/teams/payments/members/{name}/role").status == 404


class TestFounding:
    FORM = "/web/teams/new"

    def test_is_for_platform_administrators(self, ada):
        page = ada.sees(self.FORM)

        assert page.status == 403
        assert "takes a platform administrator" in page.said

    def test_leads_to_the_team(self, payments):
        root = Visitor.signed_in("root", is_platform_admin=True)
        assert root.sees("/api/v1/teams").offers(self.FORM)

        page = root.sends(root.sees(self.FORM), teamId="lab", protectedAliases="live, champion")

        assert page.address == "/api/v1/teams/lab"
        assert root.gets("teams/lab").body["protectedAliases"] == ["live", "champion"]

    @pytest.mark.parametrize(("slug", "status"), [("No Team", 400), ("payments", 409)])
    def test_is_refused_where_the_name_will_not_do(self, payments, slug, status):
        root = Visitor.signed_in("root", is_platform_admin=True)

        page = root.sends(root.sees(self.FORM), teamId=slug)

        assert page.status == status
        assert page.form.values["teamId"] == slug


class TestTokens:
    def test_a_secret_is_shown_once_and_kept_nowhere(self, ada, caplog):
        form = ada.sees(NEW_TOKEN)
        response = ada.client.post(NEW_TOKEN, form.form.values | {"name": "ci"}, headers={"accept": ACCEPT})
        secret = response.content.decode().partition('aria-label="Token">')[2].partition("<")[0]

        assert (response.status_code, response.headers["Cache-Control"]) == (201, "no-store")
        assert secret.startswith("mr_")
        assert len(secret) == 52
        assert secret not in str(response.headers)
        assert secret not in str(ada.client.cookies)
        assert secret not in caplog.text
        assert secret not in ada.sees(f"{TEAM}/tokens").html
        assert ada.calls("GET", "me", authorization=f"Bearer {secret}").body["tokenName"] == "ci"

    def test_only_roles_up_to_ones_own_are_offered_and_taken(self, payments):
        ada = Visitor.signed_in("ada", payments="maintainer")
        assert ada.sees(NEW_TOKEN).form.choices["role"] == ["viewer", "contributor", "maintainer"]

        page = ada.sends(ada.sees(NEW_TOKEN), name="x", role="admin")

        assert page.status == 400
        assert page.beside("role")

    @pytest.mark.parametrize(
        ("typed", "field"),
        [({"name": ""}, "name"), ({"expiresInDays": "0"}, "expiresInDays"), ({"expiresInDays": "x"}, "expiresInDays")],
    )
    def test_what_is_wrong_stands_beside_its_field(self, ada, typed, field):
        page = ada.sends(ada.sees(NEW_TOKEN), **({"name": "ci"} | typed))

        assert page.status == 400
        assert page.beside(field)

    def test_one_is_revoked_after_a_look(self, ada):
        token = ada.gets("teams/payments/tokens").body["results"][0]
        address = f"/web/teams/payments/tokens/{token['tokenId']}/revoke"
        shown = ada.sees(address)
        assert token["name"] in shown.said

        assert ada.sends(shown).notices == ["The token is revoked."]
        assert "revoked already" in ada.sees(address).said

    def test_another_teams_is_missing(self, ada, payments):
        token_id = payments.outsider.gets("me").body["actor"].removeprefix("token:")

        assert ada.sees(f"/web/teams/payments/tokens/{token_id}/revoke").status == 404


def test_the_switcher_leads_to_the_models_of_ones_own_teams(ada):
    page = ada.sees("/web/account")

    addresses = [given["href"] for tag, given in page.tags if tag == "a"]
    switched = {address for address in addresses if address.startswith("/api/v1/models?teamId=")}
    assert switched == {"/api/v1/models?teamId=payments", "/api/v1/models?teamId=vision"}

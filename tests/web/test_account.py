"""Signing in and out with the page, another password, one's own tokens."""

import pytest

from tests.costs import counted_calls
from tests.identity.people import PASSWORD, an_account
from tests.web.visitors import Visitor

ACCOUNT = "/web/account"
FORM = "/web/account/password"
NEW = "quite-another-long-password"
TYPED = {"currentPassword": PASSWORD, "newPassword": NEW, "newPasswordAgain": NEW}


@pytest.fixture
def ada(payments):
    return Visitor.signed_in("ada", payments="maintainer", vision="contributor")


class TestSigningIn:
    def test_a_page_that_needs_it_leads_there_and_back(self, payments):
        an_account("ada", payments="viewer")
        visitor = Visitor("ada")
        answer = visitor.client.get("/api/v1/teams/payments?format=raw", headers={"accept": "text/html"})
        form = visitor.sees(answer.headers["Location"])
        assert form.headings == ["Sign in"]

        sent = visitor.client.post(form.address, form.form.values | {"username": "ada", "password": PASSWORD})

        assert sent.headers["Location"] == "/api/v1/teams/payments?format=raw"

    def test_who_is_refused_keeps_name_and_destination(self, payments):
        visitor = Visitor("ada")
        page = visitor.sends(visitor.sees("/login?next=/web/account"), username="ada", password="wrong")

        assert page.alerts == ["That user name and password do not belong together."]
        assert (page.form.values["username"], page.form.values["next"]) == ("ada", "/web/account")
        assert page.form.values["password"] == ""

    def test_the_page_of_the_caller_leads_to_the_account(self, ada):
        page = ada.sees("/api/v1/me")

        assert page.headings == ["ada"]
        assert page.offers(ACCOUNT)

    def test_the_button_signs_out(self, ada):
        thief = ada.copy_of_session()
        [form] = [form for form in ada.sees(ACCOUNT).forms if form.action == "/logout"]

        ada.posts("/logout", form.values)

        assert ada.client.get(ACCOUNT, headers={"accept": "text/html"}).status_code == 302
        assert thief.gets("me").status == 401


class TestAnotherPassword:
    def test_ends_the_other_sessions_and_keeps_this_one(self, ada):
        thief = ada.copy_of_session()

        page = ada.sends(ada.sees(FORM), **TYPED)

        assert page.address == ACCOUNT
        assert "this one goes on" in page.notices[0]
        assert thief.gets("me").status == 401
        assert Visitor("ada").signs_in("ada").status_code == 200
        assert Visitor("ada").signs_in("ada", NEW).status_code == 302

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"currentPassword": "wrong"}, "currentPassword", "not your present password"),
            ({"newPasswordAgain": "x"}, "newPasswordAgain", "do not agree"),
            ({"newPassword": "short", "newPasswordAgain": "short"}, "newPassword", "at least 12"),
            ({"newPassword": "password123456"} | {"newPasswordAgain": "password123456"}, "newPassword", "common"),
        ],
    )
    def test_is_refused_beside_the_field_and_no_password_comes_back(self, ada, typed, field, said):
        page = ada.sends(ada.sees(FORM), **TYPED | typed)

        assert page.status == 400
        assert said in page.beside(field)
        assert PASSWORD not in page.html
        assert NEW not in page.html
        assert ada.gets("me").status == 200


class TestTokens:
    def test_those_that_one_issued_are_listed_and_lead_to_their_end(self, ada):
        ada.calls("POST", "teams/payments/tokens", {"name": "mine", "role": "viewer"})

        with counted_calls() as calls:
            page = ada.sees(ACCOUNT)

        assert "mine payments viewer" in page.said
        assert "payments contributor" not in page.said
        assert calls == ["Query", "Query"]
        [address] = [link for link in page.links.values() if "revoke" in link]
        assert ada.sends(ada.sees(address)).address == ACCOUNT
        assert "mine payments" not in ada.sees(ACCOUNT).said

"""Who may enter, and what throws them out again."""

import getpass
import re

import pytest

from models_app.domain.actors import command_line
from models_app.domain.teams import Username
from models_app.services import users
from tests.admin.people import Administrator, Page, an_administrator, signed_in_to_admin
from tests.api.test_isolation import routes
from tests.commands.shell import run
from tests.identity.people import PASSWORD, an_account

NEW = "another-long-password"


def enters(browser):
    return browser.sees("/admin/").text.startswith("Administration")


class TestTheDoor:
    def test_an_administrator_signs_in_at_the_admin_itself(self, payments):
        an_account("root", is_platform_admin=True)
        root = Administrator("root")
        page = root.sees("/admin/models_app/team/")
        assert page.text.startswith("Log in")

        page = root.sends("/admin/login/?next=/admin/models_app/team/", username="root", password=PASSWORD)

        assert page.rows == ["payments", "vision"]

    def test_the_address_without_its_slash_leads_there(self, payments):
        assert enters(an_administrator())
        assert Administrator("x").sees("/admin").text.startswith("Log in")

    @pytest.mark.parametrize("role", ["viewer", "contributor", "maintainer"])
    def test_members_of_teams_are_told_that_it_is_not_for_them(self, payments, role):
        page = signed_in_to_admin("ada", payments=role).sees("/admin/models_app/team/")

        assert page.text.startswith("Log in")
        assert "not authorized to access this page" in page.text
        assert "payments" not in page.text

    def test_no_address_behind_it_is_open_to_others(self, payments):
        known = {route.replace("(?P<app_label>models_app)", "models_app") for route, _ in routes()}
        paths = {re.sub(r"<[^>]*>|[\^$]", "x", route) for route in known if route.startswith("admin/")}
        closed = sorted(paths - {"admin/login/"})
        assert len(closed) > 45

        for somebody in (Administrator("nobody"), signed_in_to_admin("ada", payments="maintainer")):
            for path in closed:
                answer = somebody.client.get(f"/{path}")
                assert answer.status_code == 302, path
                assert answer.url.partition("?")[0] in {"/admin/login/", "/admin/"}, path  # signing out leads back

    def test_a_wrong_password_opens_nothing(self, table):
        an_account("root", is_platform_admin=True)
        root = Administrator("root")
        root.sees("/admin/")

        assert "Please enter the correct" in root.sends("/admin/login/", username="root", password=NEW).text
        assert not enters(root)

    def test_a_right_taken_back_closes_it_with_the_next_page(self, table):
        root = an_administrator()
        assert enters(root)

        users.update_user(actor=command_line(), username=Username("root"), is_platform_admin=False)

        assert not enters(root)

    def test_who_was_made_an_administrator_on_the_command_line_enters(self, table, monkeypatch):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        assert run("createsuperuser", username="root", email="root@example.org", interactive=False).code == 0
        root = Administrator("root")
        root.signs_in("root")

        assert enters(root)

    @pytest.mark.parametrize(
        "path", ["/admin/nothing/", "/admin/models_app/nothing/", "/admin/r/1/1/", "/admin/autocomplete/"]
    )
    def test_what_is_not_there_is_told_on_a_page(self, table, path):
        page = an_administrator().sees(path)

        assert (page.status, "Nothing lives at this address." in page.text) == (404, True)


class TestOldCookies:
    @pytest.fixture
    def thief(self, table):
        """Somebody with a copy of an administrator's session cookie."""
        root = an_administrator()
        thief = Administrator("thief")
        thief.client.cookies["session"] = root.session
        assert enters(thief)
        self.root = root
        return thief

    def test_signing_out_kills_them(self, thief):
        assert self.root.sends("/admin/logout/").status == 200

        assert not enters(thief)

    def test_a_new_password_kills_them_and_leaves_its_owner_signed_in(self, thief):
        self.root.sees("/admin/password_change/")
        page = self.root.sends("/admin/password_change/", old_password=PASSWORD, new_password1=NEW, new_password2=NEW)

        assert "Your password was changed." in page.text
        assert (enters(self.root), enters(thief)) == (True, False)

    def test_so_does_one_from_the_command_line(self, thief, monkeypatch):
        monkeypatch.setattr(getpass, "getpass", lambda *_, **__: NEW)
        assert run("changepassword", "root").code == 0

        assert not enters(thief)

    def test_and_deactivation(self, thief):
        users.update_user(actor=command_line(), username=Username("root"), is_active=False)

        assert not enters(thief)


class TestForms:
    @pytest.mark.parametrize(
        "path",
        [
            "team/add/",
            "team/payments/change/",
            "team/payments/delete/",
            "team/",
            "/admin/logout/",
            "/admin/password_change/",
        ],
    )
    def test_none_is_taken_without_its_token(self, payments, path):
        root = an_administrator()
        address = path if path.startswith("/") else f"/admin/models_app/{path}"

        assert root.client.post(address, {"slug": "fresh", "post": "yes"}).status_code == 403
        assert root.sees("team/").rows == ["payments", "vision"]

    def test_pages_are_not_kept_and_run_no_script_of_others(self, payments):
        page = an_administrator().sees("team/").response

        assert "no-store" in page.headers["Cache-Control"]
        assert "script-src 'self'; style-src 'self'" in page.headers["Content-Security-Policy"]

    def test_no_page_has_an_inline_script_or_style(self, payments):
        root = an_administrator()
        for path in (
            "/admin/",
            "team/",
            "team/payments/change/",
            "team/payments/history/",
            "team/payments/delete/",
            "token/add/",
        ):
            page: Page = root.sees(path)
            assert " style=" not in page.html, path
            assert "<style" not in page.html, path
            assert "<script>" not in page.html, path
            assert " onclick=" not in page.html, path

"""What kills a session. The cookie is signed and kept nowhere, so each way is tried with a copy of it."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import make_password

from models_app.domain import clock
from models_app.domain.actors import command_line
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.services import teams, users
from tests.costs import counted_calls
from tests.identity.people import signed_in

ADA = Username("ada")


@pytest.fixture
def ada(payments):
    """A maintainer at her browser, and a second one who stays."""
    signed_in("grace", payments="maintainer")
    return signed_in("ada", payments="maintainer")


@pytest.fixture
def thief(ada):
    """Somebody with a copy of ada's session cookie."""
    thief = ada.copy_of_session()
    assert thief.gets("me").body["actor"] == "user:ada"
    return thief


class TestEnding:
    def test_signing_out_kills_a_captured_cookie(self, ada, thief):
        assert ada.signs_out().status_code == 302

        assert (ada.gets("me").status, thief.gets("me").status) == (401, 401)

    def test_signing_in_again_does_not_bring_the_old_one_back(self, ada, thief):
        ada.signs_out()
        ada.signs_in("ada")

        assert (ada.gets("me").status, thief.gets("me").status) == (200, 401)

    def test_a_new_password_kills_it(self, thief):
        users.update_user(actor=command_line(), username=ADA, password=make_password("another-long-password"))

        assert thief.gets("me").status == 401

    def test_deactivation_counts_at_once_and_reactivation_gives_it_back(self, thief):
        users.update_user(actor=command_line(), username=ADA, is_active=False)
        assert thief.gets("me").status == 401

        users.update_user(actor=command_line(), username=ADA, is_active=True)
        assert thief.gets("me").status == 200

    def test_an_ended_membership_counts_at_once(self, thief):
        assert thief.gets("teams/payments").status == 200

        teams.remove_member(actor=command_line(), slug=TeamSlug("payments"), username=ADA)

        assert thief.gets("teams/payments").status == 404
        assert thief.gets("me").body["teams"] == []

    def test_and_so_does_a_lower_role(self, thief):
        teams.change_role(actor=command_line(), slug=TeamSlug("payments"), username=ADA, role=Role.VIEWER)

        assert thief.gets("teams/payments/tokens").status == 403

    def test_a_right_taken_back_is_gone_with_the_next_request(self, table):
        root = signed_in("root", is_platform_admin=True)
        assert root.gets("teams").status == 200

        users.update_user(actor=command_line(), username=Username("root"), is_platform_admin=False)

        assert not root.gets("me").body["isPlatformAdmin"]

    def test_eight_hours_later_it_is_over(self, thief):
        now = clock.now()
        with time_machine.travel(now + timedelta(hours=7, minutes=59), tick=False):
            assert thief.gets("me").status == 200
        with time_machine.travel(now + timedelta(hours=8, minutes=1), tick=False):
            assert thief.gets("me").status == 401


class TestTheCookie:
    def test_it_is_out_of_reach_of_scripts_and_of_other_sites(self, ada):
        cookie = ada.client.cookies["session"]

        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        assert cookie["domain"] == ""

    def test_on_aws_both_cookies_are_bound_to_https_and_to_the_host(self):
        environment = {"ENVIRONMENT": "prod", "REGISTRY_SECRET_KEY": "k" * 60, "PATH": os.environ["PATH"]}
        names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE")
        program = f"from registry_project import settings; print([getattr(settings, name) for name in {names}])"

        said = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout

        assert said.strip() == "['__Host-session', True, '__Host-csrf', True]"

    def test_each_login_makes_another_one(self, ada):
        first = ada.session
        ada.signs_out()
        ada.signs_in("ada")

        assert ada.session != first

    def test_it_holds_no_password_and_no_hash_of_one(self, ada):
        from base64 import urlsafe_b64decode
        from zlib import decompress

        payload = ada.session.split(":")[0]
        raw = urlsafe_b64decode(payload.lstrip(".") + "==")
        held = (decompress(raw) if payload.startswith(".") else raw).decode()

        assert "argon2" not in held
        assert set(re.findall(r'"(_\w+)":', held)) <= {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}

    def test_one_changed_character_anywhere_makes_it_nobodys_at_no_cost(self, ada):
        cookie = ada.session
        thief = ada.copy_of_session()
        statuses = set()
        with counted_calls() as calls:
            for place, character in enumerate(cookie):
                other = "A" if character != "A" else "B"
                thief.client.cookies["session"] = cookie[:place] + other + cookie[place + 1 :]
                statuses.add(thief.gets("me").status)

        assert statuses == {401}
        assert calls == []

    @pytest.mark.parametrize(
        "cookie", ["", "x", ":", "a:b:c", "e30:1:1", ".eJw:1uX:x", "é", "\x00", "A" * 8000, "null", "{}", "x;y=z"]
    )
    def test_and_what_was_never_one_does_no_harm(self, ada, cookie):
        ada.client.cookies["session"] = cookie

        assert ada.gets("me").status == 401

    def test_one_signed_for_something_else_is_not_taken(self, ada):
        from django.core import signing

        claims = {"_auth_user_id": "ada", "_auth_user_backend": "models_app.identity.sessions.AccountBackend"}
        ada.client.cookies["session"] = signing.dumps(claims, salt="cursor|/api/v1/models|[]|payments", compress=True)

        assert ada.gets("me").status == 401

    def test_one_signed_rightly_without_the_users_own_mark_is_not_taken(self, ada):
        from django.core import signing

        claims = {"_auth_user_id": "ada", "_auth_user_backend": "models_app.identity.sessions.AccountBackend"}
        salt = "django.contrib.sessions.backends.signed_cookies"
        ada.client.cookies["session"] = signing.dumps(claims, salt=salt, compress=True)

        assert ada.gets("me").status == 401

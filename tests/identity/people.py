"""People with accounts, and the browsers that they sign in with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client

from models_app.domain.actors import command_line
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.services import teams, users
from tests.callers import Answer, Caller

PASSWORD = "correct-horse-battery-staple"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def a_browser_client() -> Client:
    """A client that is asked for CSRF tokens, as every browser is."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@dataclass
class Browser(Caller):
    """Somebody at a browser: cookies instead of a token."""

    client: Client = field(default_factory=a_browser_client)

    def calls(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send one request, as the pages' scripts do: with the CSRF token, where that takes one."""
        if method in UNSAFE and self.csrf_token:
            more.setdefault("x_csrftoken", self.csrf_token)
        return super().calls(method, path, body, **more)

    def opens(self, path: str) -> HttpResponse:
        """A page."""
        page: HttpResponse = self.client.get(path)
        return page

    def submits(self, path: str, **fields: str) -> HttpResponse:
        """A form, with the token that belongs to it."""
        answer: HttpResponse = self.client.post(path, {"csrfmiddlewaretoken": self.csrf_token, **fields})
        return answer

    def signs_in(self, username: str, password: str = PASSWORD, **fields: str) -> HttpResponse:
        """Open the form, fill it in and send it."""
        self.opens("/login")
        return self.submits("/login", username=username, password=password, **fields)

    def signs_out(self) -> HttpResponse:
        """Press the button."""
        return self.submits("/logout")

    @property
    def csrf_token(self) -> str:
        """What the form would hold."""
        cookie = self.client.cookies.get("csrftoken")
        return cookie.value if cookie else ""

    @property
    def session(self) -> str:
        """The cookie that a thief would copy."""
        cookie = self.client.cookies.get("session")
        return cookie.value if cookie else ""

    def copy_of_session(self) -> Browser:
        """A thief with the same session cookie."""
        thief = Browser("thief")
        thief.client.cookies["session"] = self.session
        return thief


def an_account(username: str, *, is_platform_admin: bool = False, **roles: str) -> Username:
    """Open an account with roles in teams: ``an_account("ada", payments="maintainer")``."""
    name = Username(username)
    operator = command_line()
    users.create_user(actor=operator, username=name, password=hashed(PASSWORD), is_platform_admin=is_platform_admin)
    for team, role in roles.items():
        teams.add_member(actor=operator, slug=TeamSlug(team), username=name, role=Role(role))
    return name


def signed_in(username: str, *, is_platform_admin: bool = False, **roles: str) -> Browser:
    """Somebody with a new account, signed in."""
    an_account(username, is_platform_admin=is_platform_admin, **roles)
    browser = Browser(username)
    assert browser.signs_in(username).status_code == 302
    return browser


@cache
def hashed(password: str) -> str:
    """The password's hash, made once: it is slow on purpose."""
    return make_password(password)

"""Signing in and out. A session is a signed cookie; what kills it is the epoch in the user's item."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.signals import user_logged_out
from django.contrib.auth.views import LoginView
from django.dispatch import receiver
from django.http import HttpRequest

from models_app.domain.errors import InvalidFields
from models_app.domain.teams import Username, parse_username
from models_app.domain.users import User as Account
from models_app.identity.user import User
from models_app.services import users


class AccountBackend(BaseBackend):
    """User name and password, for people. One call, and the work of one password hash, whoever is named.

    A failure costs one call more, which counts it.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """The user, or None. An unknown name costs the same time as a wrong password.

        Raises:
            TooManySignIns: it failed too often of late.
        """
        try:
            name = parse_username(username or "")
        except InvalidFields:
            make_password(password)
            return None
        account = users.sign_in(username=name, is_right=lambda account: _opens(password, account))
        return User.of(account) if account else None

    def get_user(self, user_id: str) -> User | None:
        """The user of a session. One call, so that a deactivated account or an ended membership counts at once."""
        user = _find(user_id)
        return user if user is not None and user.is_active else None


class SignInView(LoginView):
    """Django's form; who is signed in already is sent on."""

    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:
        """Where to go after signing in: nowhere else than asked for, and not back to the form."""
        url: str = super().get_redirect_url()
        return "" if url.partition("?")[0] == self.request.path else url


@receiver(user_logged_out)
def end_all_sessions(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Signing out ends every session of the user: a signed cookie alone cannot be taken back."""
    if user is not None:
        actor = user.actor(request_id=getattr(request, "request_id", ""))
        users.update_user(actor=actor, username=Username(user.username), end_sessions=True)


def _opens(password: str | None, account: Account | None) -> bool:
    if account is None or password is None:
        make_password(password)
        return False
    return check_password(password, account.password, setter=None) and account.is_active


def _find(username: str) -> User | None:
    try:
        account = users.find_user(parse_username(username))
    except InvalidFields:
        return None
    return User.of(account) if account else None

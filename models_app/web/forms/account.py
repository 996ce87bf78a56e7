"""One's own account: password, tokens, teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from models_app.domain.actors import Actor
from models_app.domain.clock import wire
from models_app.domain.errors import InvalidFields
from models_app.domain.permissions import Permission, permits
from models_app.services import tokens
from models_app.web.forms.fields import RegistryForm
from models_app.web.forms.page import Crumb, FormPage
from models_app.web.frame import actor_of, frame_of

# One call a team: whoever is in more finds the tokens of the others on their pages.
MOST_TEAMS = 10
MOST_TOKENS = 100


class AccountPage(View):
    """Who one is here: teams, tokens that one issued, and the way to another password."""

    http_method_names = ["get", "head"]  # noqa: RUF012 - as in Django

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page. One call for each team that one maintains."""
        actor = actor_of(request)
        managed = sorted(team for team in actor.roles if permits(actor, Permission.MANAGE_TEAM, team=team))
        own = {
            "title": "Your account",
            "json_link": None,
            "actor": actor,
            "roles": sorted(actor.roles.items()),
            "tokens": [each for team in managed[:MOST_TEAMS] for each in _own_tokens(actor, team)],
            "managed": managed,
            "unread": managed[MOST_TEAMS:],
        }
        return render(request, "web/account.html", frame_of(request) | own)


class PasswordForm(RegistryForm):
    """The password that is, and the one that is to be."""

    currentPassword = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    newPassword = forms.CharField(
        label="New password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters, no common password, and nothing like your name.",
    )
    newPasswordAgain = forms.CharField(
        label="New password, once more",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PasswordPage(FormPage):
    """Another password. It ends all other sessions of this user; the one that asked goes on."""

    form_class = PasswordForm
    template = "web/password.html"
    title = "Change your password"
    button = "Change"
    done = "Your password is changed. Sessions elsewhere are over; this one goes on."

    def trail(self) -> list[Crumb]:
        """The account."""
        return [("Your account", reverse("account"))]

    def perform(self, values: dict[str, Any]) -> str:
        """Change it; the account's page. Two calls."""
        user: Any = self.request.user
        if not user.check_password(values["currentPassword"]):
            raise InvalidFields.one("currentPassword", "wrong", "This is not your present password.")
        if values["newPassword"] != values["newPasswordAgain"]:
            raise InvalidFields.one("newPasswordAgain", "differs", "The two do not agree.")
        try:
            password_validation.validate_password(values["newPassword"], user)
        except forms.ValidationError as wrong:
            raise InvalidFields.one("newPassword", "weak", " ".join(wrong.messages)) from wrong
        user.set_password(values["newPassword"])
        user.save()
        update_session_auth_hash(self.request, user)
        return reverse("account")


def _own_tokens(actor: Actor, team: Any) -> list[dict[str, Any]]:
    found = tokens.list_tokens(actor=actor, team=team, limit=MOST_TOKENS).items
    return [
        {"id": token.id, "name": token.name, "team": team, "role": token.role, "expiresAt": wire(token.expires_at)}
        for token in found
        if token.created_by == actor.name
    ]

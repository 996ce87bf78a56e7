"""Founding a team, its settings, its members and its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from models_app.api.teams import (
    AddMemberRequest,
    ChangeRoleRequest,
    CreateTeamRequest,
    TeamFields,
    TeamRepresentation,
)
from models_app.api.tokens import IssueTokenRequest
from models_app.domain.actors import Actor
from models_app.domain.clock import wire
from models_app.domain.errors import InvalidFields, MemberNotFound
from models_app.domain.permissions import authorize_platform
from models_app.domain.teams import DEFAULT_PROTECTED_ALIASES, Role, TeamSlug, Username, parse_username
from models_app.domain.tokens import DEFAULT_LIFETIME, MAX_LIFETIME
from models_app.services import teams, tokens
from models_app.services.preconditions import Expected
from models_app.web.forms.confirming import ConfirmPage
from models_app.web.forms.editing import EditForm, EditPage, Standing
from models_app.web.forms.fields import LinesField, RegistryForm
from models_app.web.forms.page import Crumb, FormPage, checked
from models_app.web.forms.subjects import TeamFormPage
from models_app.web.frame import frame_of

DUTIES = {
    Role.VIEWER: "reads",
    Role.CONTRIBUTOR: "also registers, edits and moves ordinary aliases",
    Role.MAINTAINER: "also deploys, deletes, moves protected aliases, manages the team",
}
PROTECTED = "Aliases that only maintainers move, one a line."


class FoundForm(RegistryForm):
    """A team to found."""

    teamId = forms.CharField(label="Team", help_text="2-63 lower-case letters, digits and hyphens. It never changes.")
    displayName = forms.CharField(label="Name", required=False, help_text="How people call it.")
    protectedAliases = LinesField(
        label="Protected aliases", required=False, help_text=PROTECTED, initial=list(DEFAULT_PROTECTED_ALIASES)
    )


class FoundPage(FormPage):
    """A new team, for platform administrators."""

    form_class = FoundForm
    title = "Found a team"
    button = "Found"

    def begin(self) -> None:
        """Refuse who is no platform administrator."""
        authorize_platform(self.actor, "Creating a team")

    def trail(self) -> list[Crumb]:
        """Teams."""
        return [("Teams", reverse("teams"))]

    def perform(self, values: dict[str, Any]) -> str:
        """Found it; its page. One call."""
        said = {name: value for name, value in values.items() if value != ""}
        asked = checked(CreateTeamRequest(data=said))
        team = teams.create_team(
            actor=self.actor,
            slug=asked["teamId"],
            display_name=asked.get("displayName", ""),
            protected_aliases=asked["protectedAliases"],
        )
        self.done = f"Team {team.slug} is founded. Add its first members."
        return reverse("team", kwargs={"team": team.slug})


class TeamForm(EditForm):
    """What a team's maintainers may change."""

    displayName = forms.CharField(label="Name", help_text="How people call it.")
    protectedAliases = LinesField(label="Protected aliases", required=False, help_text=PROTECTED)


class TeamEditPage(TeamFormPage, EditPage):
    """A team's settings."""

    form_class = TeamForm

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which team."""
        return f"Settings of {self.team}"

    def standing(self) -> Standing:
        """The team. One call."""
        team = teams.get_team(actor=self.actor, slug=self.team)
        told = TeamRepresentation().to_representation(team)
        values = {name: told[name] for name in TeamForm().own_fields}
        return Standing(etag=team.etag, values=values, at=wire(team.updated_at))

    def save(self, typed: Mapping[str, Any], *, expected: Expected) -> str:
        """Change what was typed. Two calls."""
        asked = checked(TeamFields(data=dict(typed)))
        teams.update_team(
            actor=self.actor,
            slug=self.team,
            display_name=asked.get("displayName"),
            protected_aliases=asked.get("protectedAliases"),
            expected=expected,
        )
        return self.team_page


class RoleForm(RegistryForm):
    """A role, out of those that one may grant."""

    role = forms.ChoiceField(widget=forms.RadioSelect)


class MemberForm(RoleForm):
    """A user to take in."""

    username = forms.CharField(label="User name", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field_order = ("username", "role")


class GrantPage(TeamFormPage):
    """A form that hands out a role: none above one's own."""

    form_class = RoleForm

    def make(self, data: Any = None) -> RegistryForm:
        """The form, with the roles that may be granted."""
        form = super().make(data)
        form.fields["role"].choices = _grantable(self.actor, self.team)  # type: ignore[attr-defined]
        return form


class MemberAddPage(GrantPage):
    """A user who gets a role in the team. Two calls."""

    form_class = MemberForm
    button = "Add"

    @property
    def title(self) -> str:  # type: ignore[override]
        """To which team."""
        return f"Add a member to {self.team}"

    def initial(self) -> dict[str, Any]:
        """The least role."""
        return {"role": Role.VIEWER}

    def perform(self, values: dict[str, Any]) -> str:
        """Take the user in; the team's page."""
        asked = checked(AddMemberRequest(data=values))
        added = teams.add_member(actor=self.actor, slug=self.team, **asked)
        self.done = f"{added.member.username} is {added.member.role} of team {self.team}."
        return self.team_page


class MemberScopedPage(TeamFormPage):
    """Something about one member."""

    @property
    def username(self) -> Username:
        """The user that the address names."""
        try:
            return parse_username(self.kwargs["username"])
        except InvalidFields:
            raise MemberNotFound(username=self.kwargs["username"], team=self.team) from None


class MemberRolePage(GrantPage, MemberScopedPage):
    """Another role for a member. Two calls."""

    button = "Change"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Of which member."""
        return f"Role of {self.username} in {self.team}"

    def initial(self) -> dict[str, Any]:
        """The role now. One call."""
        member = teams.get_member(actor=self.actor, slug=self.team, username=self.username)
        return {"role": member.role}

    def perform(self, values: dict[str, Any]) -> str:
        """Change it; the team's page."""
        role = checked(ChangeRoleRequest(data=values))["role"]
        teams.change_role(actor=self.actor, slug=self.team, username=self.username, role=role)
        self.done = f"{self.username} is {role} now."
        return self.team_page


class MemberRemovePage(MemberScopedPage, ConfirmPage):
    """The end of a membership. Two calls."""

    button = "Remove"
    is_grave = True

    @property
    def title(self) -> str:  # type: ignore[override]
        """Of which member."""
        return f"Remove {self.username} from {self.team}"

    def look(self) -> dict[str, Any]:
        """The member. One call."""
        member = teams.get_member(actor=self.actor, slug=self.team, username=self.username)
        sentence = (
            f"{member.username} is {member.role} of {self.team}, and sees nothing of it from the next request on. "
            "Tokens that this user issued belong to the team and stay."
        )
        return {"sentence": sentence}

    def perform(self, values: dict[str, Any]) -> str:
        """Remove the member; the team's page, or the list of teams for whoever left."""
        teams.remove_member(actor=self.actor, slug=self.team, username=self.username)
        self.done = f"{self.username} is no member of {self.team} any more."
        has_left = self.actor.name == f"user:{self.username}" and not self.actor.is_platform_admin
        return reverse("teams") if has_left else self.team_page


class TokenForm(RoleForm):
    """A token to make."""

    name = forms.CharField(label="What it is for", help_text="The name of a pipeline, say.", max_length=100)
    expiresInDays = forms.IntegerField(
        label="Good for so many days",
        initial=DEFAULT_LIFETIME.days,
        min_value=1,
        max_value=MAX_LIFETIME.days,
        help_text=f"1 to {MAX_LIFETIME.days}.",
    )
    field_order = ("name", "role", "expiresInDays")


class TokenIssuePage(GrantPage):
    """A new token. Its text is in the answer to the form and nowhere else: in no cookie, address, message or log."""

    form_class = TokenForm
    button = "Issue"

    @property
    def title(self) -> str:  # type: ignore[override]
        """For which team."""
        return f"Issue a token of {self.team}"

    def initial(self) -> dict[str, Any]:
        """What a pipeline mostly needs."""
        return {"role": Role.CONTRIBUTOR, "expiresInDays": DEFAULT_LIFETIME.days}

    def trail(self) -> list[Crumb]:
        """The team's tokens."""
        return [*super().trail(), ("Tokens", reverse("tokens", kwargs={"team": self.team}))]

    def perform(self, values: dict[str, Any]) -> HttpResponse:
        """Issue it, and show it this once. One call."""
        asked = checked(IssueTokenRequest(data=values))
        issued = tokens.issue_token(
            actor=self.actor, team=self.team, name=asked["name"], role=asked["role"], days=asked["expiresInDays"]
        )
        own = {
            "title": "Copy the token now",
            "trail": self.trail(),
            "json_link": None,
            "token": issued.token,
            "expires_at": wire(issued.token.expires_at),
            "secret": issued.text.text,
        }
        response = render(self.request, "web/token.html", frame_of(self.request) | own, status=201)
        response.headers["Cache-Control"] = "no-store"
        return response


class TokenRevokePage(TeamFormPage, ConfirmPage):
    """The end of a token. Two calls."""

    title = "Revoke a token"
    button = "Revoke"
    is_grave = True

    def trail(self) -> list[Crumb]:
        """The team's tokens."""
        return [*super().trail(), ("Tokens", reverse("tokens", kwargs={"team": self.team}))]

    def look(self) -> dict[str, Any]:
        """The token, without its secret. One call."""
        token = tokens.get_token(actor=self.actor, team=self.team, token_id=self.kwargs["token_id"])
        if token.revoked_at is not None:
            return {"sentence": f"The token “{token.name}” is revoked already.", "can": False}
        sentence = (
            f"The token “{token.name}” ({token.role}, issued by {token.created_by}) is refused everywhere within "
            "30 seconds. This cannot be taken back."
        )
        return {"sentence": sentence}

    def perform(self, values: dict[str, Any]) -> str:
        """Revoke it; where one came from."""
        tokens.revoke_token(actor=self.actor, team=self.team, token_id=self.kwargs["token_id"])
        self.done = "The token is revoked."
        from_account = self.request.GET.get("from") == "account"
        return reverse("account") if from_account else reverse("tokens", kwargs={"team": self.team})


def _grantable(actor: Actor, team: TeamSlug) -> list[tuple[str, str]]:
    """The roles that somebody may hand out in a team: none above the own."""
    held = actor.role_in(team)
    return [(role.value, f"{role}: {DUTIES[role]}") for role in Role if held is not None and held.covers(role)]

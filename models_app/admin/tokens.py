"""Tokens: issued, with their secret shown once, and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django import forms
from django.contrib.admin import action
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from models_app.admin.members import ROLES
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import (
    HISTORY_PAGE,
    PLATFORM,
    Need,
    RegistryAdmin,
    RegistryRepository,
    TeamFilter,
    actor_of,
    entries,
    in_turn,
    team_choices,
)
from models_app.domain import tokens as domain
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission
from models_app.domain.teams import Role, TeamSlug
from models_app.domain.tokens import DEFAULT_LIFETIME, MAX_LIFETIME
from models_app.nodb.forms import RowForm
from models_app.nodb.queries import Row, Rows
from models_app.services import events, tokens


class Token(Row):
    """A token on a page, without its secret."""

    key = models.CharField("token", max_length=100, primary_key=True)
    token_id = models.CharField("id", max_length=12)
    name = models.CharField(max_length=100)
    team = models.CharField(max_length=63)
    role = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "token"

    revision = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.token_id})"

    @classmethod
    def of(cls, token: domain.Token) -> Self:
        """The row of a token."""
        team = token.team or PLATFORM
        row = cls(
            key=f"{team}/{token.id}",
            token_id=token.id,
            name=token.name,
            team=team,
            role=token.role.value,
            created_at=token.created_at,
            created_by=token.created_by,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )
        row._state.adding = False
        return row


def slug_of(text: str) -> TeamSlug | None:
    """A token's team as the services name it: None for the platform."""
    return None if text == PLATFORM else TeamSlug.parse(text)


class TokenRepository(RegistryRepository):
    """Tokens that are not revoked, team by team, in each by id. The platform's come first."""

    def get(self, key: str) -> Token:
        """A token, revoked ones too. One call."""
        team, _, token_id = key.partition("/")
        return Token.of(tokens.get_token(actor=self.actor, team=slug_of(team), token_id=token_id))

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """Tokens of a team, or of one team after the other. One call a team."""

        def read(team: str, start: StartKey | None, limit: int) -> Page[Any]:
            page = tokens.list_tokens(
                actor=self.actor, team=slug_of(team), limit=limit, after=start, starting_with=prefix
            )
            return Page([Token.of(token) for token in page.items], page.next)

        return in_turn(self.teams(conditions), read, limit=limit, after=after)

    def teams(self, conditions: Mapping[str, str]) -> list[str]:
        """As everywhere, with the platform; where no team is named, those whose tokens the actor may see."""
        if conditions.get("team") == PLATFORM:
            return [PLATFORM]
        if conditions.get("team"):
            return super().teams(conditions)
        return choosable(self.request)


def choosable(request: HttpRequest) -> list[str]:
    """The teams whose tokens the one who asks manages, with the platform for its administrators."""
    slugs = [slug for slug, _ in team_choices(request, Permission.MANAGE_TEAM)]
    return [PLATFORM, *slugs] if actor_of(request).is_platform_admin else slugs


class OwnerFilter(TeamFilter):
    """By team, where the platform counts as one."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The platform, for its administrators, and the teams."""
        platform = [(PLATFORM, "(platform)")] if actor_of(request).is_platform_admin else []
        return platform + super().lookups(request, model_admin)


class TokenForm(RowForm):
    """A token to issue."""

    team = forms.ChoiceField()
    name = forms.CharField(max_length=100, help_text="What it is for: the name of a pipeline, say.")
    role = forms.ChoiceField(choices=ROLES)
    days = forms.IntegerField(
        min_value=1, max_value=MAX_LIFETIME.days, initial=DEFAULT_LIFETIME.days, help_text="How long it lives."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "team" in self.fields:
            choices = [(team, "(platform)" if team == PLATFORM else team) for team in choosable(self.request)]
            self.fields["team"].choices = choices  # type: ignore[attr-defined]
            self.initial.setdefault("team", next((team for team, _ in choices if team != PLATFORM), PLATFORM))


class TokenAdmin(RegistryAdmin):
    """The tokens of all teams, and the platform's own."""

    form = TokenForm
    repository_class = TokenRepository
    viewing: ClassVar[Need] = Permission.MANAGE_TEAM
    adding: ClassVar[Need] = Permission.MANAGE_TEAM
    list_display = ("token_id", "name", "team", "role", "expires_at", "created_by")
    list_filter = (OwnerFilter,)
    search_fields = ("token_id",)
    search_help_text = "The beginning of a token's id: the characters behind mr_."
    add_fields = ("team", "name", "role", "days")
    fields = ("token_id", "name", "team", "role", "created_at", "created_by", "expires_at", "revoked_at")
    actions = ("revoke",)
    row_actions: ClassVar[Mapping[str, str]] = {"revoke": "Revoke"}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Issue a token."""
        values = form.cleaned_data
        with shown_in_the_form(teamId="team", expiresInDays="days"):
            obj.issued = tokens.issue_token(
                actor=actor_of(request),
                team=slug_of(values["team"]),
                name=values["name"],
                role=Role(values["role"]),
                days=values["days"],
            )

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Show the secret: on this answer and nowhere else, so no redirect and no message, which cookies carry."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Keep this token",
            "secret": obj.issued.text.text,
            "row": Token.of(obj.issued.token),
            "opts": self.opts,
        }
        response = TemplateResponse(request, "models_app/admin/secret.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    @action(description="Revoke selected tokens", permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """End several."""

        def deed(row: Token) -> None:
            with shown_in_the_form():
                tokens.revoke_token(actor=actor_of(request), team=slug_of(row.team), token_id=row.token_id)

        question = "Revoke these tokens? They are refused everywhere within 30 seconds, and for good."
        return self.run(request, queryset, deed, done="Tokens revoked", question=question)

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """What happened to the token, out of what happened in its team."""
        actor, team = actor_of(request), slug_of(row.team)
        if team is None:
            page = events.changes_of_platform(actor=actor, limit=HISTORY_PAGE, after=after)
        else:
            page = events.changes_of_team(actor=actor, team=team, limit=HISTORY_PAGE, after=after)
        return entries(page, only=lambda event: event.data.get("tokenId") == row.token_id)

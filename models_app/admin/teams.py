"""Teams: founded and deleted by platform administrators, named by their maintainers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django import forms
from django.contrib.admin import action
from django.db import models
from django.http import HttpRequest, HttpResponse

from models_app.admin.fields import Lines, Parsed
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import HISTORY_PAGE, Need, Platform, RegistryAdmin, RegistryRepository, actor_of, entries
from models_app.domain import teams as domain
from models_app.domain.aliases import AliasName
from models_app.domain.permissions import Permission
from models_app.domain.teams import DEFAULT_PROTECTED_ALIASES, TeamSlug
from models_app.nodb.forms import RowForm
from models_app.nodb.queries import Row, Rows
from models_app.services import events, teams

MAX_DISPLAY_NAME = 100
MAX_PROTECTED_ALIASES = 20


class Team(Row):
    """A team on a page."""

    slug = models.CharField("team", max_length=63, primary_key=True)
    display_name = models.CharField(max_length=MAX_DISPLAY_NAME, blank=True)
    protected_aliases = models.JSONField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "team"

    revision = ""

    def __str__(self) -> str:
        return self.slug

    @property
    def team(self) -> str:
        """Whose row it is."""
        return self.slug

    @classmethod
    def of(cls, team: domain.Team) -> Self:
        """The row of a team."""
        row = cls(
            slug=team.slug,
            display_name=team.display_name,
            protected_aliases=list(team.protected_aliases),
            created_at=team.created_at,
            created_by=team.created_by,
            updated_at=team.updated_at,
        )
        row.revision = team.etag
        row._state.adding = False
        return row


class TeamRepository(RegistryRepository):
    """Teams by slug."""

    filters: ClassVar[frozenset[str]] = frozenset()  # type: ignore[misc]

    def get(self, key: str) -> Team:
        """A team. One call."""
        return Team.of(teams.get_team(actor=self.actor, slug=TeamSlug.parse(key)))

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """The actor's teams. One call."""
        page = teams.list_teams(actor=self.actor, limit=limit, after=after, starting_with=prefix)
        return Rows([Team.of(team) for team in page.items], page.next)


class TeamForm(RowForm):
    """A team's name and the aliases that only its maintainers move."""

    slug = Parsed(TeamSlug.parse, label="Team", help_text="2-63 lower-case letters, digits and hyphens; for good.")
    display_name = forms.CharField(max_length=MAX_DISPLAY_NAME, required=False)
    protected_aliases = Lines(
        AliasName.parse,
        most=MAX_PROTECTED_ALIASES,
        required=False,
        initial=list(DEFAULT_PROTECTED_ALIASES),
        help_text="One a line. Only maintainers move these.",
    )


class TeamAdmin(RegistryAdmin):
    """The teams."""

    form = TeamForm
    repository_class = TeamRepository
    adding: ClassVar[Need] = Platform.ADMINISTRATOR
    changing: ClassVar[Need] = Permission.MANAGE_TEAM
    deleting: ClassVar[Need] = Platform.ADMINISTRATOR
    list_display = ("slug", "display_name", "created_at", "created_by")
    search_fields = ("slug",)
    search_help_text = "The beginning of a team's name."
    add_fields = ("slug", "display_name", "protected_aliases")
    fields = ("slug", "display_name", "protected_aliases", "created_at", "created_by", "updated_at")
    readonly_fields = ("slug", "created_at", "created_by", "updated_at")
    actions = ("delete_teams",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Found a team, or change it."""
        values = form.cleaned_data
        with shown_in_the_form(teamId="slug", displayName="display_name", protectedAliases="protected_aliases"):
            if change:
                slug = TeamSlug(obj.slug)
                teams.update_team(actor=actor_of(request), slug=slug, expected={form.revision_seen}, **form.changes)
            else:
                teams.create_team(
                    actor=actor_of(request),
                    slug=values["slug"],
                    display_name=values["display_name"],
                    protected_aliases=values["protected_aliases"],
                )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """End a team that is empty, for good."""
        with shown_in_the_form():
            teams.delete_team(actor=actor_of(request), slug=TeamSlug(obj.slug))

    @action(description="Delete selected teams", permissions=["platform"])
    def delete_teams(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """End several."""
        question = "Delete these teams? Their names are not given out again. Teams that are not empty stay."
        return self.run(
            request, queryset, lambda row: self.delete_model(request, row), done="Teams deleted", question=question
        )

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """What happened to the team, its members and its tokens."""
        page = events.changes_of_team(actor=actor_of(request), team=TeamSlug(row.slug), limit=HISTORY_PAGE, after=after)
        return entries(page)

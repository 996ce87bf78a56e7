"""Members: users with their roles in teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django import forms
from django.contrib.admin import action
from django.db import models
from django.http import HttpRequest, HttpResponse

from models_app.admin.fields import Parsed
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import (
    HISTORY_PAGE,
    Need,
    RegistryAdmin,
    RegistryRepository,
    TeamFilter,
    actor_of,
    entries,
    in_turn,
    team_choices,
)
from models_app.domain import teams as domain
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission
from models_app.domain.teams import Role, TeamSlug, Username, parse_username
from models_app.nodb.forms import RowForm
from models_app.nodb.queries import Row, Rows
from models_app.services import events, teams

ROLES = [(role.value, role.value) for role in Role]


class Member(Row):
    """A membership on a page."""

    key = models.CharField(max_length=220, primary_key=True)
    team = models.CharField(max_length=63)
    username = models.CharField("user", max_length=150)
    role = models.CharField(max_length=20)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "member"

    revision = ""

    def __str__(self) -> str:
        return f"{self.username} in {self.team}"

    @classmethod
    def of(cls, member: domain.Member) -> Self:
        """The row of a membership."""
        row = cls(
            key=key_of(member.team, member.username),
            team=member.team,
            username=member.username,
            role=member.role.value,
            added_at=member.added_at,
            added_by=member.added_by,
        )
        row.revision = member.etag
        row._state.adding = False
        return row


def key_of(team: str, username: str) -> str:
    """What a membership is found by."""
    return f"{team}/{username}"


class MemberRepository(RegistryRepository):
    """Members team by team, in each by name."""

    def get(self, key: str) -> Member:
        """A membership. One call."""
        slug, _, name = key.partition("/")
        found = teams.get_member(actor=self.actor, slug=TeamSlug.parse(slug), username=parse_username(name))
        return Member.of(found)

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """Members of a team, or of one team after the other. One call a team."""

        def read(slug: str, start: StartKey | None, limit: int) -> Page[Any]:
            page = teams.list_members(
                actor=self.actor, slug=TeamSlug(slug), limit=limit, after=start, starting_with=prefix.lower()
            )
            return Page([Member.of(member) for member in page.items], page.next)

        return in_turn(self.teams(conditions), read, limit=limit, after=after)


class MemberForm(RowForm):
    """A user's role in a team."""

    team = forms.ChoiceField()
    username = Parsed(parse_username, label="User", help_text="The user name of somebody who has an account.")
    role = forms.ChoiceField(choices=ROLES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "team" in self.fields:
            choices = team_choices(self.request, Permission.MANAGE_TEAM)
            self.fields["team"].choices = choices  # type: ignore[attr-defined]


class MemberAdmin(RegistryAdmin):
    """The members of all teams."""

    form = MemberForm
    repository_class = MemberRepository
    adding: ClassVar[Need] = Permission.MANAGE_TEAM
    changing: ClassVar[Need] = Permission.MANAGE_TEAM
    deleting: ClassVar[Need] = Permission.MANAGE_TEAM
    list_display = ("username", "team", "role", "added_at", "added_by")
    list_filter = (TeamFilter,)
    search_fields = ("username",)
    search_help_text = "The beginning of a user name."
    add_fields = ("team", "username", "role")
    fields = ("team", "username", "role", "added_at", "added_by")
    readonly_fields = ("team", "username", "added_at", "added_by")
    actions = ("remove_members",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Take a user in, or change a role."""
        values, actor = form.cleaned_data, actor_of(request)
        role = Role(values["role"])
        with shown_in_the_form(teamId="team"):
            if change:
                slug, name = TeamSlug(obj.team), Username(obj.username)
                teams.change_role(actor=actor, slug=slug, username=name, role=role, expected={form.revision_seen})
            else:
                slug, name = TeamSlug.parse(values["team"]), values["username"]
                teams.add_member(actor=actor, slug=slug, username=name, role=role)
                obj.key = key_of(slug, name)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """End a membership."""
        with shown_in_the_form():
            teams.remove_member(actor=actor_of(request), slug=TeamSlug(obj.team), username=Username(obj.username))

    @action(description="Remove selected members", permissions=["manage"])
    def remove_members(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """End several."""
        question = "End these memberships? The tokens that these members issued belong to their teams and stay."
        return self.run(
            request, queryset, lambda row: self.delete_model(request, row), done="Members removed", question=question
        )

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """What happened to the membership, out of what happened in its team."""
        page = events.changes_of_team(actor=actor_of(request), team=TeamSlug(row.team), limit=HISTORY_PAGE, after=after)
        return entries(page, only=lambda event: event.data.get("username") == row.username)

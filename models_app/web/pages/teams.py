"""The list of teams, one team, its members and its tokens."""

from __future__ import annotations

from typing import Any

from models_app.domain.clock import wire
from models_app.domain.events import Event
from models_app.domain.permissions import Permission, permits
from models_app.domain.teams import Role, TeamSlug
from models_app.services import events, teams
from models_app.web.pages.page import View

MOST_MEMBERS = 50
MOST_EVENTS = 10

# By which of its facts people know what an event is about, where it is about neither a model nor a version.
NAMES = ("username", "name", "displayName")


def of_list(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of teams, with the user's role in each."""
    actor = view.actor
    return {
        "found": [team | {"role": actor.roles.get(team["teamId"])} for team in answer["results"]],
        "next": answer["next"],
        "may_found": actor.is_platform_admin,
    }


def of_team(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A team with its first members and the latest that happened. Two more calls."""
    actor, slug = view.actor, TeamSlug(answer["teamId"])
    members = teams.list_members(actor=actor, slug=slug, limit=MOST_MEMBERS)
    return _of_someones(view, slug) | {
        "subject": answer,
        "members": [
            {"username": each.username, "role": each.role, "addedAt": wire(each.added_at), "addedBy": each.added_by}
            for each in members.items
        ],
        "are_more_members": members.next is not None,
        "activity": [_told(event) for event in events.history_of_team(actor=actor, team=slug, limit=MOST_EVENTS).items],
    }


def of_members(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of members."""
    return _of_someones(view, TeamSlug(view.kwargs["team"])) | {"members": answer["results"], "next": answer["next"]}


def of_tokens(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of tokens, for maintainers."""
    return _of_someones(view, TeamSlug(view.kwargs["team"])) | {"tokens": answer["results"], "next": answer["next"]}


def _of_someones(view: View, slug: TeamSlug) -> dict[str, object]:
    """What every page about a team needs: which, and what the user may do there."""
    role: Role | None = view.actor.role_in(slug)
    return {
        "slug": slug,
        "role": role,
        "may_manage": permits(view.actor, Permission.MANAGE_TEAM, team=slug),
        "myself": view.actor.name.removeprefix("user:"),
    }


def _told(event: Event) -> dict[str, Any]:
    name = next((str(event.data[each]) for each in NAMES if each in event.data), "")
    return {
        "kind": event.kind.value,
        "at": wire(event.occurred_at),
        "by": event.actor,
        "model": str(event.model) if event.model else "",
        "version": event.version or "",
        "name": name,
    }

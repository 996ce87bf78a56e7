"""Teams and their members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.errors import InvalidFields, MemberNotFound, TeamInUse, TeamNotFound, UserNotFound
from models_app.domain.events import Event, EventKind
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize, authorize_grant, authorize_platform
from models_app.domain.teams import DEFAULT_PROTECTED_ALIASES, Member, Role, Team, TeamSlug, Username
from models_app.services.preconditions import Expected, expect
from models_app.storage import models, teams, tokens, webhooks
from models_app.storage.transactions import commit, until_undisturbed


@dataclass(frozen=True, slots=True)
class Added:
    """A membership: ``is_new`` is False where the user had that role already."""

    member: Member
    is_new: bool


def create_team(
    *,
    actor: Actor,
    slug: TeamSlug,
    display_name: str = "",
    protected_aliases: Sequence[str] = DEFAULT_PROTECTED_ALIASES,
) -> Team:
    """Found a team. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
        TeamTaken: there is or was a team of that slug.
    """
    authorize_platform(actor, "Creating a team")
    now = clock.now()
    team = Team(
        slug=slug,
        display_name=display_name or slug,
        protected_aliases=tuple(protected_aliases),
        created_at=now,
        created_by=actor.name,
        updated_at=now,
        revision=1,
    )
    data = {"displayName": team.display_name, "protectedAliases": list(team.protected_aliases)}
    event = Event.record(EventKind.TEAM_CREATED, by=actor, team=slug, data=data)
    commit([teams.creating(team)], event=event)
    return team


def get_team(*, actor: Actor, slug: TeamSlug) -> Team:
    """A team. One call.

    Raises:
        TeamNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=slug, hidden_as=TeamNotFound(team=slug))
    return teams.get(slug)


def list_teams(*, actor: Actor, limit: int, after: StartKey | None = None, starting_with: str = "") -> Page[Team]:
    """The actor's teams by slug; every team for a platform administrator. One call, for up to 100."""
    if actor.is_platform_admin:
        return teams.list_all(limit=limit, after=after, starting_with=starting_with)
    own = (slug for slug in actor.roles if slug.startswith(starting_with))
    left = sorted(slug for slug in own if after is None or slug > after["slug"])
    asked = left[:limit]
    return Page(teams.get_many(asked), {"slug": asked[-1]} if len(left) > limit else None)


def update_team(
    *,
    actor: Actor,
    slug: TeamSlug,
    display_name: str | None = None,
    protected_aliases: Sequence[str] | None = None,
    expected: Expected = None,
) -> Team:
    """Change a team's name or its protected aliases; None leaves one as it is. Two calls.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of it, or no member at all.
        RevisionMismatch: the team is at none of the expected etags.
    """
    _may_manage(actor, slug)

    def attempt() -> Team:
        old = teams.get(slug)
        expect(old.etag, among=expected, what=f"team {slug}")
        new = replace(
            old,
            display_name=old.display_name if display_name is None else display_name,
            protected_aliases=old.protected_aliases if protected_aliases is None else tuple(protected_aliases),
            updated_at=clock.now(),
            revision=old.revision + 1,
        )
        pairs = {
            "displayName": (old.display_name, new.display_name),
            "protectedAliases": (list(old.protected_aliases), list(new.protected_aliases)),
        }
        changes = {name: {"from": was, "to": now} for name, (was, now) in pairs.items() if was != now}
        if not changes:
            return old
        event = Event.record(EventKind.TEAM_UPDATED, by=actor, team=slug, data={"changes": changes})
        commit([teams.updating(new)], event=event)
        return new

    return until_undisturbed(attempt)


def delete_team(*, actor: Actor, slug: TeamSlug, expected: Expected = None) -> None:
    """End an empty team for good; its slug is not given out again. Six calls.

    A token revoked a moment ago may still be known to another process for 30 seconds; what it registers meanwhile
    stays, out of everybody's sight but the administrators'.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no platform administrator, or there is no such team.
        TeamInUse: it has models with versions, tokens, members or webhooks; ``blockers`` says which.
        RevisionMismatch: the team is at none of the expected etags.
    """
    authorize(actor, Permission.READ, team=slug, hidden_as=TeamNotFound(team=slug))
    authorize_platform(actor, "Deleting a team")

    def attempt() -> None:
        old = teams.get(slug)
        expect(old.etag, among=expected, what=f"team {slug}")
        present = {
            "models": models.has_versions(slug),
            "tokens": bool(tokens.list_of_team(slug, limit=1, after=None).items),
            "members": bool(teams.list_members(slug, limit=1, after=None).items),
            "webhooks": bool(webhooks.list_of_team(slug, limit=1).items),
        }
        blockers = [{"kind": name} for name, is_there in present.items() if is_there]
        if blockers:
            raise TeamInUse(team=slug, summary=" and ".join(each["kind"] for each in blockers), blockers=blockers)
        gone = replace(old, updated_at=clock.now(), revision=old.revision + 1)
        event = Event.record(EventKind.TEAM_DELETED, by=actor, team=slug, data={})
        commit([teams.deleting(gone)], event=event)

    until_undisturbed(attempt)


def list_members(
    *, actor: Actor, slug: TeamSlug, limit: int, after: StartKey | None = None, starting_with: str = ""
) -> Page[Member]:
    """A team's members by user name. One call.

    Raises:
        TeamNotFound: there is none that the actor may see.
    """
    authorize(actor, Permission.READ, team=slug, hidden_as=TeamNotFound(team=slug))
    return teams.list_members(slug, limit=limit, after=after, starting_with=starting_with)


def get_member(*, actor: Actor, slug: TeamSlug, username: Username) -> Member:
    """A membership. One call.

    Raises:
        TeamNotFound: there is no such team that the actor may see.
        MemberNotFound: the user is no member of it.
    """
    authorize(actor, Permission.READ, team=slug, hidden_as=TeamNotFound(team=slug))
    return _member(slug, username)


def add_member(*, actor: Actor, slug: TeamSlug, username: Username, role: Role) -> Added:
    """Give a user a role in a team; a member gets the new role. Two calls.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        InvalidFields: there is no such user.
        LastMaintainer: the user is the last maintainer, and the actor no platform administrator.
    """
    _may_manage(actor, slug)
    authorize_grant(actor, role, team=slug)

    def attempt() -> Added:
        old = teams.find_member(slug, username)
        if old is not None:
            return Added(_change_role(actor, old, role), is_new=False)
        now = clock.now()
        member = Member(team=slug, username=username, role=role, added_at=now, added_by=actor.name, revision=1)
        data = {"username": username, "role": role}
        event = Event.record(EventKind.MEMBER_ADDED, by=actor, team=slug, data=data)
        try:
            commit(teams.adding_member(member), event=event)
        except UserNotFound as missing:
            raise InvalidFields.one("username", "unknown", str(missing)) from missing
        return Added(member, is_new=True)

    return until_undisturbed(attempt)


def change_role(*, actor: Actor, slug: TeamSlug, username: Username, role: Role, expected: Expected = None) -> Member:
    """Give a member another role. Two calls.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        MemberNotFound: the user is no member of it.
        LastMaintainer: the member is the last maintainer, and the actor no platform administrator.
        RevisionMismatch: the membership is at none of the expected etags.
    """
    _may_manage(actor, slug)
    authorize_grant(actor, role, team=slug)

    def attempt() -> Member:
        old = _member(slug, username)
        expect(old.etag, among=expected, what=f"member {username} of team {slug}")
        return _change_role(actor, old, role)

    return until_undisturbed(attempt)


def remove_member(*, actor: Actor, slug: TeamSlug, username: Username) -> None:
    """End a membership. Two calls. The tokens that the member issued belong to the team and stay.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        MemberNotFound: the user is no member of it.
        LastMaintainer: the member is the last maintainer, and the actor no platform administrator.
    """
    _may_manage(actor, slug)

    def attempt() -> None:
        old = _member(slug, username)
        data = {"username": username, "role": old.role}
        event = Event.record(EventKind.MEMBER_REMOVED, by=actor, team=slug, data=data)
        commit(teams.removing_member(old, may_orphan=actor.is_platform_admin), event=event)

    until_undisturbed(attempt)


def _may_manage(actor: Actor, slug: TeamSlug) -> None:
    authorize(actor, Permission.MANAGE_TEAM, team=slug, hidden_as=TeamNotFound(team=slug))


def _member(slug: TeamSlug, username: Username) -> Member:
    member = teams.find_member(slug, username)
    if member is None:
        raise MemberNotFound(username=username, team=slug)
    return member


def _change_role(actor: Actor, old: Member, role: Role) -> Member:
    if old.role is role:
        return old
    new = replace(old, role=role, revision=old.revision + 1)
    data = {"username": old.username, "from": old.role, "to": role}
    event = Event.record(EventKind.MEMBER_ROLE_CHANGED, by=actor, team=old.team, data=data)
    commit(teams.changing_role(new, old=old, may_orphan=actor.is_platform_admin), event=event)
    return new

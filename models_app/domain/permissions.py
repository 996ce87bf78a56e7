"""Who may do what. The one place that decides; faces and services ask here, before anything is read.

A caller from outside a team gets the answer that a missing object gives, so the error to hide behind is an argument.
"""

from __future__ import annotations

from enum import Enum

from models_app.domain.actors import Actor
from models_app.domain.errors import NotFound, PermissionDenied
from models_app.domain.teams import Role, TeamSlug


class Permission(Enum):
    """One thing to be allowed, the least role it takes, and its name in the sentence of a refusal."""

    READ = (Role.VIEWER, "Reading")
    REGISTER = (Role.CONTRIBUTOR, "Registering a version")
    UPDATE = (Role.CONTRIBUTOR, "Updating")
    MOVE_ALIAS = (Role.CONTRIBUTOR, "Moving an alias")
    MOVE_PROTECTED_ALIAS = (Role.MAINTAINER, "Moving a protected alias")
    DEPLOY = (Role.MAINTAINER, "Deploying")
    RENAME = (Role.MAINTAINER, "Renaming")
    DELETE = (Role.MAINTAINER, "Deleting")
    RESTORE = (Role.MAINTAINER, "Restoring")
    MANAGE_WEBHOOKS = (Role.MAINTAINER, "Managing webhooks")
    MANAGE_TEAM = (Role.MAINTAINER, "Managing a team, its members and its tokens")

    def __init__(self, role: Role, activity: str) -> None:
        self.role = role
        self.activity = activity


def authorize(actor: Actor, permission: Permission, *, team: TeamSlug, hidden_as: NotFound) -> None:
    """Return if the actor may; costs no call.

    Raises:
        NotFound: ``hidden_as``, when the actor has no role in the team at all.
        PermissionDenied: it has one, but too low; the sentence says which one it takes.
    """
    role = actor.role_in(team)
    if role is None:
        raise hidden_as
    if not role.covers(permission.role):
        raise PermissionDenied(
            activity=permission.activity,
            needed=f"the role {permission.role}",
            place=f" in team {team}",
            holder=f"yours is {role}",
        )


def permits(actor: Actor, permission: Permission, *, team: TeamSlug | None) -> bool:
    """Whether the actor may, for a face that shows only what can be done. Without a team: in any of its teams."""
    if team is not None:
        role = actor.role_in(team)
        return role is not None and role.covers(permission.role)
    return actor.is_platform_admin or any(role.covers(permission.role) for role in actor.roles.values())


def authorize_platform(actor: Actor, activity: str) -> None:
    """Return if the actor is a platform administrator, else PermissionDenied."""
    if not actor.is_platform_admin:
        raise PermissionDenied(activity=activity, needed="a platform administrator", place="", holder="you are none")


def authorize_grant(actor: Actor, role: Role, *, team: TeamSlug) -> None:
    """Return if the actor may hand out ``role``: nobody gives more than they hold.

    Raises:
        PermissionDenied: the role is above the actor's own.
    """
    held = actor.role_in(team)
    if held is None or not held.covers(role):
        raise PermissionDenied(
            activity=f"Granting the role {role}",
            needed="at least that role",
            place=f" in team {team}",
            holder=f"yours is {held or 'none'}",
        )

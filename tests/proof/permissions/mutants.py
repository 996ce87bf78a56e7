"""Registries that decide wrongly on purpose, each in one place. The matrix must reject every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from django.contrib import auth
from rest_framework.request import Request

from models_app.domain import permissions, tokens
from models_app.domain.actors import Actor
from models_app.domain.permissions import Permission
from models_app.domain.teams import Role
from models_app.identity import sessions
from models_app.identity.authentication import BearerAuthentication, CookieAuthentication
from models_app.identity.user import User

Mutant = Callable[[pytest.MonkeyPatch], None]


def _takes_another_role(permission: Permission) -> Mutant:
    """A permission that takes one role less; the lowest takes one more."""
    ranks = [*Role]
    other = ranks[abs(ranks.index(permission.role) - 1)]
    return lambda patch: patch.setattr(permission, "role", other)


def _lets_members_through(patch: pytest.MonkeyPatch) -> None:
    """Whoever has any role in the team may do all in it."""
    patch.setattr(Role, "covers", lambda _self, _other: True)


def _off_by_one(patch: pytest.MonkeyPatch) -> None:
    """A role covers those below it, and not itself."""
    patch.setattr(Role, "covers", lambda self, other: self.rank > other.rank)


def _any_team(patch: pytest.MonkeyPatch) -> None:
    """A role in one team counts in all of them."""

    def role_in(self: Actor, _team: object) -> Role | None:
        return Role.MAINTAINER if self.is_platform_admin else next(iter(self.roles.values()), None)

    patch.setattr(Actor, "role_in", role_in)


def _anybody(patch: pytest.MonkeyPatch) -> None:
    """Whoever is known counts as a viewer everywhere."""

    def role_in(self: Actor, team: Any) -> Role:
        return Role.MAINTAINER if self.is_platform_admin else self.roles.get(team, Role.VIEWER)

    patch.setattr(Actor, "role_in", role_in)


def _administrators_are_nobody(patch: pytest.MonkeyPatch) -> None:
    """An administrator has no role where no team gave one."""
    patch.setattr(Actor, "role_in", lambda self, team: self.roles.get(team))


def _everybody_administers(patch: pytest.MonkeyPatch) -> None:
    """What takes a platform administrator takes nothing."""
    nothing: Callable[..., None] = lambda *_, **__: None  # noqa: E731
    patch.setattr(permissions.authorize_platform, "__code__", nothing.__code__)


def _open_door(patch: pytest.MonkeyPatch) -> None:
    """The admin lets in whoever is signed in."""
    patch.setattr(User, "is_staff", property(lambda user: user.is_active))


def _sessions_never_end(patch: pytest.MonkeyPatch) -> None:
    """What a session was opened with is not compared with what stands now."""
    patch.setattr(auth, "constant_time_compare", lambda *_: True)


def _deactivated_stay(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the account of a session is active."""
    patch.setattr(sessions.AccountBackend, "get_user", lambda _self, name: sessions._find(name))


def _memberships_never_end(patch: pytest.MonkeyPatch) -> None:
    """A person keeps the roles of the past."""
    careful = User.actor

    def actor(self: User, *, request_id: str) -> Actor:
        found = careful(self, request_id=request_id)
        if self.username != "ex-member":
            return found
        past = MappingProxyType({"payments": Role.MAINTAINER})
        return Actor(name=found.name, roles=past, request_id=request_id)  # type: ignore[arg-type]

    patch.setattr(User, "actor", actor)


def _unlike(**changed: Any) -> Mutant:
    """A token is looked at as if some of it were different."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        careful = tokens.Token.accept

        def accept(self: tokens.Token, presented: tokens.TokenText, *, at: datetime) -> None:
            careful(replace(self, **changed), presented, at=at)

        patch.setattr(tokens.Token, "accept", accept)

    return mutate


def _mistyped_accepted(patch: pytest.MonkeyPatch) -> None:
    """The checksum of a token is not compared."""
    patch.setattr(tokens.hmac, "compare_digest", lambda *_: True)


def _sessions_open_mlflow(patch: pytest.MonkeyPatch) -> None:
    """MLflow's face takes cookies."""
    from models_app.mlflow.urls import MlflowView

    class Either(BearerAuthentication):
        def authenticate(self, request):
            return super().authenticate(request) or CookieAuthentication().authenticate(Request(request))

    patch.setattr(MlflowView, "authentication", Either)


MUTANTS: dict[str, Mutant] = {
    **{f"{permission.name} takes another role": _takes_another_role(permission) for permission in Permission},
    "authorize lets members through": _lets_members_through,
    "roles are compared one off": _off_by_one,
    "the team is not looked at": _any_team,
    "whoever is known may read": _anybody,
    "administrators are nobody": _administrators_are_nobody,
    "everybody administers": _everybody_administers,
    "the admin is open": _open_door,
    "the session's epoch is not looked at": _sessions_never_end,
    "deactivated people stay": _deactivated_stay,
    "memberships never end": _memberships_never_end,
    "revoked tokens are accepted": _unlike(revoked_at=None),
    "expired tokens are accepted": _unlike(expires_at=datetime.max.replace(tzinfo=UTC)),
    "mistyped tokens are accepted": _mistyped_accepted,
    "MLflow takes cookies": _sessions_open_mlflow,
}

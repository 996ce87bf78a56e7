"""DRF's permission classes. Each only names what is to be allowed; ``domain.permissions`` decides."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from models_app.domain.permissions import Permission, authorize
from models_app.identity.authentication import actor_of


class SignedIn(BasePermission):
    """Somebody we know."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller proved an identity; if not, DRF answers 401."""
        return request.auth is not None


class TeamScoped(SignedIn):
    """Somebody with the role that the action takes, in the team that the path names.

    A view says which permission each of its actions takes in ``permissions``, and which team it is about, and what to
    hide behind, in ``scope``. An action that it does not name is nobody's.
    """

    permissions: ClassVar[dict[str, Permission]]

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or the refusal that a missing object would give, or a 403 that names the role."""
        if not super().has_permission(request, view):
            return False
        if view.action in {None, "metadata"}:
            return True  # a method that this address lacks: DRF says so
        scope = view.scope()
        if scope is not None:
            team, hidden_as = scope
            authorize(actor_of(request), view.permissions[view.action], team=team, hidden_as=hidden_as)
        return True

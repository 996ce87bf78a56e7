"""What a group of the single sign-on provider is granted: a role in a team, or the platform's administration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from models_app.domain.errors import InvalidFields
from models_app.domain.teams import Role, TeamSlug

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a team; without a team, a platform administrator's."""

    team: TeamSlug | None
    role: Role


def role_map(text: str) -> Mapping[str, Grant]:
    """Read ``{"group": "team:role"}``, where the grant may also be ``admin``.

    >>> role_map('{"ml-payments": "payments:maintainer"}')["ml-payments"].role
    <Role.MAINTAINER: 'maintainer'>

    Raises:
        ValueError: no such JSON; the sentence names the entry that is wrong.
    """
    grants = json.loads(text)
    if not isinstance(grants, dict):
        raise ValueError('The role map must be a JSON object: {"group": "team:role"}.')  # noqa: TRY004 - one error to tell
    return {group: _grant(group, grant) for group, grant in grants.items()}


def _grant(group: str, grant: object) -> Grant:
    if grant == ADMIN:
        return Grant(None, Role.MAINTAINER)
    team, _, role = str(grant).partition(":")
    try:
        return Grant(TeamSlug.parse(team), Role.parse(role))
    except InvalidFields as wrong:
        raise ValueError(f"The grant of group {group!r} is {grant!r}, but must be 'team:role' or 'admin'.") from wrong

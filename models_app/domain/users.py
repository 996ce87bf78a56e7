"""People who sign in. Tokens are for machines; see ``tokens``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models_app.domain.teams import Role, TeamSlug, Username


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account with its roles.

    Attributes:
        password: Django's encoded hash, or an unusable one for those who sign in elsewhere.
        session_epoch: counts the times that all sessions were ended; a cookie of an older epoch is dead.
    """

    username: Username
    email: str = ""
    password: str = field(repr=False)
    is_platform_admin: bool = False
    is_active: bool = True
    session_epoch: int = 1
    created_at: datetime
    revision: int = 1
    roles: Mapping[TeamSlug, Role] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """Names this state of this account."""
        return str(self.revision)

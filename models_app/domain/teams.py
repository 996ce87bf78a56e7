"""Teams, their members and roles. A team is the tenant: every key, cursor and permission begins with its slug."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self

from models_app.domain.errors import FieldError, InvalidFields

SLUG = re.compile(r"[a-z0-9][-a-z0-9]{0,61}[a-z0-9]")
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._+-]{0,149}")
DEFAULT_PROTECTED_ALIASES = ("champion", "production")

# MLflow refuses these as workspace names, and a team is a workspace there (mlflow/utils/workspace_utils, 3.17).
RESERVED_SLUGS = frozenset({"workspaces", "api", "ajax-api", "static-files"})

Username = NewType("Username", str)


class TeamSlug(str):
    """A team's name in ids and URLs: 2-63 of ``a-z 0-9 -``, no hyphen at either end.

    >>> TeamSlug.parse("payments")
    'payments'
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, *, field: str = "teamId") -> Self:
        """The slug, or InvalidFields naming ``field``."""
        if not SLUG.fullmatch(text):
            detail = "A team is 2-63 lower-case letters, digits and hyphens, with no hyphen at either end."
            raise InvalidFields.one(field, "invalid", detail)
        if text in RESERVED_SLUGS:
            raise InvalidFields.one(field, "reserved", f"{text} is a reserved word; choose another slug.")
        return cls(text)


class Role(StrEnum):
    """What a member or token may do in its team. Each role may do all that the one before it may."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    MAINTAINER = "maintainer"

    @property
    def rank(self) -> int:
        """Position in the order viewer < contributor < maintainer."""
        return list(Role).index(self)

    def covers(self, other: Role) -> bool:
        """Whether this role may do all that ``other`` may."""
        return self.rank >= other.rank

    @classmethod
    def parse(cls, text: str, *, field: str = "role") -> Role:
        """The role, or InvalidFields naming ``field``."""
        try:
            return cls(text)
        except ValueError:
            raise InvalidFields.one(field, "unknown", f"Unknown role. Use one of {', '.join(cls)}.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team as it stands. ``deleted_at`` is set for good: a slug is never given out twice."""

    slug: TeamSlug
    display_name: str
    protected_aliases: tuple[str, ...]
    created_at: datetime
    created_by: str
    updated_at: datetime
    revision: int
    deleted_at: datetime | None = None

    def protects(self, alias: str) -> bool:
        """Whether only maintainers move an alias; ``Champion`` counts as ``champion``, which it is taken for."""
        return alias.lower() in {protected.lower() for protected in self.protected_aliases}

    @property
    def etag(self) -> str:
        """Names this state of this team."""
        return str(self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A user's role in a team."""

    team: TeamSlug
    username: Username
    role: Role
    added_at: datetime
    added_by: str
    revision: int

    @property
    def etag(self) -> str:
        """Names this state of this membership."""
        return str(self.revision)


def parse_username(text: str, *, field: str = "username") -> Username:
    """A user name: 1-150 letters, digits and ``@ . _ + -``, in lower case so that two never look alike.

    >>> parse_username("Ada@example.org")
    'ada@example.org'
    """
    if not USERNAME.fullmatch(text):
        detail = "A user name is 1-150 letters, digits and @ . _ + -, beginning with a letter or digit."
        raise InvalidFields([FieldError(field=field, code="invalid", detail=detail)])
    return Username(text.lower())

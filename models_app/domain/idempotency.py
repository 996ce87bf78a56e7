"""Idempotency-Key: the same request under the same key gets the same answer for a day, byte for byte.

The form follows the IETF's draft (draft-ietf-httpapi-idempotency-key-header) and what Stripe made of it: another
request under the same key is refused, and nothing is kept of a request that was refused itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models_app.domain.actors import Actor
from models_app.domain.documents import canonical_json
from models_app.domain.errors import InvalidFields, KeyReused
from models_app.domain.teams import TeamSlug

LIFETIME = timedelta(hours=24)
MAX_LENGTH = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer that is kept for a while: to which request, and what it said."""

    request: str
    status: int
    headers: Mapping[str, str]
    body: str
    expires_at: int

    def stands(self, *, at: datetime) -> bool:
        """Whether its day is not over."""
        return self.expires_at > at.timestamp()


class AnsweredBefore(Exception):
    """The same request was made before under its key. ``kept`` is what was answered then, and is answered again."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        super().__init__("this was answered before")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A caller's key for one request.

    Attributes:
        scope: whose key it is: two callers may choose the same one, and so may one caller for two addresses.
        request: what was asked, as a digest.
    """

    scope: str
    request: str

    @classmethod
    def of(cls, text: str, *, actor: Actor, team: TeamSlug, path: str, body: Any) -> IdempotencyKey:
        """A key as it arrives.

        Raises:
            InvalidFields: it is empty or too long.
        """
        if not 1 <= len(text) <= MAX_LENGTH or not text.isprintable():
            detail = f"An Idempotency-Key has 1 to {MAX_LENGTH} printable characters."
            raise InvalidFields.one("Idempotency-Key", "invalid", detail)
        scope = canonical_json([team, actor.name, path, text])
        return cls(scope=_digest(scope), request=_digest(canonical_json(body)))

    def keep(self, *, status: int, headers: Mapping[str, str], body: str, at: datetime) -> Kept:
        """What to keep of the answer."""
        expires_at = int((at + LIFETIME).timestamp())
        return Kept(request=self.request, status=status, headers=headers, body=body, expires_at=expires_at)

    def meets(self, kept: Kept) -> KeyReused | AnsweredBefore:
        """What to raise where an answer stands under this key: it was another request, or this one."""
        return AnsweredBefore(kept) if kept.request == self.request else KeyReused()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""API tokens. The text of a token is shown once; what we keep proves it and cannot give it back.

The wire form ``mr_<id>_<secret><checksum>`` may never change: it stands in other people's secret stores and in the
rules of leak scanners. The checksum (CRC32 in six base62 digits, as in GitHub's tokens of 2021) tells a typo from a
wrong token without a call.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from models_app.domain.errors import CredentialsRefused
from models_app.domain.teams import Role, TeamSlug

PREFIX = "mr_"
MAX_LIFETIME = timedelta(days=366)
DEFAULT_LIFETIME = timedelta(days=90)
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 12, 30, 6
TEXT = re.compile(
    rf"{PREFIX}(?P<id>[0-9A-Za-z]{{{ID_LENGTH}}})_(?P<secret>[0-9A-Za-z]{{{SECRET_LENGTH}}})"
    rf"(?P<checksum>[0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token as its holder writes it. ``repr`` hides the secret, so that no log line or traceback shows it."""

    id: str
    secret: str

    @classmethod
    def generate(cls) -> Self:
        """A new token: 71 bits of id, 178 bits of secret."""
        return cls(_random(ID_LENGTH), _random(SECRET_LENGTH))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a token; no call is made.

        Raises:
            CredentialsRefused: it is no token of ours, or was mistyped.
        """
        match = TEXT.fullmatch(text)
        if match is None:
            raise CredentialsRefused(
                reason="This is no token of this registry. A token looks like mr_… and is 52 characters long."
            )
        if not hmac.compare_digest(match["checksum"], _checksum(match["id"], match["secret"])):
            raise CredentialsRefused(reason="The token is mistyped: its checksum does not fit. Copy it again.")
        return cls(match["id"], match["secret"])

    @property
    def text(self) -> str:
        """The whole token. Show it once, to the one who asked for it; never log it."""
        return f"{PREFIX}{self.id}_{self.secret}{_checksum(self.id, self.secret)}"

    @property
    def digest(self) -> str:
        """What is stored. A plain SHA-256 is enough: 178 random bits leave nothing to guess, so no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"TokenText({self.id!r}, …)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A credential of one team with one role; or an administrator's of the platform, when ``team`` is None."""

    id: str
    name: str
    digest: str
    team: TeamSlug | None
    role: Role
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    revision: int = 1

    def accept(self, presented: TokenText, *, at: datetime) -> None:
        """Return if the presented token is this one and good.

        Only who holds the secret learns that a token has expired or was revoked.

        Raises:
            CredentialsRefused: wrong secret, revoked or expired.
        """
        if not hmac.compare_digest(self.digest, presented.digest):
            raise CredentialsRefused(reason=UNKNOWN_TOKEN)
        if self.revoked_at is not None:
            raise CredentialsRefused(reason="This token was revoked. A maintainer of your team can issue another.")
        if at >= self.expires_at:
            raise CredentialsRefused(reason="This token has expired. A maintainer of your team can issue another.")


UNKNOWN_TOKEN = "This token is not known here. Check which registry it belongs to."  # noqa: S105 - a sentence


def is_id(text: str) -> bool:
    """Whether a token can have this id."""
    return len(text) == ID_LENGTH and set(text) <= set(BASE62)


def _random(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))


def _checksum(token_id: str, secret: str) -> str:
    number = zlib.crc32(f"{token_id}_{secret}".encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, 62)
        digits.append(BASE62[rest])
    return "".join(reversed(digits))

"""Callback tickets: good for reporting the status of one deployment, for a few hours, and for nothing else.

A ticket is signed, not stored: it is made when its event is published, so no history and no table holds one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from models_app.domain import clock
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.errors import CredentialsRefused, DeploymentNotFound

PREFIX = "mrt_"
LIFETIME = timedelta(hours=12)
FORM = re.compile(
    rf"{PREFIX}(?P<deployment>[a-z0-9-]+\.[0-9A-Z]{{26}})\.(?P<expires>[0-9]{{13}})\.(?P<seal>[0-9a-f]{{64}})"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that was found good: which deployment it speaks for, and until when."""

    deployment: DeploymentId
    expires_at: datetime


def issue(deployment: DeploymentId, *, key: str, at: datetime) -> str:
    """The text of a new ticket."""
    expires = round((at + LIFETIME).timestamp() * 1000)
    return f"{PREFIX}{deployment}.{expires}.{_seal(str(deployment), str(expires), key)}"


def check(text: str, *, key: str, at: datetime) -> Ticket:
    """Read a ticket; no call is made.

    Raises:
        CredentialsRefused: not ours, tampered with, or expired.
    """
    match = FORM.fullmatch(text)
    if match is None or not hmac.compare_digest(match["seal"], _seal(match["deployment"], match["expires"], key)):
        raise CredentialsRefused(reason="This is no ticket of this registry, or it was changed on the way.")
    expires_at = clock.from_milliseconds(int(match["expires"]))
    if at >= expires_at:
        raise CredentialsRefused(reason="This ticket has expired. A maintainer of the team can report the status.")
    try:
        return Ticket(DeploymentId.parse(match["deployment"]), expires_at)
    except DeploymentNotFound:
        raise CredentialsRefused(reason="This is no ticket of this registry.") from None


def _seal(deployment: str, expires: str, key: str) -> str:
    return hmac.new(key.encode(), f"ticket|{deployment}|{expires}".encode(), hashlib.sha256).hexdigest()

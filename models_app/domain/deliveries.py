"""Deliveries: one thing to tell one webhook, from the first try to the last. Pure rules; nothing is sent here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from models_app.domain import clock
from models_app.domain.events import Event
from models_app.domain.teams import TeamSlug
from models_app.domain.webhooks import Occasion, Webhook

# After the first try. Who was away for a night hears of it in the morning; who is gone for a day does not.
PAUSES = tuple(timedelta(minutes=each) for each in (1, 2, 5, 10, 30, 60, 120, 240, 480, 480))
TRIED_FOR = timedelta(hours=24)

LONGEST_REST = timedelta(hours=1)

# Whoever claimed a delivery has this long to note what came of it; then another may try.
LEASE = timedelta(minutes=1)

# A delivered one is kept for as long as its event may be handed over again, so that it is told once.
KEPT_FOR = timedelta(days=7)

NAMESPACE = uuid.UUID("5a1d9c0e-6d0b-4a53-9d0c-2b8f6f3b7f11")  # of the ids that receivers remember: it may never change

OK, MULTIPLE_CHOICES = 200, 300
WORTH_ANOTHER_TRY = {408, 429}
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something to tell: what it is, and MLflow's fields of it."""

    occasion: Occasion
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One occurrence for one webhook.

    Attributes:
        id: known to the receiver, the same at each try.
        body: what is sent, the same at each try.
        tries: how often it was claimed.
        due_at: when to try (again); None when it arrived or was given up.
    """

    id: str
    team: TeamSlug
    webhook: str
    body: str = field(repr=False)
    created_at: datetime
    tries: int
    due_at: datetime | None

    @property
    def untried(self) -> Delivery:
        """The same, not claimed by whoever makes it but due at once, for the schedule."""
        return replace(self, tries=0, due_at=self.created_at)

    @property
    def expires_at(self) -> int:
        """When storage may forget it, in seconds since 1970."""
        return int((self.created_at + KEPT_FOR).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try.

    Attributes:
        status: of the answer; None where there was none.
        body: the beginning of the answer.
        error: in words, for the webhook's owner; None if it arrived.
        is_final: whether another try is of no use.
        retry_after: how long the receiver asked to be left alone.
    """

    status: int | None = None
    body: str = ""
    error: str | None = None
    is_final: bool = False
    retry_after: timedelta | None = None

    @classmethod
    def answered(cls, status: int, body: str, retry_after: timedelta | None = None) -> Outcome:
        """The receiver answered. Only a 2xx says that it has taken what it got; redirections are not followed."""
        if OK <= status < MULTIPLE_CHOICES:
            return cls(status=status, body=body)
        is_final = status < SERVER_ERROR and status not in WORTH_ANOTHER_TRY
        return cls(status=status, body=body, error=f"HTTP {status}", is_final=is_final, retry_after=retry_after)


def opening(event: Event, occurrence: Occurrence, *, webhook: Webhook, body: str) -> Delivery:
    """A delivery that is being tried for the first time. Of the same event it is the same one, whenever it is made."""
    now = clock.now()
    # One event tells of several tags, but of each once.
    name = f"{event.id}/{webhook.id}/{occurrence.occasion}/{occurrence.data.get('key', '')}"
    return Delivery(
        id=str(uuid.uuid5(NAMESPACE, name)),
        team=webhook.team,
        webhook=webhook.id,
        body=body,
        created_at=now,
        tries=1,
        due_at=now + LEASE,
    )


def next_try(delivery: Delivery, outcome: Outcome, *, at: datetime) -> datetime | None:
    """When to try again after a try that failed; None if it is given up."""
    if outcome.is_final or delivery.tries > len(PAUSES):
        return None
    due = at + max(PAUSES[delivery.tries - 1], outcome.retry_after or timedelta())
    return due if due <= delivery.created_at + TRIED_FOR else None


def rest_until(others: Sequence[Delivery], again_at: datetime | None, *, at: datetime) -> datetime:
    """Until when the others of a webhook wait that failed on one: as long again as they did, for an hour at most.

    ``again_at`` is when that one is due again, which its receiver may have asked for.
    """
    waited = at - min(each.created_at for each in others)
    return max(at + min(max(waited, PAUSES[0]), LONGEST_REST), again_at or at)


def signature(secret: str, *, delivery_id: str, timestamp: str, body: str) -> str:
    """What ``X-MLflow-Signature`` says of a delivery.

    >>> signature("s", delivery_id="1", timestamp="2", body="{}")
    'v1,SnYrvqzM9LnSl953cPVWV1AmSWOeDIOs6ZD5pBq4+Ig='
    """
    signed = f"{delivery_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()

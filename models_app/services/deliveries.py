"""Telling webhooks: once for each event, again where nobody took it, and never so that one holds up the others.

An event may be handed over several times; its deliveries are made once, by ids that follow from it. A delivery is made
claimed, and so tried at once; if that process dies, or the try fails, it falls due and the schedule takes it up.
Nobody asks here for permission: what is told was committed, and who may hear it was said by the team's maintainers.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from models_app.domain import clock
from models_app.domain.deliveries import (
    TRIED_FOR,
    Delivery,
    Occurrence,
    Outcome,
    next_try,
    opening,
    rest_until,
    signature,
)
from models_app.domain.errors import Busy, InvalidFields
from models_app.domain.events import Event
from models_app.domain.models import ModelId, RegisteredModel
from models_app.domain.receivers import Receiver
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.domain.webhooks import Webhook, WebhookNotFound
from models_app.outbox import posting
from models_app.storage import deliveries, events, models, versions, webhooks

log = logging.getLogger(__name__)
T = TypeVar("T")

AT_ONCE = 8
CLOCKS_DIFFER = timedelta(seconds=5)
DUE_BATCH = 100
# Nothing more is begun after this, for Lambda gives 29 seconds and a try takes up to eight; what is left falls due.
PASS_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event, with the model and the version that it is about as they stand now, where they do."""

    event: Event
    model: RegisteredModel | None
    version: ModelVersion | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of some tries."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.delivered + other.delivered, self.failed + other.failed, self.given_up + other.given_up)


def list_listening(team: TeamSlug) -> list[Webhook]:
    """A team's active webhooks. One call."""
    return [each for each in webhooks.list_of_team(team).items if each.is_active]


def find_happening(model_id: ModelId, event_id: str) -> Happening | None:
    """An event of a model and what it is about, or None if there is no such event. Two calls.

    It is read here because what a bus hands over could have been put there by others.
    """
    event = events.find_of_model(model_id, event_id) if clock.is_id(event_id) else None
    if event is None:
        return None
    if event.version is None:
        item = models.find_item(model_id)
        return Happening(event=event, model=models.model(item) if item else None, version=None)
    around = versions.find_with_model(VersionReference(model_id, label=event.version))
    return Happening(event=event, model=models.model(around.model) if around.model else None, version=around.version)


def tell(
    listening: Sequence[Webhook], event: Event, occurrences: Sequence[Occurrence], body_of: Callable[[Occurrence], str]
) -> Tally:
    """Make the deliveries of an event, once, and try those at once whose webhook was well the last time.

    Three calls for each that a webhook wants to hear, besides the sending. Bounded by the number of a team's webhooks.
    """
    opened: list[list[tuple[Delivery, Webhook]]] = []
    for webhook in listening:
        if event.occurred_at < webhook.created_at - CLOCKS_DIFFER:
            continue  # it waited in the outbox since before there was somebody to tell
        wanted = [each for each in occurrences if each.occasion in webhook.occasions]
        made = [opening(event, each, webhook=webhook, body=body_of(each)) for each in wanted]
        # One that failed lately is left to the schedule, so that whoever hands over events need not wait for it.
        if webhook.last_error is not None:
            made = [each.untried for each in made]
        new = [(each, webhook) for each in made if deliveries.open_new(each)]
        if new and webhook.last_error is None:
            opened.append(new)
    ends_at = time.monotonic() + PASS_SECONDS
    return _all_of(lambda group: _send_in_turn(group, ends_at=ends_at), opened)


def _send_in_turn(group: Sequence[tuple[Delivery, Webhook]], *, ends_at: float) -> Tally:
    """Until one fails: who did not take that one would let the others wait as long."""
    total = Tally()
    for delivery, webhook in group:
        if time.monotonic() > ends_at:
            break
        tally, _ = _send(delivery, webhook)
        total += tally
        if not tally.delivered:
            break
    return total


def deliver_due() -> Tally:
    """Try what is due, the longest waiting first, until nothing is or the pass is over.

    Of each webhook no more is tried once one has failed: the others wait as long as that webhook has been failing.
    For the schedule. A call for 100 deliveries, one for each webhook, three for each try, one for each that waits.
    """
    ends_at = time.monotonic() + PASS_SECONDS
    looked_at: set[tuple[str, datetime | None]] = set()  # the index may show for a moment what was
    resting: dict[str, datetime] = {}
    total = Tally()
    while time.monotonic() < ends_at:
        found = deliveries.list_due(at=clock.now(), limit=DUE_BATCH)
        groups: dict[str, list[Delivery]] = {}
        for due in found:
            if (due.id, due.due_at) not in looked_at:
                groups.setdefault(due.webhook, []).append(due)
        looked_at |= {(due.id, due.due_at) for due in found}
        total += _all_of(lambda group: _try_group(group, resting, ends_at=ends_at), list(groups.values()))
        if not groups or len(found) < DUE_BATCH:
            break
    return total


def _try_group(group: Sequence[Delivery], resting: dict[str, datetime], *, ends_at: float) -> Tally:
    """What one webhook is still to be told, in turn; ``resting`` says until when each is let alone that failed."""
    try:
        webhook = webhooks.get(group[0].team, group[0].webhook)
        reason = None if webhook.is_active else "the webhook was disabled"
    except WebhookNotFound:
        webhook, reason = None, "the webhook was deleted"
    total = Tally()
    for due in group:
        if time.monotonic() > ends_at:
            break
        if due.webhook in resting:
            total += _rest(due, until=resting[due.webhook])
            continue
        claimed = deliveries.claim(due, at=clock.now())
        if claimed is None:
            continue
        if webhook is None or reason is not None:
            deliveries.settle(claimed, due_at=None, error=reason)
            continue
        tally, again_at = _send(claimed, webhook)
        total += tally
        if not tally.delivered:
            resting[due.webhook] = rest_until(group, again_at, at=clock.now())
    return total


def _rest(due: Delivery, *, until: datetime) -> Tally:
    """Let one wait that nobody would take now, or give it up if it has waited for long enough."""
    if clock.now() - due.created_at > TRIED_FOR:
        deliveries.settle(due, due_at=None, error="nobody took it in time")
        return Tally(given_up=1)
    deliveries.settle(due, due_at=until, error="the webhook failed on another")
    return Tally()


def try_once(webhook: Webhook, *, delivery_id: str, body: str) -> Outcome:
    """Send one body to a webhook, signed if it has a secret. No call; at most eight seconds."""
    try:
        # What is allowed may have changed since the webhook was made.
        receiver = Receiver.parse(webhook.url, insecure=posting.is_insecure())
    except InvalidFields as refusal:
        return Outcome(error=refusal.errors[0].detail, is_final=True)
    timestamp = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "model-registry",
        "X-MLflow-Delivery-Id": delivery_id,
        "X-MLflow-Timestamp": timestamp,
    }
    if webhook.secret:
        headers["X-MLflow-Signature"] = signature(
            webhook.secret, delivery_id=delivery_id, timestamp=timestamp, body=body
        )
    return posting.post(receiver, body.encode(), headers)


def _send(delivery: Delivery, webhook: Webhook) -> tuple[Tally, datetime | None]:
    """One try of a claimed delivery, and what came of it written down; and when it is due again, if it is.

    Two calls beside the sending.
    """
    outcome = try_once(webhook, delivery_id=delivery.id, body=delivery.body)
    now = clock.now()
    due_at = next_try(delivery, outcome, at=now) if outcome.error else None
    deliveries.settle(delivery, due_at=due_at, error=outcome.error)
    if outcome.error is None:
        webhooks.note_outcome(webhook, None, at=now)
        return Tally(delivered=1), None
    gave_up = due_at is None
    told = f"{outcome.error}; given up after {delivery.tries} tries" if gave_up else outcome.error
    webhooks.note_outcome(webhook, told, at=now)
    log.warning("delivery %s to webhook %s of %s: %s", delivery.id, webhook.id, webhook.team, told)
    return Tally(given_up=1) if gave_up else Tally(failed=1), due_at


def _all_of(attempt: Callable[[T], Tally], groups: Sequence[T]) -> Tally:
    """The groups side by side. What storage had no time for falls due again."""

    def guarded(group: T) -> Tally:
        try:
            return attempt(group)
        except Busy as busy:
            log.warning("deliveries stay due: %s", busy)
            return Tally()

    if len(groups) <= 1:
        return sum(map(guarded, groups), Tally())
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks") as threads:
        return sum(threads.map(guarded, groups), Tally())

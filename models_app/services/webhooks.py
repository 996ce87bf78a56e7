"""Webhooks: a team's maintainers say who outside hears of what. URLs and secrets open doors: nobody else sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.deliveries import Outcome
from models_app.domain.errors import InvalidFields, TeamNotFound
from models_app.domain.events import Event, EventKind
from models_app.domain.pages import Page
from models_app.domain.permissions import Permission, authorize
from models_app.domain.receivers import Receiver
from models_app.domain.teams import TeamSlug
from models_app.domain.webhooks import (
    Occasion,
    Webhook,
    WebhookNotFound,
    WebhookStatus,
    parse_name,
    parse_occasions,
    parse_secret,
)
from models_app.outbox import posting
from models_app.services.deliveries import try_once
from models_app.storage import webhooks
from models_app.storage.transactions import commit, until_undisturbed

Change = Callable[["Settings"], "Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an owner says of a webhook."""

    name: str
    url: str = field(repr=False)
    occasions: tuple[Occasion, ...]
    description: str = ""
    secret: str = field(default="", repr=False)
    status: WebhookStatus = WebhookStatus.ACTIVE


def create_webhook(*, actor: Actor, team: TeamSlug, settings: Settings) -> Webhook:
    """A new webhook. One call, beside the question to the resolver whether its URL leads to public addresses.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        InvalidFields: a name, URL, secret or list of events that cannot be.
        TooManyWebhooks: the team has all that it can have.
    """
    _may_manage(actor, team)
    _check(settings)
    now = clock.now()
    new = Webhook(
        id=clock.new_id(),
        team=team,
        name=settings.name,
        url=settings.url,
        occasions=parse_occasions(settings.occasions),
        description=settings.description,
        secret=settings.secret,
        status=settings.status,
        created_at=now,
        created_by=actor.name,
        updated_at=now,
    )
    event = Event.record(EventKind.WEBHOOK_CREATED, by=actor, team=team, data=_told(new))
    commit(webhooks.creating(new), event=event)
    return new


def get_webhook(*, actor: Actor, team: TeamSlug, webhook_id: str) -> Webhook:
    """A team's webhook. One call.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        WebhookNotFound: the team has none of that id.
    """
    _may_manage(actor, team)
    return _get(team, webhook_id)


def list_webhooks(*, actor: Actor, team: TeamSlug, limit: int, after: str | None = None) -> Page[Webhook]:
    """A team's webhooks, the newest first, from behind the one with the id ``after``. One call.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
    """
    _may_manage(actor, team)
    return webhooks.list_of_team(team, limit=limit, after=after)


def update_webhook(*, actor: Actor, team: TeamSlug, webhook_id: str, change: Change) -> Webhook:
    """Change a webhook. Two calls; another URL is looked at as a new one.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        WebhookNotFound: the team has none of that id.
        InvalidFields: a name, URL, secret or list of events that cannot be.
    """
    _may_manage(actor, team)

    def attempt() -> Webhook:
        old = _get(team, webhook_id)
        names = Settings.__dataclass_fields__
        before = Settings(**{name: getattr(old, name) for name in names})
        wanted = change(before)
        changed = sorted(name for name in names if getattr(wanted, name) != getattr(before, name))
        if not changed:
            return old
        _check(wanted, url_is_new=wanted.url != before.url)
        new = replace(
            old,
            **{name: getattr(wanted, name) for name in changed},
            updated_at=clock.now(),
            revision=old.revision + 1,
            last_error=None if {"url", "status"} & set(changed) else old.last_error,
        )
        data = {**_told(new), "changed": ["events" if name == "occasions" else name for name in changed]}
        commit([webhooks.updating(new)], event=Event.record(EventKind.WEBHOOK_UPDATED, by=actor, team=team, data=data))
        return new

    return until_undisturbed(attempt)


def delete_webhook(*, actor: Actor, team: TeamSlug, webhook_id: str) -> None:
    """End a webhook; what was still to be told is not told any more. Two calls.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        WebhookNotFound: the team has none of that id.
    """
    _may_manage(actor, team)

    def attempt() -> None:
        old = _get(team, webhook_id)
        data = {"webhookId": old.id, "name": old.name}
        commit(webhooks.deleting(old), event=Event.record(EventKind.WEBHOOK_DELETED, by=actor, team=team, data=data))

    until_undisturbed(attempt)


def test_webhook(*, actor: Actor, team: TeamSlug, webhook_id: str, sample: Callable[[Webhook], str]) -> Outcome:
    """Send a sample, whatever the webhook's status, and say at once what came of it. One call, at most eight seconds.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        WebhookNotFound: the team has none of that id.
    """
    webhook = get_webhook(actor=actor, team=team, webhook_id=webhook_id)
    return try_once(webhook, delivery_id=clock.new_id(), body=sample(webhook))


def _may_manage(actor: Actor, team: TeamSlug) -> None:
    authorize(actor, Permission.MANAGE_WEBHOOKS, team=team, hidden_as=TeamNotFound(team=team))


def _get(team: TeamSlug, webhook_id: str) -> Webhook:
    if not clock.is_id(webhook_id):
        raise WebhookNotFound(team=team, webhook=webhook_id)
    return webhooks.get(team, webhook_id)


def _check(settings: Settings, *, url_is_new: bool = True) -> None:
    parse_name(settings.name)
    parse_secret(settings.secret)
    parse_occasions(settings.occasions)
    if url_is_new:
        receiver = Receiver.parse(settings.url, insecure=posting.is_insecure())
        try:
            posting.find_addresses(receiver)
        except posting.Unreachable as refusal:
            raise InvalidFields.one("url", "unreachable", f"Nothing is sent there: {refusal}.") from None


def _told(webhook: Webhook) -> dict[str, Any]:
    """What history tells of a webhook: neither path nor query of its URL, and no secret."""
    return {
        "webhookId": webhook.id,
        "name": webhook.name,
        "receiver": Receiver.parse(webhook.url, insecure=True).origin,
        "events": list(webhook.occasions),
        "status": webhook.status,
    }

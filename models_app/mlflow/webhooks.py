"""What clients do with webhooks. Their ids stand in the address; what is not sent on an update stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models_app.domain import clock
from models_app.domain.deliveries import Occurrence
from models_app.domain.webhooks import MOST_WEBHOOKS, Occasion, Webhook, WebhookStatus
from models_app.mlflow import pages
from models_app.mlflow.calls import Call
from models_app.mlflow.payloads import body_of, sample_of
from models_app.mlflow.refusals import invalid
from models_app.services import webhooks
from models_app.services.webhooks import Settings

Body = dict[str, Any]

MAX_LISTED = 1000
SHOWN_OF_ANSWER = 1000


def create(call: Call) -> Body:
    """Make a webhook."""
    settings = Settings(
        name=call.text("name"),
        url=call.text("url"),
        occasions=_occasions(call),
        description=call.description,
        secret=call.text("secret", default=""),
        status=_status(call) or WebhookStatus.ACTIVE,
    )
    return {"webhook": _body(webhooks.create_webhook(actor=call.actor, team=call.team, settings=settings))}


def get(call: Call) -> Body:
    """A webhook. One call."""
    return {"webhook": _body(webhooks.get_webhook(actor=call.actor, team=call.team, webhook_id=_id(call)))}


def list_all(call: Call) -> Body:
    """A page of webhooks, the newest first. One call."""
    limit = min(call.whole("max_results", default=100, most=MAX_LISTED), MOST_WEBHOOKS)
    token = call.text("page_token", default="")
    after = pages.open_webhooks(token) if token else None
    page = webhooks.list_webhooks(actor=call.actor, team=call.team, limit=limit, after=after)
    body: Body = {"webhooks": [_body(each) for each in page.items]}
    if page.next:
        body["next_page_token"] = pages.seal(webhook=page.items[-1].id)
    return body


def update(call: Call) -> Body:
    """Change what is sent."""
    changes: Body = {}
    for name in ("name", "url"):
        if text := call.text(name, default=""):
            changes[name] = text
    if call.find("description") is not None:
        changes["description"] = call.description
    if call.find("secret") is not None:
        changes["secret"] = call.text("secret", default="")
    if call.find("events"):
        changes["occasions"] = _occasions(call)
    if status := _status(call):
        changes["status"] = status
    changed = webhooks.update_webhook(
        actor=call.actor, team=call.team, webhook_id=_id(call), change=lambda old: replace(old, **changes)
    )
    return {"webhook": _body(changed)}


def delete(call: Call) -> Body:
    """End a webhook."""
    webhooks.delete_webhook(actor=call.actor, team=call.team, webhook_id=_id(call))
    return {}


def test(call: Call) -> Body:
    """Send a sample at once: of the event that is named, else of the first that the webhook wants."""
    given = call.find("event")
    wanted = _occasion(given) if given is not None else None

    def sample(webhook: Webhook) -> str:
        occurrence: Occurrence = sample_of(wanted or webhook.occasions[0])
        return body_of(occurrence, team=webhook.team, occurred_at=clock.wire(clock.now()))

    outcome = webhooks.test_webhook(actor=call.actor, team=call.team, webhook_id=_id(call), sample=sample)
    result: Body = {"success": outcome.error is None}
    if outcome.status is not None:
        result |= {"response_status": outcome.status, "response_body": outcome.body[:SHOWN_OF_ANSWER]}
    if outcome.error is not None:
        result["error_message"] = f"Failed to test webhook: {outcome.error}"
    return {"result": result}


def _id(call: Call) -> str:
    return call.text("webhook_id")


def _occasions(call: Call) -> tuple[Occasion, ...]:
    given = call.find("events")
    if not given:
        raise invalid("Missing value for required parameter 'events'.")
    if not isinstance(given, list):
        raise invalid("Parameter 'events' is a list of objects with entity and action.")
    return tuple(dict.fromkeys(map(_occasion, given)))


def _occasion(given: Any) -> Occasion:
    """One event that can be told of; MLflow writes its words in capitals."""
    words = [given.get(name) for name in ("entity", "action")] if isinstance(given, dict) else [None]
    if not all(isinstance(word, str) for word in words):
        raise invalid("An event is an object with entity and action, such as MODEL_VERSION and CREATED.")
    entity, action = (str(word).lower()[:40] for word in words)
    if entity == "budget_policy":
        raise invalid("There are no budget policies in this registry, so nothing would ever be told of them.")
    actions = sorted(each.action for each in Occasion if each.entity == entity)
    if not actions:
        raise invalid(f"Invalid entity '{entity}'. Entities are: {sorted({each.entity for each in Occasion})}")
    if action not in actions:
        raise invalid(f"Invalid action '{action}' for entity '{entity}'. Valid actions are: {actions}")
    return Occasion(f"{entity}.{action}")


def _status(call: Call) -> WebhookStatus | None:
    text = call.text("status", default="")
    if not text:
        return None
    try:
        return WebhookStatus(text)
    except ValueError:
        raise invalid(f"Invalid webhook status '{text[:40]}': it is ACTIVE or DISABLED.") from None


def _body(webhook: Webhook) -> Body:
    """A webhook, without its secret; and, beyond what MLflow has, what came of its last delivery."""
    body: Body = {
        "webhook_id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "events": [{"entity": each.entity.upper(), "action": each.action.upper()} for each in webhook.occasions],
        "status": webhook.status.value,
        "creation_timestamp": clock.to_milliseconds(webhook.created_at),
        "last_updated_timestamp": clock.to_milliseconds(webhook.updated_at),
    }
    if webhook.description:
        body["description"] = webhook.description
    if webhook.last_tried_at:
        body["last_delivery_timestamp"] = clock.to_milliseconds(webhook.last_tried_at)
    if webhook.last_error:
        body["last_delivery_error"] = webhook.last_error
    return body

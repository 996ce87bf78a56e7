"""What the function does without a caller: jobs of schedules, and events of the bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from models_app import jobs
from models_app.outbox import relay
from models_app.outbox.bus import SOURCE
from models_app.services.deliveries import Tally
from registry_project.metrics import measure


class Refused(Exception):
    """Nothing that this function is for. Lambda counts it as an error, and an alarm tells."""


def run(event: object) -> dict[str, Any]:
    """Do what an event asks for; what came of it, for the log.

    Events: ``{"job": "relay_events"}``, ``{"job": "deliver_webhooks"}``, ``{"job": "time_out_deployments"}``,
    ``{"job": "finish_moves"}`` and ``{"job": "seal_events"}`` from schedules; from the bus
    ``DeploymentStatusReported``, and those of the registry's own that webhooks are told of.

    Raises:
        Refused: any other event.
        BusFailed, Busy: not now; Lambda or the next schedule tries again.
    """
    if not isinstance(event, Mapping):
        raise Refused("An event is an object.")
    kind = event.get("detail-type")
    if kind == jobs.REPORTED:
        return {"refused": jobs.take_report(event)}
    if event.get("source") == SOURCE and isinstance(kind, str) and kind in jobs.TOLD_TO_WEBHOOKS:
        return _told(jobs.take_event(event))
    if event.get("job") == "relay_events":
        return _relay()
    if event.get("job") == "deliver_webhooks":
        return _told(jobs.deliver_webhooks())
    if event.get("job") == "time_out_deployments":
        ended = jobs.time_out_deployments()
        _measure(DeploymentsTimedOut=len(ended))
        return {"timedOut": [str(each) for each in ended]}
    if event.get("job") == "finish_moves":
        return {"finished": jobs.finish_moves()}
    if event.get("job") == "seal_events":
        return {"seals": jobs.seal_events()}
    raise Refused("This function takes scheduled jobs, events and reports of pipelines.")


def _relay() -> dict[str, Any]:
    """Relay, and tell how far the bus is behind also when it takes nothing: that is when somebody has to know."""
    tally = relay.Tally()
    try:
        tally = relay.relay()
    finally:
        behind = relay.backlog()
        _measure(
            EventsSent=tally.sent,
            EventsRefused=tally.refused,
            DeadEvents=behind.dead,
            OutboxAgeSeconds=behind.oldest_seconds,
        )
    return {"sent": tally.sent, "refused": tally.refused, "dead": behind.dead}


def _told(tally: Tally) -> dict[str, Any]:
    _measure(WebhooksDelivered=tally.delivered, WebhooksFailed=tally.failed, WebhooksGivenUp=tally.given_up)
    return {"delivered": tally.delivered, "failed": tally.failed, "givenUp": tally.given_up}


def _measure(**figures: float) -> None:
    measure(figures, stage=settings.ENVIRONMENT)

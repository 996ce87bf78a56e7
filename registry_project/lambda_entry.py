"""What AWS Lambda calls without a caller: schedules and events of the bus. Web requests have Zappa's handler.

Django is loaded when the module is, so a wrong setting fails the start and no job.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import django
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
django.setup()

from django.conf import settings  # noqa: E402 - only once Django is loaded

from models_app import jobs  # noqa: E402
from models_app.outbox import relay  # noqa: E402

NAMESPACE = "ModelRegistry"


class Refused(Exception):
    """Nothing that this function is for. Lambda counts it as an error, and an alarm tells."""


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Do what an event asks for; what came of it, for the log.

    Events: ``{"job": "relay_events"}``, ``{"job": "time_out_deployments"}`` and ``{"job": "finish_moves"}`` from
    schedules, and ``DeploymentStatusReported`` from the bus.

    Raises:
        Refused: any other event.
        BusFailed, Busy: not now; Lambda or the next schedule tries again.
    """
    if event.get("detail-type") == jobs.REPORTED:
        return {"refused": jobs.take_report(event)}
    if event.get("job") == "relay_events":
        return _relay()
    if event.get("job") == "time_out_deployments":
        ended = jobs.time_out_deployments()
        _measure(DeploymentsTimedOut=len(ended))
        return {"timedOut": [str(each) for each in ended]}
    if event.get("job") == "finish_moves":
        return {"finished": jobs.finish_moves()}
    raise Refused("This function takes scheduled jobs and reports of pipelines.")


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


def _measure(**figures: float) -> None:
    """Write figures to the log in the form of which CloudWatch makes metrics, by stage."""
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for name, figure in figures.items():
        unit = MetricUnit.Seconds if name.endswith("Seconds") else MetricUnit.Count
        metrics.add_metric(name=name, unit=unit, value=figure)
    metrics.add_dimension(name="Stage", value=settings.ENVIRONMENT)
    metrics.flush_metrics()

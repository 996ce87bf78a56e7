"""What the registry does without a caller, beside the relay: on a schedule, and when the bus brings something.

On AWS, ``registry_project.lambda_entry`` is called for each; on this machine, the command ``run_jobs`` does them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from models_app.api.deployment_bodies import ReportRequest
from models_app.api.problems import flatten
from models_app.domain import clock
from models_app.domain.actors import command_line
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import DeploymentStatus
from models_app.domain.errors import Busy, ModelNotFound, RegistryError
from models_app.domain.models import ModelId
from models_app.identity.authentication import ticket_holder
from models_app.mlflow import payloads
from models_app.services import deliveries, deployment_reports, relocations, seals
from models_app.services.deliveries import Tally

log = logging.getLogger(__name__)

REPORTED = "DeploymentStatusReported"
TOLD_TO_WEBHOOKS = frozenset(kind.value for kind in payloads.TOLD)


def time_out_deployments() -> list[DeploymentId]:
    """End the deployments of which nothing was heard for too long; which."""
    return [each.id for each in deployment_reports.time_out_silent(actor=command_line("time_out_deployments"))]


def finish_moves() -> int:
    """Carry out the renamings and deletions of large models that were begun and left; how many."""
    return relocations.finish_moves()


def seal_events() -> int:
    """Seal what happened in every team since its last seal; how many seals were put."""
    return seals.seal_all()


def take_report(envelope: Mapping[str, Any]) -> str | None:
    """Take a ``DeploymentStatusReported`` event as the callback takes a request; None, or why it is not taken.

    A report that is refused stays refused however often it is delivered, so that is logged and no error. The bus
    delivers at least once: a report that was taken already changes nothing.

    Raises:
        Busy: not now; the event is to be delivered again.
    """
    detail = _detail(envelope)
    try:
        _, actor = ticket_holder(_text(detail, "ticket"), request_id=_text(envelope, "id"))
        said = ReportRequest(data={name: detail[name] for name in ("status", "detail") if name in detail})
        said.is_valid(raise_exception=True)
        deployment_reports.report_status(
            actor=actor,
            deployment_id=DeploymentId.parse(_text(detail, "deploymentId")),
            status=DeploymentStatus(said.validated_data["status"]),
            detail=said.validated_data["detail"],
        )
    except Busy:
        raise
    except RegistryError as refusal:
        reason = str(refusal)
    except ValidationError as wrong:
        reason = "; ".join(f"{each.field}: {each.detail}" for each in flatten(wrong.detail))
    else:
        return None
    log.warning("a pipeline's report was refused: %s", reason)
    return reason


def take_event(envelope: Mapping[str, Any]) -> Tally:
    """Tell a team's webhooks of an event of ours that the bus hands over.

    One call if the team has none, else three and what the telling takes.

    Of the envelope only the ids are believed: the event itself is read from the table. What is no event there is
    logged and no error, for it will not become one.

    Raises:
        Busy: not now; the event is to be delivered again.
    """
    detail = _detail(envelope)
    try:
        model_id = ModelId.parse(_text(detail, "modelId"))
    except ModelNotFound:
        return Tally()
    listening = deliveries.list_listening(model_id.team)
    if not listening:
        return Tally()
    happening = deliveries.find_happening(model_id, _text(detail, "eventId"))
    if happening is None:
        log.warning("the bus brought an event that was never committed")
        return Tally()
    event = happening.event
    occurred_at = clock.wire(event.occurred_at)
    return deliveries.tell(
        listening,
        event,
        payloads.occurrences_of(happening),
        lambda each: payloads.body_of(each, team=model_id.team, occurred_at=occurred_at),
    )


def deliver_webhooks() -> Tally:
    """Try again what webhooks did not take."""
    return deliveries.deliver_due()


def _detail(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an event of the bus tells; nothing if that is no object."""
    told = envelope.get("detail")
    return told if isinstance(told, Mapping) else {}


def _text(document: Mapping[str, Any], name: str) -> str:
    text = document.get(name)
    return text if isinstance(text, str) else ""

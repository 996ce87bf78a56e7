"""What the registry does without a caller, beside the relay: on a schedule, and when the bus brings a report.

On AWS, ``registry_project.lambda_entry`` is called for each; on this machine, the command ``run_jobs`` does them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from models_app.api.deployment_bodies import ReportRequest
from models_app.api.problems import flatten
from models_app.domain.actors import command_line
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import DeploymentStatus
from models_app.domain.errors import Busy, RegistryError
from models_app.identity.authentication import ticket_holder
from models_app.services import deployment_reports, relocations

log = logging.getLogger(__name__)

REPORTED = "DeploymentStatusReported"


def time_out_deployments() -> list[DeploymentId]:
    """End the deployments of which nothing was heard for too long; which."""
    return [each.id for each in deployment_reports.time_out_silent(actor=command_line("time_out_deployments"))]


def finish_moves() -> int:
    """Carry out the renamings and deletions of large models that were begun and left; how many."""
    return relocations.finish_moves()


def take_report(envelope: Mapping[str, Any]) -> str | None:
    """Take a ``DeploymentStatusReported`` event as the callback takes a request; None, or why it is not taken.

    A report that is refused stays refused however often it is delivered, so that is logged and no error. The bus
    delivers at least once: a report that was taken already changes nothing.

    Raises:
        Busy: not now; the event is to be delivered again.
    """
    told = envelope.get("detail")
    detail: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
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


def _text(document: Mapping[str, Any], name: str) -> str:
    text = document.get(name)
    return text if isinstance(text, str) else ""

"""What CloudWatch counts, in namespace ModelRegistry, made from what the floors below log as facts.

Those floors know no metrics: they log an event once it is committed, or that storage was busy. Here, on a stage, that
becomes a line in the log of which CloudWatch makes a metric (EMF), once for each fact. No call is made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from models_app.domain.deployments import DeploymentStatus
from models_app.domain.events import Event, EventKind
from models_app.storage.calls import BUSY

NAMESPACE = "ModelRegistry"
FAILED = frozenset({DeploymentStatus.FAILED, DeploymentStatus.TIMED_OUT})


class Count(NamedTuple):
    """One of something, and by what it is counted beside the stage."""

    name: str
    dimensions: dict[str, str]


class MetricsHandler(logging.Handler):
    """Turns each fact into the metrics that count it."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self.stage = stage

    def emit(self, record: logging.LogRecord) -> None:
        """Write the metrics of a fact; facts that nobody counts write nothing."""
        for count in counts_of(getattr(record, "fact", None)):
            measure({count.name: 1}, stage=self.stage, by=count.dimensions)


def measure(figures: Mapping[str, float], *, stage: str, by: Mapping[str, str] | None = None) -> None:
    """Write figures to the log in the form of which CloudWatch makes metrics, by stage and by what else they differ."""
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for name, figure in figures.items():
        unit = MetricUnit.Seconds if name.endswith("Seconds") else MetricUnit.Count
        metrics.add_metric(name=name, unit=unit, value=figure)
    for name, value in {"Stage": stage, **(by or {})}.items():
        metrics.add_dimension(name=name, value=value)
    metrics.flush_metrics()


def counts_of(fact: object) -> Iterator[Count]:
    """What a fact adds to."""
    if fact == BUSY:
        yield Count("StorageBusy", {})
    if not isinstance(fact, Event):
        return
    team = {"Team": str(fact.team)}
    match fact.kind:
        case EventKind.MODEL_VERSION_REGISTERED:
            yield Count("VersionsRegistered", team)
        case EventKind.DEPLOYMENT_REQUESTED:
            yield Count("DeploymentsRequested", {"Target": str(fact.data["deploymentTarget"]), **team})
        case EventKind.DEPLOYMENT_STATUS_CHANGED if fact.data["to"] in FAILED:
            yield Count("DeploymentsFailed", {})

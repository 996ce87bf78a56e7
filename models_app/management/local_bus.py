"""The local bus: on AWS the stack makes it. Who reads which events is said here and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import boto3

from models_app.domain.events import EventKind
from models_app.jobs import REPORTED, TOLD_TO_WEBHOOKS
from models_app.outbox.bus import SOURCE

REQUESTS_QUEUE = "deployment-requests"
REPORTS_QUEUE = "deployment-reports"
WEBHOOKS_QUEUE = "webhook-events"


def make(bus: str) -> None:
    """Make the bus and its queues: requests for the pipeline; reports, and what webhooks hear of, for the registry."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    if bus not in {each["Name"] for each in events.list_event_buses()["EventBuses"]}:
        events.create_event_bus(Name=bus)
    _subscribe(events, sqs, bus, REQUESTS_QUEUE, {"source": [SOURCE], "detail-type": [EventKind.DEPLOYMENT_REQUESTED]})
    _subscribe(events, sqs, bus, REPORTS_QUEUE, {"detail-type": [REPORTED]})
    _subscribe(events, sqs, bus, WEBHOOKS_QUEUE, {"source": [SOURCE], "detail-type": sorted(TOLD_TO_WEBHOOKS)})


def _subscribe(events: Any, sqs: Any, bus: str, queue: str, pattern: dict[str, Any]) -> None:
    """Have the bus put the events of a pattern into a queue. The queue gets whole envelopes, as a Lambda would."""
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=queue, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=queue, EventBusName=bus, Targets=[{"Id": queue, "Arn": arn}])

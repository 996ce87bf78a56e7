"""The local bus: on AWS the stack makes it. Who reads which events is said here and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
from django.conf import settings

from models_app.jobs import REPORTED

REQUESTS_QUEUE = "deployment-requests"
REPORTS_QUEUE = "deployment-reports"
EXAMPLE_RULE = "examples/pipeline/rule.json"


def make(bus: str) -> None:
    """Make the bus and its two queues: requests for the pipeline, by the example's rule; reports for the registry."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    if bus not in {each["Name"] for each in events.list_event_buses()["EventBuses"]}:
        events.create_event_bus(Name=bus)
    requests = json.loads(Path(settings.BASE_DIR, EXAMPLE_RULE).read_text())
    _subscribe(events, sqs, bus, REQUESTS_QUEUE, requests)
    _subscribe(events, sqs, bus, REPORTS_QUEUE, {"detail-type": [REPORTED]})


def _subscribe(events: Any, sqs: Any, bus: str, queue: str, pattern: dict[str, Any]) -> None:
    """Have the bus put the events of a pattern into a queue. The queue gets whole envelopes, as a Lambda would."""
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=queue, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=queue, EventBusName=bus, Targets=[{"Id": queue, "Arn": arn}])

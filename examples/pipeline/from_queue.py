#!/usr/bin/env python3
"""The example's consumer without Lambda: it reads the events from an SQS queue. `make run` starts it as its pipeline.

    python examples/pipeline/from_queue.py --queue deployment-requests [--pause 2]

A message is deleted once the consumer is done with it. What fails in passing comes again when its visibility time-out
is over, as Lambda would be called again. To see a deployment fail, request it with ``"parameters": {"fail": "why"}``.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from typing import Any

import boto3
import consumer
from botocore.exceptions import BotoCoreError, ClientError

WAIT_SECONDS = 2
AGAIN_AFTER_SECONDS = 30

log = logging.getLogger("pipeline")
apply_at_once = consumer.apply


def main() -> None:
    """Consume for ever."""
    parser = argparse.ArgumentParser(description="Run the example pipeline on events from an SQS queue.")
    parser.add_argument("--queue", required=True, help="name of the queue")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="work so long on each deployment")
    options = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    log.setLevel(logging.INFO)

    def apply(detail: dict[str, Any]) -> None:
        time.sleep(options.pause)
        if "fail" in (parameters := detail["data"]["parameters"]):
            raise consumer.CannotRun(str(parameters["fail"]))
        apply_at_once(detail)

    consumer.apply = apply
    consumer.create_table()
    queue = boto3.resource("sqs").get_queue_by_name(QueueName=options.queue)
    log.info("waiting for deployments in the queue %s", options.queue)
    while True:
        try:
            consume(queue)
        except (BotoCoreError, ClientError, OSError) as failure:
            log.warning("not now: %s", failure)
            time.sleep(WAIT_SECONDS)


def consume(queue: Any) -> None:
    """Wait a little for a message, and do what it asks for."""
    messages = queue.receive_messages(
        MaxNumberOfMessages=1, WaitTimeSeconds=WAIT_SECONDS, VisibilityTimeout=AGAIN_AFTER_SECONDS
    )
    for message in messages:
        outcome = consumer.handler(json.loads(message.body), None)
        log.info("%s", outcome)
        message.delete()


if __name__ == "__main__":
    main()

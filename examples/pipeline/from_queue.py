#!/usr/bin/env python3
"""The example's consumer without Lambda: it reads the events from an SQS queue. `make run` starts it as its pipeline.

    python examples/pipeline/from_queue.py --queue deployment-requests [--pause 2]

The queue gets what the rule lets through. A message is deleted once the consumer is done with it; what failed comes
again when its visibility time-out is over, as Lambda would be called again.
"""

from __future__ import annotations

import argparse
import json
import logging
import time

import boto3
import consumer
from botocore.exceptions import BotoCoreError, ClientError

WAIT_SECONDS = 2
AGAIN_AFTER_SECONDS = 5

log = logging.getLogger("pipeline")


def main() -> None:
    """Consume for ever."""
    parser = argparse.ArgumentParser(description="Run the example pipeline on events from an SQS queue.")
    parser.add_argument("--queue", required=True, help="name of the queue")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="work so long on each deployment")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    consumer.create_table()
    queue = boto3.resource("sqs").get_queue_by_name(QueueName=options.queue)
    log.info("waiting for deployments in %s", options.queue)
    while True:
        try:
            messages = queue.receive_messages(
                MaxNumberOfMessages=1, WaitTimeSeconds=WAIT_SECONDS, VisibilityTimeout=AGAIN_AFTER_SECONDS
            )
            for message in messages:
                consumer.handler(json.loads(message.body), None)
                message.delete()
        except (BotoCoreError, ClientError, OSError) as failure:
            log.warning("not now: %s", failure)
            time.sleep(WAIT_SECONDS)


if __name__ == "__main__":
    main()

"""Do on this machine what schedules and the bus have Lambda do on AWS."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from models_app import jobs
from models_app.domain.errors import RegistryError
from models_app.management.refusals import RegistryCommand
from models_app.outbox import bus, relay

PAUSE_SECONDS = 1
TIME_OUTS_EVERY_SECONDS = 60


class Command(RegistryCommand):
    help = "Publish events, time deployments out and take pipelines' reports, until stopped. `make run` starts this."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--reports", metavar="QUEUE", help="name of the SQS queue with the pipelines' reports")

    def handle(self, *, reports: str | None, **_: Any) -> None:
        """Go on for ever. What fails in passing is told, and tried again."""
        queue = boto3.resource("sqs").get_queue_by_name(QueueName=reports) if reports else None
        next_time_outs = 0.0
        while True:
            try:
                if settings.EVENT_BUS:
                    self._relay()
                if time.monotonic() >= next_time_outs:
                    next_time_outs = time.monotonic() + TIME_OUTS_EVERY_SECONDS
                    for ended in jobs.time_out_deployments():
                        self.stdout.write(f"{ended} timed out.")
                    jobs.finish_moves()
                if queue is not None:
                    self._take_reports(queue)
            except (RegistryError, bus.BusFailed, BotoCoreError, ClientError) as failure:
                self.stderr.write(f"Not now: {failure}")
                time.sleep(PAUSE_SECONDS)
            if queue is None:
                time.sleep(PAUSE_SECONDS)

    def _relay(self) -> None:
        tally = relay.relay()
        if tally.refused:
            self.stderr.write(f"{tally.sent} events sent, {tally.refused} refused, {tally.dead} given up.")

    def _take_reports(self, queue: Any) -> None:
        """Wait for reports for a pause's length, take them, and only then have the queue forget them."""
        for message in queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=PAUSE_SECONDS):
            jobs.take_report(json.loads(message.body))
            message.delete()

"""Do on this machine what schedules and the bus have Lambda do on AWS."""

from __future__ import annotations

import json
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management.base import CommandError

from models_app import jobs
from models_app.domain.errors import RegistryError
from models_app.management.refusals import RegistryCommand
from models_app.outbox import bus, relay

PAUSE_SECONDS = 1
TIME_OUTS_EVERY_SECONDS = 60


class Command(RegistryCommand):
    help = (
        "Publish events, time deployments out, take pipelines' reports and tell webhooks, until stopped. "
        "`make run` starts this."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--reports", metavar="QUEUE", help="name of the SQS queue with the pipelines' reports")
        parser.add_argument("--webhooks", metavar="QUEUE", help="name of the SQS queue with what webhooks are told of")

    def handle(self, *, reports: str | None, webhooks: str | None, **_: Any) -> None:
        """Go on for ever. What fails in passing is told, and tried again."""
        # Apart, because a receiver that does not answer takes seconds.
        told = _queue(webhooks)
        telling = threading.Thread(target=self._for_ever, args=(lambda: self._tell(told), told is None), daemon=True)
        telling.start()
        reported = _queue(reports)
        next_time_outs = 0.0

        def pass_once() -> None:
            nonlocal next_time_outs
            if not telling.is_alive():
                raise CommandError("Telling webhooks came to an end, so all of it does. Start it again.")
            if settings.EVENT_BUS:
                self._relay()
            if time.monotonic() >= next_time_outs:
                next_time_outs = time.monotonic() + TIME_OUTS_EVERY_SECONDS
                for ended in jobs.time_out_deployments():
                    self.stdout.write(f"{ended} timed out.")
                jobs.finish_moves()
                jobs.seal_events()
            if reported is not None:
                _take(reported, jobs.take_report)

        self._for_ever(pass_once, reported is None)

    def _for_ever(self, once: Callable[[], None], pausing: bool) -> None:  # noqa: FBT001 - who waits at a queue needs no pause
        while True:
            try:
                once()
            except (RegistryError, bus.BusFailed, BotoCoreError, ClientError) as failure:
                self.stderr.write(f"Not now: {failure}")
                time.sleep(PAUSE_SECONDS)
            if pausing:
                time.sleep(PAUSE_SECONDS)

    def _relay(self) -> None:
        tally = relay.relay()
        if tally.refused:
            self.stderr.write(f"{tally.sent} events sent, {tally.refused} refused, {tally.dead} given up.")

    def _tell(self, queue: Any) -> None:
        if queue is not None:
            _take(queue, jobs.take_event)
        tally = jobs.deliver_webhooks()
        if tally.given_up:
            self.stderr.write(f"{tally.given_up} deliveries to webhooks given up.")


def _queue(name: str | None) -> Any:
    # A session of its own: boto3's default one is not for several threads.
    return boto3.Session().resource("sqs").get_queue_by_name(QueueName=name) if name else None


def _take(queue: Any, take: Callable[[Mapping[str, Any]], object]) -> None:
    """Wait for messages for a pause's length, take them, and only then have the queue forget them."""
    for message in queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=PAUSE_SECONDS):
        take(json.loads(message.body))
        message.delete()

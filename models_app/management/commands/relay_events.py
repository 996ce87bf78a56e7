"""Publish the events that are still in the outbox."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from models_app.domain.errors import StorageBusy
from models_app.management.refusals import RegistryCommand
from models_app.outbox import bus, relay


class Command(RegistryCommand):
    help = "Publish the events that wait in the outbox, the oldest first. On AWS a schedule does this each minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on, with pauses of so many seconds")

        parser.add_argument(
            "--revive",
            action="store_true",
            help="first take up again what the bus refused 20 times, once its cause is mended",
        )

    def handle(self, *, every: float | None, revive: bool, **_: Any) -> None:
        """Relay, once or for ever."""
        if not bus.present().name:
            raise CommandError("There is no bus: set REGISTRY_EVENT_BUS to its name. Events wait until there is one.")
        if revive:
            self.stdout.write(f"{relay.revive()} taken up again.")
        while True:
            self._pass(goes_on=every is not None)
            if every is None:
                return
            time.sleep(every)

    def _pass(self, *, goes_on: bool) -> None:
        try:
            tally = relay.relay()
        except (bus.BusFailed, StorageBusy) as failure:
            if not goes_on:
                raise CommandError(f"Not now: {failure}. Nothing is lost; try again.") from failure
            self.stderr.write(f"Not now: {failure}")
            return
        if not goes_on or tally.sent or tally.refused:
            self.stdout.write(f"{tally.sent} sent, {tally.refused} refused, {tally.dead} given up.")

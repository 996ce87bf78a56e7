"""Publish the events that are still in the outbox."""

from __future__ import annotations

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
        parser.add_argument(
            "--revive",
            action="store_true",
            help="first take up again what the bus refused 20 times, once its cause is mended",
        )

    def handle(self, *, revive: bool, **_: Any) -> None:
        """Relay once."""
        if not bus.present().name:
            raise CommandError("There is no bus: set REGISTRY_EVENT_BUS to its name. Events wait until there is one.")
        if revive:
            self.stdout.write(f"{relay.revive()} taken up again.")
        try:
            tally = relay.relay()
        except (bus.BusFailed, StorageBusy) as failure:
            raise CommandError(f"Not now: {failure}. Nothing is lost; try again.") from failure
        self.stdout.write(f"{tally.sent} sent, {tally.refused} refused, {tally.dead} given up.")

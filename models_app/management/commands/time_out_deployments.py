"""End the deployments of which nothing was heard for too long."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from models_app.domain.actors import command_line
from models_app.domain.errors import RegistryError
from models_app.management.refusals import RegistryCommand
from models_app.services import deployment_reports


class Command(RegistryCommand):
    help = "End the deployments whose pipeline was silent for an hour. On AWS a schedule does this each minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on, with pauses of so many seconds")

    def handle(self, *, every: float | None, **_: Any) -> None:
        """Look once, or for ever."""
        while True:
            try:
                for deployment in deployment_reports.time_out_silent(actor=command_line("time_out_deployments")):
                    self.stdout.write(f"{deployment.id} timed out.")
            except RegistryError as refusal:  # storage is busy, say: the next look comes soon
                if every is None:
                    raise
                self.stderr.write(f"{refusal}")
            if every is None:
                return
            time.sleep(every)

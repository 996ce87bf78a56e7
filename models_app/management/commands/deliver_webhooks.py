"""Try again what webhooks did not take."""

from __future__ import annotations

from typing import Any

from models_app import jobs
from models_app.management.refusals import RegistryCommand


class Command(RegistryCommand):
    help = "Try again what webhooks did not take and is due. On AWS a schedule does this each minute."

    def handle(self, **_: Any) -> None:
        """Look once."""
        tally = jobs.deliver_webhooks()
        self.stdout.write(f"{tally.delivered} delivered, {tally.failed} failed, {tally.given_up} given up.")

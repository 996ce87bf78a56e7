"""End the deployments of which nothing was heard for too long."""

from __future__ import annotations

from typing import Any

from models_app import jobs
from models_app.management.refusals import RegistryCommand


class Command(RegistryCommand):
    help = "End the deployments whose pipeline was silent for an hour. On AWS a schedule does this each minute."

    def handle(self, **_: Any) -> None:
        """Look once."""
        for ended in jobs.time_out_deployments():
            self.stdout.write(f"{ended} timed out.")

"""Make a local registry ready: its table, and the demo's teams, people, tokens and models."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from models_app.management import demo, local_bus
from models_app.management.refusals import RegistryCommand
from models_app.storage.table import create_table


class Command(RegistryCommand):
    help = "Make the table of a local registry where there is none, and load the demo into it. `make run` calls this."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--demo", action="store_true", help="load demo teams, people, tokens and models")
        parser.add_argument("--bus", action="store_true", help="make the event bus and its queues")
        parser.add_argument("--tokens", type=Path, metavar="FILE", help="where to keep the demo's tokens")

    def handle(self, **options: Any) -> None:
        """Prepare."""
        if not settings.IS_LOCAL:
            raise CommandError("This is for local registries; on AWS the stack makes the table.")
        create_table()
        if options["bus"]:
            local_bus.make(settings.EVENT_BUS)
        if options["demo"]:
            self._load(options["tokens"])

    def _load(self, path: Path | None) -> None:
        for done in demo.load():
            self.stdout.write(f"Demo: {done}.")
        if path is not None:
            demo.keep_tokens(path)
            self.stdout.write(f"Demo login: ada (payments) or admin, password {demo.PASSWORD}; tokens: {path}")

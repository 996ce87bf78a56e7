"""Check that the table contradicts itself nowhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from models_app.management.refusals import RegistryCommand
from models_app.storage.soundness import find_faults


class Command(RegistryCommand):
    help = "Read the whole table and tell where it contradicts itself. It changes nothing; exit code 1 means faults."

    def handle(self, **_: Any) -> None:
        """Check."""
        faults = find_faults()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults found.")
        self.stdout.write("The table is sound.")

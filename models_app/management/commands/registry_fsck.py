"""Check that the table contradicts itself nowhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from models_app.management.progress import Progress
from models_app.management.refusals import RegistryCommand
from models_app.storage.soundness import find_faults


class Command(RegistryCommand):
    help = "Read the whole table and tell where it contradicts itself. It changes nothing; exit code 1 means faults."

    def handle(self, **_: Any) -> None:
        """Check."""
        progress = Progress(self.stderr)
        count = 0

        def seen(items: int) -> None:
            nonlocal count
            count = items
            progress.tell(f"{items:,} items read.")

        try:
            faults = find_faults(seen=seen)
        finally:
            progress.close()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults):,} faults found in {count:,} items.")
        self.stdout.write(f"The table is sound: {count:,} items.")

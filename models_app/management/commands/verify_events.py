"""Check that no sealed event was changed, taken away, added or put in another order."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from models_app.domain.teams import TeamSlug
from models_app.management.progress import Progress
from models_app.management.refusals import RegistryCommand
from models_app.services import audits

PARTS = 3


class Command(RegistryCommand):
    help = (
        "Read the whole table and tell where a team's events are not what was sealed. It changes nothing; exit code 1 "
        "means that something was tampered with. It prints each team's newest seal, to be kept elsewhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--heads",
            metavar="FILE",
            type=Path,
            help="what this command printed earlier: those seals must still be there as they were",
        )

    def handle(self, *, heads: Path | None, **_: Any) -> None:
        """Check."""
        noted = _noted(heads) if heads else {}
        progress = Progress(self.stderr)
        try:
            verdicts = audits.verify(heads=noted, seen=lambda items: progress.tell(f"{items:,} items read."))
        finally:
            progress.close()
        breaks = [f"{verdict.team}: {each}" for verdict in verdicts for each in verdict.breaks]
        for line in breaks or [verdict.head.head for verdict in verdicts if verdict.head]:
            self.stdout.write(line)
        if breaks:
            raise CommandError(f"{len(breaks):,} places are not as they were sealed.")
        unsealed = sum(verdict.unsealed for verdict in verdicts)
        self.stderr.write(f"All is as it was sealed; {unsealed:,} events are not sealed yet.")


def _noted(path: Path) -> dict[TeamSlug, dict[int, str]]:
    """The seals of an earlier run, by team and number.

    Raises:
        CommandError: the file cannot be read, or a line of it is none of ours.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as failure:
        raise CommandError(f"{path} cannot be read: {failure}", returncode=2) from failure
    noted: dict[TeamSlug, dict[int, str]] = defaultdict(dict)
    for place, line in enumerate(filter(str.strip, lines), 1):
        parts = line.split()
        if len(parts) != PARTS or not parts[1].isdecimal():
            raise CommandError(f"{path}, line {place}: a line is a team, a number and a digest.", returncode=2)
        noted[TeamSlug(parts[0])][int(parts[1])] = parts[2]
    return noted

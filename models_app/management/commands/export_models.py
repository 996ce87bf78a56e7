"""Write models out, losslessly or for people."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError

from models_app.domain.actors import command_line
from models_app.domain.teams import TeamSlug
from models_app.management import exporting
from models_app.management.progress import Progress
from models_app.management.refusals import RegistryCommand
from models_app.services import exports, teams

FORMATS = {"jsonl": exporting.json_lines, "csv": exporting.table}
UNUSABLE = 2


class Command(RegistryCommand):
    help = "Write models with their versions and aliases to a file that import_models takes; or as CSV, for people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--team", action="append", metavar="TEAM", help="whose models; may be repeated; default: all"
        )
        parser.add_argument("--output", default="-", metavar="FILE", help="default: - for standard output")
        parser.add_argument("--format", choices=FORMATS, default="jsonl", help="jsonl (default) loses nothing")

    def handle(self, *, team: list[str] | None, output: str, **options: Any) -> None:
        """Export."""
        actor = command_line("export_models")
        named = sorted({TeamSlug.parse(each, field="team") for each in team or ()})
        for slug in named:
            teams.get_team(actor=actor, slug=slug)
        slugs = named or exports.list_teams(actor=actor)
        everything = (model for slug in slugs for model in exports.export_models(actor=actor, team=slug))
        progress = Progress(self.stderr)
        count = 0
        try:
            with _writing(output, self.stdout) as file:
                for count, line in enumerate(FORMATS[options["format"]](everything), start=1):
                    file.write(line)
                    progress.tell(f"{count:,} lines written.")
        except BrokenPipeError:  # whoever reads has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        finally:
            progress.close()
        self.stderr.write(f"{count:,} lines written.")


@contextmanager
def _writing(path: str, out: Any) -> Iterator[TextIO]:
    """Where to write. A file is there under its name only once it is whole."""
    if path == "-":
        yield out
        return
    part = Path(f"{path}.part")
    try:
        file = part.open("w", encoding="utf-8", newline="")
    except OSError as failure:
        raise CommandError(f"{part}: {failure.strerror}.", returncode=UNUSABLE) from failure
    with file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

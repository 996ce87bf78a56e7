"""Bring models in: from a file, from an MLflow server, from SageMaker."""

from __future__ import annotations

import os
import stat
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.core.management.base import CommandError

from models_app.domain.actors import command_line
from models_app.domain.imports import What
from models_app.domain.teams import TeamSlug
from models_app.management.importing import json_lines, mlflow_servers, sagemaker, tables
from models_app.management.importing.entries import Entries, Unusable
from models_app.management.importing.importer import Importer
from models_app.management.importing.lines import Lines
from models_app.management.importing.report import Report
from models_app.management.progress import Progress
from models_app.management.refusals import RegistryCommand
from models_app.services import teams

FORMATS = {"jsonl": json_lines.read, "csv": tables.read}
ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
SOME_REFUSED, UNUSABLE, INTERRUPTED = 1, 2, 130


Share = Callable[[], float | None]


class Command(RegistryCommand):
    help = "Bring models in from a file, an MLflow server or SageMaker; again, it creates nothing. See docs/bulk.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", nargs="?", help="JSON lines or CSV; - reads standard input")
        parser.add_argument("--format", choices=FORMATS, help="what the file is; default: by its ending")
        parser.add_argument("--mlflow", metavar="URI", help="an MLflow server instead of a file")
        parser.add_argument("--sagemaker", action="store_true", help="SageMaker's model packages instead of a file")
        parser.add_argument("--team", help="the team that all rows must be of; those that name none are")
        parser.add_argument("--dry-run", action="store_true", help="say what would become of each row; write nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="where to tell of each row, as JSON lines")

    def handle(self, *, team: str | None, dry_run: bool, report: Path | None, **options: Any) -> None:
        """Import."""
        _check(options, team)
        actor = command_line("import_models")
        slug = TeamSlug.parse(team, field="team") if team is not None else None
        if slug is not None:
            teams.get_team(actor=actor, slug=slug)
        importer = Importer(actor=actor, team=slug, is_trial=dry_run)
        with ExitStack() as stack:
            try:
                entries, share = stack.enter_context(_reading(options))
                kept = Report(stack.enter_context(_writing(report)) if report else None)
                self._import(importer, entries, kept, share)
            except Unusable as refusal:
                raise CommandError(str(refusal), returncode=UNUSABLE) from refusal
            except KeyboardInterrupt:
                raise CommandError("Interrupted. Run it again to go on.", returncode=INTERRUPTED) from None
        if kept.refused:
            raise CommandError(f"{kept.refused:,} refused.", returncode=SOME_REFUSED)

    def _import(self, importer: Importer, entries: Entries, kept: Report, share: Share) -> None:
        """Go through the entries, telling how far it is; and what it came to, also when it breaks off."""
        progress = Progress(self.stderr)
        try:
            for done in importer.run(entries):
                kept.note(done)
                if importer.is_trial and done.outcome.what is not What.REFUSED:  # those are told at the end
                    self.stdout.write(f"line {done.line}: {done.name} would be {done.outcome.what}")
                progress.tell(kept.sentence(), share=share())
        finally:
            progress.close()
            self.stdout.write(kept.sentence(is_trial=importer.is_trial))
            for line in kept.lines():
                self.stdout.write(line)


def _check(options: Mapping[str, Any], team: str | None) -> None:
    others = options["mlflow"] is not None or options["sagemaker"]
    if sum((options["file"] is not None, options["mlflow"] is not None, options["sagemaker"])) != 1:
        raise CommandError("Name a file, --mlflow URI or --sagemaker; one of the three.", returncode=UNUSABLE)
    if others and team is None:
        raise CommandError("Other registries know none of our teams: name one with --team.", returncode=UNUSABLE)


@contextmanager
def _reading(options: Mapping[str, Any]) -> Iterator[tuple[Entries, Share]]:
    """The entries that are asked for, and how much of them is read, where that is known."""
    if options["mlflow"] is not None:
        yield mlflow_servers.read(options["mlflow"]), lambda: None
    elif options["sagemaker"]:
        yield sagemaker.read(), lambda: None
    else:
        with _opened(options["file"]) as file:
            status = os.fstat(file.fileno())
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
            lines = Lines(file)
            entries = FORMATS[_format(options)](lines)
            yield entries, lambda: lines.read_bytes / size if size else None


def _format(options: Mapping[str, Any]) -> str:
    name = options["format"] or ENDINGS.get(Path(options["file"]).suffix.lower())
    if name is None:
        raise Unusable("Is it JSON lines or CSV? Say --format jsonl or --format csv.")
    return str(name)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below
    except OSError as failure:
        raise Unusable(f"{path}: {failure.strerror}.") from failure
    with file:
        yield file


@contextmanager
def _writing(path: Path) -> Iterator[TextIO]:
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as failure:
        raise Unusable(f"{path}: {failure.strerror}.") from failure
    with file:
        yield file

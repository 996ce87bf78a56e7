"""The one way in, wherever entries come from: batches of rows, a transaction each, and an outcome for every row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from models_app.domain.actors import Actor
from models_app.domain.errors import Busy, StorageBusy
from models_app.domain.imports import Outcome, Row, What
from models_app.domain.teams import TeamSlug
from models_app.management.importing.entries import Entry
from models_app.management.importing.ledger import Ledger, name_of
from models_app.management.importing.rows import Refusal, row_of
from models_app.services.imports import import_rows, plan_import

# A transaction takes 100 items: each row and its event, and the models.
BATCH_ROWS = 32
BATCH_BYTES = 1_000_000

# A partition of DynamoDB takes about a thousand writes a second, and the registry would make more.
PAUSES_SECONDS = (1, 2, 4, 8, 15, 30, 30, 30, 60, 60)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a line."""

    line: int
    name: str
    outcome: Outcome


@dataclass(slots=True)
class _Batch:
    rows: list[tuple[int, Row]] = field(default_factory=list)
    names: set[tuple[str, str, str]] = field(default_factory=set)
    size_bytes: int = 0

    def add(self, line: int, row: Row, size_bytes: int) -> None:
        self.rows.append((line, row))
        self.names.add(name_of(row))
        self.size_bytes += size_bytes

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= BATCH_ROWS or self.size_bytes >= BATCH_BYTES


@dataclass(slots=True, kw_only=True)
class Importer:
    """Brings entries in.

    Attributes:
        team: the one that all rows must be of, if there is one.
        is_trial: only say what would be.
        sleep: how to wait for a busy table.
    """

    actor: Actor
    team: TeamSlug | None = None
    is_trial: bool = False
    sleep: Callable[[float], None] = time.sleep
    has_begun: bool = False

    def run(self, entries: Iterable[Entry]) -> Iterator[Done]:
        """What becomes of each entry; of those that can be read, when their batch is through.

        Raises:
            StorageBusy: the table did not answer, though asked for minutes. What was told is written.
        """
        with closing(Ledger()) as ledger:
            batch = _Batch()
            for entry in entries:
                if entry.document is None:
                    yield Done(entry.line, "", Outcome(What.REFUSED, entry.complaint))
                    continue
                try:
                    row = row_of(entry.document, actor=self.actor, team=self.team)
                except Refusal as refusal:
                    yield Done(entry.line, "", Outcome(What.REFUSED, str(refusal)))
                    continue
                if name_of(row) in batch.names:  # what became of the first one decides about this one
                    yield from self._write(batch, ledger)
                    batch = _Batch()
                if (earlier := ledger.find(row)) is not None:
                    yield Done(entry.line, str(row), _again(earlier.line, is_same=earlier.is_same))
                    continue
                batch.add(entry.line, row, entry.size_bytes)
                if batch.is_full:
                    yield from self._write(batch, ledger)
                    batch = _Batch()
            yield from self._write(batch, ledger)

    def _write(self, batch: _Batch, ledger: Ledger) -> Iterator[Done]:
        rows = [row for _, row in batch.rows]
        if not rows:
            return
        outcomes = self._patiently(rows, ledger)
        for (line, row), outcome in zip(batch.rows, outcomes, strict=True):
            if outcome.what is not What.REFUSED:
                ledger.note(row, line=line, is_new=outcome.what is What.CREATED)
            yield Done(line, str(row), outcome)

    def _patiently(self, rows: list[Row], ledger: Ledger) -> list[Outcome]:
        """Write, waiting where the table is busy; not the first time, when it may just not be there."""
        for pause in (*PAUSES_SECONDS, None):
            try:
                if self.is_trial:
                    outcomes = plan_import(actor=self.actor, rows=rows, foretold=ledger.foretell(rows))
                else:
                    outcomes = import_rows(actor=self.actor, rows=rows)
            except Busy:
                if pause is None or not self.has_begun:
                    raise
                self.sleep(pause)
            else:
                self.has_begun = True
                return outcomes
        raise StorageBusy


def _again(line: int, *, is_same: bool) -> Outcome:
    if is_same:
        return Outcome(What.SKIPPED, f"Line {line} says the same.")
    return Outcome(What.REFUSED, f"Line {line} says otherwise under this name, and was first.")

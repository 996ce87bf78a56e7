"""What an import came to: all of it in a report for machines, the sum and the first refusals for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from models_app.domain.imports import What
from models_app.management.importing.importer import Done

SHOWN = 20


@dataclass(slots=True)
class Report:
    """Counts outcomes; with a file, writes each there as a line of JSON."""

    file: TextIO | None = None
    counts: Counter[What] = field(default_factory=Counter)
    refusals: list[Done] = field(default_factory=list)

    def note(self, done: Done) -> None:
        """Take one outcome down."""
        self.counts[done.outcome.what] += 1
        if done.outcome.what is What.REFUSED and len(self.refusals) < SHOWN:
            self.refusals.append(done)
        if self.file is not None:
            told = {"line": done.line, "what": done.outcome.what, "row": done.name, "reason": done.outcome.reason}
            self.file.write(json.dumps(told, ensure_ascii=False) + "\n")

    @property
    def total(self) -> int:
        """How many rows there were."""
        return sum(self.counts.values())

    @property
    def refused(self) -> int:
        """How many of them were refused."""
        return self.counts[What.REFUSED]

    def sentence(self, *, is_trial: bool = False) -> str:
        """The sum.

        >>> Report(counts=Counter({What.CREATED: 3})).sentence()
        '3 rows: 3 created, 0 skipped, 0 refused.'
        """
        parts = ", ".join(f"{self.counts[what]:,} {what}" for what in What)
        would = "would be " if is_trial else ""
        return f"{self.total:,} {'row' if self.total == 1 else 'rows'}: {would}{parts}."

    def lines(self) -> Iterator[str]:
        """The first refusals, each with its line."""
        for done in self.refusals:
            name = f" ({done.name})" if done.name else ""
            yield f"  line {done.line}{name}: {done.outcome.reason}"
        if (more := self.refused - len(self.refusals)) > 0:
            yield f"  and {more:,} more: --report FILE names them all."

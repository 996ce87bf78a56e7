"""What the rows so far came to, so that one that comes twice is told with both its lines, and a trial run adds up.

It is kept in a temporary file that goes with the process: memory stays the same however long the import is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from models_app.domain.artifacts import Artifact
from models_app.domain.imports import AliasRow, ModelRow, Row, VersionRow
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.services.imports import Foretold

MODEL, VERSION, ALIAS = "model", "version", "alias"


@dataclass(frozen=True, slots=True)
class Noted:
    """An earlier row of the same name: its line, and whether it said the same."""

    line: int
    is_same: bool


class Ledger:
    """The rows of this import that were created, or were there already."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("")  # no name: a temporary file, which SQLite deletes
        self._kept.execute("PRAGMA synchronous = OFF")
        self._kept.execute("PRAGMA journal_mode = OFF")
        columns = "kind TEXT, model TEXT, name TEXT, line INTEGER, said TEXT, is_new INTEGER"
        self._kept.execute(f"CREATE TABLE rows ({columns}, PRIMARY KEY (kind, model, name)) WITHOUT ROWID")
        self._kept.execute("CREATE TABLE models (model TEXT PRIMARY KEY, aliases INTEGER) WITHOUT ROWID")

    def close(self) -> None:
        """Forget all."""
        self._kept.close()

    def note(self, row: Row, *, line: int, is_new: bool) -> None:
        """Keep a row; of two of one name, the first."""
        values = (*name_of(row), line, json.dumps(_said(row)), is_new)
        self._kept.execute("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?, ?)", values)
        if is_new:
            counting = "INSERT INTO models VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET aliases = aliases + ?"
            one = int(isinstance(row, AliasRow))
            self._kept.execute(counting, (str(row.model), one, one))

    def find(self, row: Row) -> Noted | None:
        """The earlier row of the same name, or None."""
        query = "SELECT line, said FROM rows WHERE kind = ? AND model = ? AND name = ?"
        found = self._kept.execute(query, name_of(row)).fetchone()
        if found is None:
            return None
        line, said = found
        return Noted(line, is_same=_agree(row, json.loads(said)))

    def foretell(self, rows: Sequence[Row]) -> Foretold:
        """What would be there by now of what these rows are about, had the ones before them been written."""
        models: set[ModelId] = set()
        versions: dict[tuple[ModelId, VersionLabel], bool] = {}
        aliases: dict[ModelId, int] = {}
        for model in {row.model for row in rows}:
            found = self._kept.execute("SELECT aliases FROM models WHERE model = ?", (str(model),)).fetchone()
            if found is not None:
                models.add(model)
                aliases[model] = found[0]
        for row in rows:
            if isinstance(row, AliasRow):
                query = "SELECT said FROM rows WHERE kind = ? AND model = ? AND name = ? AND is_new"
                found = self._kept.execute(query, (VERSION, str(row.model), row.alias.version)).fetchone()
                if found is not None:
                    versions[row.model, row.alias.version] = not json.loads(found[0])["isDeleted"]
        return Foretold(models=frozenset(models), versions=versions, aliases=aliases)


def name_of(row: Row) -> tuple[str, str, str]:
    """What a row is about: no two rows of one name make two things."""
    match row:
        case ModelRow():
            return MODEL, str(row.model), ""
        case VersionRow():
            return VERSION, str(row.model), row.version.label
    return ALIAS, str(row.model), row.alias.name


def _said(row: Row) -> object:
    match row:
        case VersionRow():
            artifact = row.version.artifact
            return {
                "uri": artifact.uri,
                "sha256": artifact.sha256,
                "sizeBytes": artifact.size_bytes,
                "isDeleted": row.version.is_deleted,
            }
        case AliasRow():
            return row.alias.version
    return None


def _agree(row: Row, said: object) -> bool:
    if isinstance(row, VersionRow) and isinstance(said, dict):
        first = Artifact(uri=said["uri"], sha256=said["sha256"], size_bytes=said["sizeBytes"])
        return not first.differences(row.version.artifact) and said["isDeleted"] == row.version.is_deleted
    return isinstance(row, ModelRow) or _said(row) == said

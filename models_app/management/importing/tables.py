"""CSV: a version a row, with columns named as the fields of a registration, and ``tags.KEY`` and the like.

Cells that a spreadsheet would take for a formula are written with ``'`` in front; reading takes it away.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import Any

from models_app.domain import documents
from models_app.management.importing.entries import Entries, Entry, Unusable
from models_app.management.importing.lines import MAX_LINE_BYTES, LineRefused, Lines

TEXTS = (
    *("teamId", "modelName", "version", "status", "framework", "frameworkVersion"),
    *("s3Uri", "sha256", "sizeBytes", "deploymentTarget", "description", "aliases"),
    *("createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "deletedBy", "sequence"),
)
DOCUMENTS = ("tags", "metrics", "metadata", "signature", "lineage")
COLUMNS = (*TEXTS, *DOCUMENTS)
SPREAD = ("tags", "metrics", "metadata")

# https://owasp.org/www-community/attacks/CSV_Injection; the wide forms are what some spreadsheets take for the others.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")


def neutral(text: str) -> str:
    """A cell that no spreadsheet computes.

    >>> neutral("=1+1"), neutral("fraud")
    ("'=1+1", 'fraud')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def original(cell: str) -> str:
    """The text that ``neutral`` was given.

    >>> original("'=1+1"), original("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def read(lines: Lines) -> Entries:
    """The entries of a file: of each row a version, and its aliases behind it.

    Raises:
        Unusable: there is no header, or it has a column that nobody knows.
    """
    csv.field_size_limit(MAX_LINE_BYTES)
    rows = csv.reader(lines, strict=True)
    header: Sequence[str] | None = None
    while True:
        line = lines.number + 1
        try:
            cells = next(rows)
        except StopIteration:
            break
        except (LineRefused, csv.Error) as refusal:
            if header is None:
                raise Unusable(f"The header cannot be read: {refusal}") from None
            yield Entry(line=line, complaint=_complaint(refusal, line, lines.number))
            continue
        if header is None:
            header = _checked([cell.strip() for cell in cells])
        elif any(cells):
            yield from _entries(header, cells, line)
    if header is None:
        raise Unusable("The file is empty; a CSV file begins with the names of its columns.")


def _checked(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in COLUMNS and not _spread(name)]
    if unknown:
        known = ", ".join((*COLUMNS, *(f"{name}.KEY" for name in SPREAD)))
        raise Unusable(f"There is no column {unknown[0][:100]!r}. Known are, with commas between: {known}.")
    for name in names:
        if names.count(name) > 1:
            raise Unusable(f"The column {name[:100]!r} stands there twice.")
        if name.partition(".")[0] in names and _spread(name):
            raise Unusable(f"The columns {name.partition('.')[0]!r} and {name[:100]!r} exclude each other.")
    return names


def _spread(name: str) -> bool:
    field, dot, key = name.partition(".")
    return field in SPREAD and bool(dot and key)


def _entries(header: Sequence[str], cells: Sequence[str], line: int) -> Entries:
    if len(cells) != len(header):
        yield Entry(line=line, complaint=f"The row has {len(cells)} cells; the header has {len(header)}.")
        return
    document: dict[str, Any] = {"kind": "version"}
    try:
        for name, cell in zip(header, cells, strict=True):
            if cell:
                _put(document, name, original(cell))
    except (documents.Unreadable, ValueError) as wrong:
        yield Entry(line=line, complaint=str(wrong))
        return
    aliases = document.pop("aliases", "").split()
    yield Entry(line=line, document=document, size_bytes=sum(map(len, cells)))
    named: dict[str, Any] = {name: document[name] for name in ("teamId", "modelName", "version") if name in document}
    for alias in aliases:
        yield Entry(line=line, document={"kind": "alias", **named, "alias": alias})


def _put(document: dict[str, Any], name: str, text: str) -> None:
    field, _, key = name.partition(".")
    if name in {"sizeBytes", "sequence"}:
        document[name] = _number(name, text)
    elif name in DOCUMENTS:
        document[name] = documents.read_object(text, name=f"The column {name}")
    elif not key:
        document[name] = text
    elif field == "metrics":
        document.setdefault(field, {})[key] = _number(name, text)
    else:
        document.setdefault(field, {})[key] = _value(text) if field == "metadata" else text


def _number(name: str, text: str) -> Any:
    value = _value(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: {text[:40]!r} is no number.")  # noqa: TRY004 - it is the text that is wrong
    return value


def _value(text: str) -> Any:
    """What a cell says if it is JSON (a number, a list, a quoted text), else its text."""
    try:
        document = documents.read_object(f'{{"value":{text}}}', name="The cell")
    except documents.Unreadable:
        return text
    return document["value"] if len(document) == 1 else text


def _complaint(refusal: Exception, first: int, last: int) -> str:
    reason = str(refusal)
    if isinstance(refusal, csv.Error):
        reason = f"The row is no CSV: {reason}."
    return reason if last <= first else f"{reason} It goes on to line {last}."


def cell_of(value: Any) -> str:
    """A value as a cell: a text as it is, what is empty as nothing, the rest as JSON."""
    if value is None or value == {}:
        return ""
    return neutral(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""The event schemas as a contract: every event that a test commits, or that a bus gets, is held against it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FILES = Path(__file__).parent.parent / "docs" / "events"


def check(kind: str, detail: dict[str, Any]) -> None:
    """Fail if an event is not what the published schemas of its kind and version say."""
    validators = _validators(kind, detail.get("schemaVersion", 1))
    assert validators, f"{kind} has no schema for {detail}"
    for validator in validators:
        validator.validate(detail)


def check_committed() -> None:
    """Hold every event in the table against the contract, in the form in which it is published.

    Events of other processes are there too, and those that nobody published within the test.
    """
    from models_app.storage.soundness import _everything

    check_rows(_everything())


def check_rows(rows: Iterable[dict[str, Any]]) -> None:
    """The same of a table that was read elsewhere."""
    for row in rows:
        if row["sk"]["S"].startswith("EVENT#"):
            _check_row(json.dumps(row))


@lru_cache(maxsize=1000)
def _check_row(text: str) -> None:
    """Most tests begin with the same events: what was sound once is sound."""
    from models_app.domain.pages import Page
    from models_app.outbox import bus
    from models_app.storage import events

    (event,) = events.page(Page([json.loads(text)])).items
    check(event.kind.value, bus.detail_of(event))


def schemas(kind: str) -> list[Path]:
    """The files of a kind: ``1.json``, and ``1.1.json`` if fields were added since."""
    return sorted((FILES / kind).glob("*.json"), key=lambda path: [int(part) for part in path.stem.split(".")])


@cache
def _validators(kind: str, version: int) -> list[Draft202012Validator]:
    """All that holds for a version: what ``1.json`` promised stays true where ``1.1.json`` promises more."""
    files = [path for path in schemas(kind) if path.name.partition(".")[0] == str(version)]
    return [Draft202012Validator(json.loads(path.read_text())) for path in files]

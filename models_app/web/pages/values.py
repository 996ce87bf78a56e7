"""Values of JSON as people read them: numbers, texts, and documents as rows of names and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models_app.domain.documents import canonical_json

MAX_ROWS = 200
MAX_CHARACTERS = 400
LARGEST_EXACT = 10**15
NONE = "\N{EN DASH}"  # in a table, where there is no value


def text_of(value: Any, *, limit: int = MAX_CHARACTERS) -> str:
    """A value in one line, cut where it is long. What an event told by its size alone, by its size.

    >>> text_of(0.123456789), text_of([1, "a"]), text_of({"omitted": True, "characters": 5002})
    ('0.123457', '[1,"a"]', '(5002 characters)')
    """
    if isinstance(value, str):
        text = value
    elif isinstance(value, Mapping) and value.get("omitted") is True and set(value) == {"omitted", "characters"}:
        text = f"({value['characters']} characters)"
    else:
        text = number(value) if is_number(value) else canonical_json(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def is_number(value: Any) -> bool:
    """Whether it is one; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: float) -> str:
    """A number to six digits; a whole one as it is, unless it is very large.

    >>> number(0.923976608), number(1200), number(1e300)
    ('0.923977', '1200', '1e+300')
    """
    is_exact = isinstance(value, int) and abs(value) < LARGEST_EXACT
    try:
        return str(value) if is_exact else f"{value:.6g}"
    except OverflowError:  # a whole number beyond any float
        return canonical_json(value)


def flat(document: Any, *, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a document, each under its path; lists stay whole.

    >>> dict(flat({"hyperparameters": {"depth": 3}, "seeds": [1, 2]}))
    {'hyperparameters.depth': 3, 'seeds': [1, 2]}
    """
    if isinstance(document, Mapping) and (document or not path):
        for name, value in document.items():
            yield from flat(value, path=f"{path}.{name}" if path else str(name))
    else:
        yield path, document


def rows_of(document: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The first rows of a document, as texts."""
    rows = [(path, text_of(value)) for _, (path, value) in zip(range(MAX_ROWS), flat(document or {}), strict=False)]
    return sorted(rows)


def columns_of(signature: Mapping[str, Any] | None) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Inputs and outputs of a signature: of each column its name, type and what else is said of it.

    >>> columns_of({"inputs": [{"name": "amount", "type": "double", "required": True}]})
    [('inputs', [('amount', 'double', 'required')])]
    """
    found = []
    for part, columns in (signature or {}).items():
        listed = columns if isinstance(columns, list) else [columns]
        found.append((str(part), [_column(each, at=place) for place, each in enumerate(listed[:MAX_ROWS], start=1)]))
    return found


def _column(told: Any, *, at: int) -> tuple[str, str, str]:
    if not isinstance(told, Mapping):
        return (f"#{at}", text_of(told), "")
    rest = {name: value for name, value in told.items() if name not in {"name", "type"}}
    is_required = rest.pop("required", None)
    words = {True: ["required"], False: ["optional"]}.get(is_required, []) if isinstance(is_required, bool) else []
    words += [f"{name} {text_of(value)}" for name, value in rest.items()]
    return (text_of(told.get("name", f"#{at}")), text_of(told.get("type", "")), " · ".join(words))

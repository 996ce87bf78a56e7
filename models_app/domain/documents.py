"""Users' JSON as text. What a user sent comes back number for number: it is never taken apart into storage types.

Texts that cannot be read without doubt are refused, because doubt is where two systems come to differ: duplicate keys
(parsers disagree on which one counts), NaN and infinities (no JSON), lone surrogates and NUL (no storage takes them),
depth without bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

Json = Any

MAX_DEPTH = 32
MAX_DIGITS = 40
NO_TEXT = re.compile("[\0\ud800-\udfff]")


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class Unreadable(ValueError):
    """A text is no JSON object, or could be read in two ways; the sentence says where."""


def canonical_json(document: Json) -> str:
    """One text for one document: keys sorted, no white space, UTF-8 as it is, no NaN.

    Whole numbers keep all their digits, and floats are written in the shortest form that reads back as the same double.

    >>> canonical_json({"b": 1.0, "a": [12345678901234567890, -0.0]})
    '{"a":[12345678901234567890,-0.0],"b":1.0}'
    """
    return "{}" if document == {} else _canonical(document)  # the commonest


def read_canonical(text: str) -> Json:
    """The document that ``canonical_json`` wrote; most often it is empty.

    >>> read_canonical('{"a":12345678901234567890}')
    {'a': 12345678901234567890}
    """
    return {} if text == "{}" else json.loads(text)


def indented_json(document: Json) -> str:
    """The same for people to read and edit, one entry a line.

    >>> print(indented_json({"accuracy": 0.5}))
    {
      "accuracy": 0.5
    }
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)


def size_bytes(document: Json) -> int:
    """The size of the canonical text in UTF-8, which is what limits are counted in."""
    return len(canonical_json(document).encode(errors="surrogatepass"))


def read_object(text: str, *, name: str) -> dict[str, Any]:
    """The JSON object in a text; ``name`` is what its refusal calls it.

    >>> read_object('{"accuracy": 0.5}', name="The body")
    {'accuracy': 0.5}

    Raises:
        Unreadable: it is none, or could be read in two ways.
    """
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
        )
    except RecursionError:
        raise Unreadable(f"{name} is nested deeper than {MAX_DEPTH} levels.") from None
    except json.JSONDecodeError as wrong:
        raise Unreadable(f"{name} is not JSON: {wrong.msg}, line {wrong.lineno} column {wrong.colno}.") from None
    if not isinstance(document, dict):
        raise Unreadable(f"{name} must be a JSON object.")
    if sum(1 for _ in _levels(document)) > MAX_DEPTH:
        raise Unreadable(f"{name} is nested deeper than {MAX_DEPTH} levels.")
    if "\\u" in text:  # only an escape can bring a lone surrogate or NUL in
        _check_characters(document)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(f"The key {name[:100]!r} stands twice in one object. Leave one out.")
        found[name] = value
    return found


def _no_constant(text: str) -> NoReturn:
    raise Unreadable(f"{text} is no JSON number. Leave the field out, or send it as a text.")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Unreadable(f"A whole number has at most {MAX_DIGITS} digits. Send longer ones as texts.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise Unreadable("A number is beyond what a double holds. Send it as a text.")
    return number


def _levels(document: Any) -> Iterator[list[Any]]:
    """The values of a document, level by level: keys, texts, numbers, objects and lists."""
    level = [document]
    while level:
        yield level
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in ((*outer, *outer.values()) if isinstance(outer, dict) else outer)
        ]


def _check_characters(document: Any) -> None:
    for level in _levels(document):
        for text in level:
            if isinstance(text, str) and (wrong := NO_TEXT.search(text)):
                name = "the character NUL" if wrong[0] == "\0" else "half of a surrogate pair"
                raise Unreadable(f"A text holds {name}.")

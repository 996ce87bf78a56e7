"""Reading bodies. What cannot be read without doubt is refused: doubt is where two systems come to differ.

Duplicate keys (parsers disagree on which one counts), NaN and infinities (no JSON), lone surrogates and NUL (no storage
takes them), depth and size without bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from models_app.api.problems import BodyTooLarge, BodyUnreadable, MediaTypeUnsupported

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 40
NO_TEXT = re.compile("[\0\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """``application/json``, in UTF-8, one object."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object in the body.

        Raises:
            BodyTooLarge: more than 1 MB.
            MediaTypeUnsupported: another charset than UTF-8, or compressed.
            BodyUnreadable: no JSON object, or one that could be read in two ways.
        """
        request = (parser_context or {})["request"]
        charset = request._request.content_params.get("charset", "utf-8")  # noqa: SLF001 - DRF's way to Django's request
        if charset.lower() not in {"utf-8", "utf8", "us-ascii"} or "HTTP_CONTENT_ENCODING" in request.META:
            raise MediaTypeUnsupported
        if announced_bytes(request) > MAX_BYTES:
            raise BodyTooLarge
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise BodyTooLarge
        return read_object(body)


class MergePatchParser(StrictJSONParser):
    """``application/merge-patch+json`` (RFC 7396), for PATCH."""

    media_type = "application/merge-patch+json"


def announced_bytes(request: Request) -> int:
    """How long the body is said to be; 0 where there is none.

    Raises:
        BodyUnreadable: the length is no number.
    """
    length: str = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()):
        raise BodyUnreadable("The Content-Length is not a number.")
    return int(length[:MAX_DIGITS])


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in some bytes.

    >>> read_object(b'{"accuracy": 0.5}')
    {'accuracy': 0.5}

    Raises:
        BodyUnreadable: it is none, or could be read in two ways.
    """
    try:
        text = body.decode("utf-8")
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise BodyUnreadable("The body is not UTF-8.") from None
    except RecursionError:
        raise BodyUnreadable(f"The body is nested deeper than {MAX_DEPTH} levels.") from None
    except json.JSONDecodeError as wrong:
        raise BodyUnreadable(f"The body is not JSON: {wrong.msg}, line {wrong.lineno} column {wrong.colno}.") from None
    if not isinstance(document, dict):
        raise BodyUnreadable("The body must be a JSON object.")
    if sum(1 for _ in _levels(document)) > MAX_DEPTH:
        raise BodyUnreadable(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if "\\u" in text:  # only an escape can bring a lone surrogate or NUL in
        _check_characters(document)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BodyUnreadable(f"The key {name[:100]!r} stands twice in one object. Leave one out.")
        found[name] = value
    return found


def _no_constant(text: str) -> NoReturn:
    raise BodyUnreadable(f"{text} is no JSON number. Leave the field out, or send it as a text.")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BodyUnreadable(f"A whole number has at most {MAX_DIGITS} digits. Send longer ones as texts.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BodyUnreadable("A number is beyond what a double holds. Send it as a text.")
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
                raise BodyUnreadable(f"A text holds {name}.")

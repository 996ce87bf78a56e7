"""Version labels, how they sort, and the numbers of those that are none. Nothing else compares two labels.

One total order over all labels: first the leading number; within it, labels that are no semantic version (dates, say),
by natural order; then semantic versions by their precedence (semver.org, 2.0.0, section 11), where a plain integer
counts as a major version. Labels of equal precedence (``1.0.0`` and ``v1.0.0``, or other build metadata) by their text.

The order is that of a text, ``VersionLabel.key``, which is also the sort key in storage. Its form may never change:
rows that exist are found under it.
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from typing import Self

from models_app.domain import clock
from models_app.domain.errors import InvalidFields

MAX_LENGTH = 64
MAX_NUMBER_DIGITS = 15
MAX_SEQUENCE_DIGITS = 18
LABEL = re.compile(r"[vV]?[0-9][A-Za-z0-9._+-]*")
NUMBER = r"(0|[1-9][0-9]*)"
SEMANTIC = re.compile(
    rf"[vV]?{NUMBER}(?:\.{NUMBER}\.{NUMBER}"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?"
)
WHOLE = re.compile(r"0|[1-9][0-9]*")
CHUNK = re.compile(r"([0-9]+)|([^0-9]+)")

# Lower than every character of a label, so that what ends first sorts first.
END = " "


class VersionLabel(str):
    """A version's own name: begins with a digit, or ``v`` and a digit; letters, digits and ``. _ + -``; at most 64.

    >>> sorted(map(VersionLabel.parse, ["10", "2", "1.10.0", "1.9.0", "1.9.0-rc.1"]), key=lambda label: label.key)
    ['1.9.0-rc.1', '1.9.0', '1.10.0', '2', '10']
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, *, field: str = "version") -> Self:
        """The label, or InvalidFields naming ``field``."""
        if len(text) > MAX_LENGTH or not LABEL.fullmatch(text):
            detail = (
                "A version begins with a digit, or 'v' and a digit, and holds letters, digits and . _ + - only "
                f"(at most {MAX_LENGTH}): 1.2.0, 3, v7, 2026-11-01. Words such as 'latest' are references, not labels."
            )
            raise InvalidFields.one(field, "invalid", detail)
        return cls(text)

    @classmethod
    def looks_like(cls, text: str) -> bool:
        """Whether a text could be a label: no alias may."""
        return LABEL.fullmatch(text) is not None

    @classmethod
    def of_number(cls, number: int) -> Self:
        """The label of an automatic version number."""
        return cls(str(number))

    @property
    def key(self) -> str:
        """A text that sorts as the label does; the label stands at its end, so no two labels share a key."""
        semantic = SEMANTIC.fullmatch(self)
        rank = _natural_rank(self) if semantic is None else _semantic_rank(semantic)
        return f"{rank}{END}{self}"

    @property
    def leading_number(self) -> int:
        """The number it begins with, which every automatic number after it exceeds; 0 if that is beyond reason.

        >>> [VersionLabel(text).leading_number for text in ("7", "v2.1.0", "2026-11-01", "9" * 20)]
        [7, 2, 2026, 0]
        """
        digits = CHUNK.findall(self.lstrip("vV"))[0][0]
        return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else 0


def sequence_of(label: VersionLabel, *, at: datetime, attempt: int = 0) -> int | None:
    """The number of a label that is no whole number, for clients that know nothing else; None for one that is.

    It is the time of registration, in microseconds of which the last three digits are the label's: numbers stand in
    the order of registration, above all that anybody counts, and below 2**53. Two labels of one millisecond may meet
    in one; whose number is taken asks for another ``attempt``. A label of more digits than are counted is its own.

    >>> then = clock.from_wire("2026-03-03T14:05:00.000Z")
    >>> sequence_of(VersionLabel("7"), at=then), sequence_of(VersionLabel("1.2.0"), at=then)
    (None, 1772546700000512)
    """
    if is_number(label):
        return None
    if attempt == 0 and WHOLE.fullmatch(label) and len(label) <= MAX_SEQUENCE_DIGITS:
        return int(label)
    return clock.to_milliseconds(at) * 1000 + (zlib.crc32(label.encode()) + attempt) % 1000


def number_of(label: VersionLabel, sequence: int | None) -> str:
    """What clients call a version that know versions by numbers only.

    >>> number_of(VersionLabel("7"), None), number_of(VersionLabel("1.2.0"), 1772546700000512)
    ('7', '1772546700000512')
    """
    return label if sequence is None else str(sequence)


def is_number(text: str) -> bool:
    """Whether a label is a number that people count with: the others have a number beside them.

    >>> [is_number(text) for text in ("7", "07", "1.2.0", "9" * 16)]
    [True, False, False, False]
    """
    return WHOLE.fullmatch(text) is not None and len(text) <= MAX_NUMBER_DIGITS


def label_in(key: str) -> VersionLabel:
    """The label that a key was made from.

    >>> label_in(VersionLabel("1.2.0").key)
    '1.2.0'
    """
    return VersionLabel(key.rpartition(END)[2])


def _semantic_rank(match: re.Match[str]) -> str:
    major, minor, patch = match[1], match[2] or "0", match[3] or "0"
    release = f"{_number(major)}s{_number(minor)}{_number(patch)}"
    if match["pre"] is None:
        return release + "~"  # above every pre-release of the same release
    return release + "".join(map(_identifier, match["pre"].split("."))) + END


def _identifier(text: str) -> str:
    """A pre-release identifier: numeric ones rank below alphanumeric ones, and compare as numbers."""
    return f"0{_number(text)}" if text.isdecimal() else f"1{text}{END}"


def _natural_rank(label: str) -> str:
    """Runs of digits compare as numbers, the rest as text; a number ranks below text at the same place."""
    leading, *chunks = CHUNK.findall(label.lstrip("vV"))
    ranks = (f"0{_number(digits)}" if digits else f"1{text}{END}" for digits, text in chunks)
    return f"{_number(leading[0])}n{''.join(ranks)}{END}"


def _number(digits: str) -> str:
    """A whole number as a text that sorts by value: its length first."""
    stripped = digits.lstrip("0") or "0"
    return f"{len(stripped):02d}{stripped}"

"""The time, and identifiers that sort by it. The only module that reads a clock or draws randomness for an id."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime, timedelta

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_LENGTH = 26
_RANDOM_BITS = 80
_TIME_CHARACTERS = 10

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_lock = threading.Lock()
_last: tuple[int, int] = (0, 0)


def now() -> datetime:
    """The present instant in UTC, cut to milliseconds: the precision of ids and of the wire."""
    return from_milliseconds(_milliseconds())


def new_id(*, after: datetime | None = None) -> str:
    """A ULID: 26 characters that sort by creation time, and within one process strictly.

    ``after`` is an instant that the id has to lie behind, even if it came from a clock that runs ahead of this one.

    >>> first, second = new_id(), new_id()
    >>> first < second and len(first) == 26
    True
    """
    global _last  # noqa: PLW0603 - the one piece of process state: ids of one millisecond go on counting
    with _lock:
        moment = max(_milliseconds(), _last[0])
        tail = _last[1] + 1 if moment == _last[0] else secrets.randbits(_RANDOM_BITS - 1)
        _last = (moment, tail)
    if after is not None:
        # Not remembered: one clock that runs far ahead would take along every later id of this process.
        moment = max(moment, to_milliseconds(after) + 1)
    return _encode(moment, _TIME_CHARACTERS) + _encode(tail, ULID_LENGTH - _TIME_CHARACTERS)


def is_id(text: str) -> bool:
    """Whether it has the form of an id.

    >>> is_id(new_id()), is_id("champion")
    (True, False)
    """
    return len(text) == ULID_LENGTH and set(text) <= set(CROCKFORD)


def last_id_at(instant: datetime) -> str:
    """The highest id that could have been made at that millisecond: everything up to and with it sorts at or below.

    >>> new_id() <= last_id_at(now())
    True
    """
    moment = min(max(to_milliseconds(instant), 0), 2**48 - 1)
    return _encode(moment, _TIME_CHARACTERS) + "Z" * (ULID_LENGTH - _TIME_CHARACTERS)


def instant_of(ulid: str) -> datetime:
    """When an id was made.

    >>> instant_of("01ARZ3NDEKTSV4RRFFQ69G5FAV").isoformat()
    '2016-07-30T23:54:10.259000+00:00'
    """
    moment = 0
    for character in ulid[:_TIME_CHARACTERS]:
        moment = moment * 32 + CROCKFORD.index(character)
    return from_milliseconds(moment)


def from_milliseconds(moment: int) -> datetime:
    """Milliseconds since 1970 as an instant, without the rounding of floats."""
    seconds, milliseconds = divmod(moment, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


def to_milliseconds(instant: datetime) -> int:
    """An instant as milliseconds since 1970."""
    return (instant - _EPOCH) // _MILLISECOND


def wire(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC with milliseconds, the form of every face and of storage. It sorts as time does.

    >>> wire(datetime(2026, 3, 3, 14, 5, tzinfo=UTC))
    '2026-03-03T14:05:00.000Z'
    """
    in_utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return in_utc.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def from_wire(text: str) -> datetime:
    """The instant that ``wire`` wrote."""
    return datetime.fromisoformat(text)


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _encode(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        characters.append(CROCKFORD[rest])
    return "".join(reversed(characters))

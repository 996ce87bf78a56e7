"""Times in queries."""

from __future__ import annotations

from datetime import datetime

from django.utils.dateparse import parse_datetime

from models_app.domain.errors import InvalidFields

# Nothing was registered before, and a later one could not be moved into UTC.
FIRST_YEAR, LAST_YEAR = 1970, 9998


def parse_instant(text: str, *, field: str = "updatedAfter") -> datetime:
    """A time with its offset, as RFC 3339 has it, or InvalidFields naming ``field``."""
    try:
        instant = parse_datetime(text.replace(" ", "+"))  # an unescaped plus arrives as a space
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise InvalidFields.one(field, "invalid", "Write a time as RFC 3339 has it: 2026-03-03T14:05:00Z.")
    return instant

"""A circuit breaker: after a few failures in a row nothing is tried for a while, so that what is dead costs nothing.

Each process has its own, one for storage (``calls``) and one for the bus.
"""

from __future__ import annotations

import threading
import time


class Breaker:
    """Open means: do not try now. After a rest one caller may try, and what comes of that decides."""

    def __init__(self, *, failures: int, rest_seconds: float) -> None:
        self._failures = failures
        self._rest_seconds = rest_seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._closed_from = 0.0

    def may_try(self) -> bool:
        """Whether to try now. While it rests, one caller after each rest is told yes."""
        with self._lock:
            now = time.monotonic()
            if self._in_a_row < self._failures:
                return True
            if now < self._closed_from:
                return False
            self._closed_from = now + self._rest_seconds
            return True

    def note(self, *, succeeded: bool) -> None:
        """Tell what came of a try."""
        with self._lock:
            self._in_a_row = 0 if succeeded else self._in_a_row + 1
            if self._in_a_row == self._failures:
                self._closed_from = time.monotonic() + self._rest_seconds

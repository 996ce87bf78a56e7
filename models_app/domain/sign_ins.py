"""Failed sign-ins: after ten of one account within a quarter of an hour, its passwords are not looked at for a while.

They count for names that nobody has, too, so that a refusal does not tell which names there are. Tokens, and sessions
that are open already, are none of their business: nobody can shut a machine out by guessing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from models_app.domain.errors import Busy

MOST_FAILURES = 10
WINDOW = timedelta(minutes=15)


class TooManySignIns(Busy):
    """Not now: it opens again by itself, after ``retry_after_seconds``."""

    slug = "too-many-sign-ins"
    title = "Too many failed sign-ins"
    template = (
        "Signing in to this account has failed too often. Wait for {seconds} seconds, then try again; "
        "API tokens and open sessions work on."
    )

    def __init__(self, *, seconds: int) -> None:
        self.retry_after_seconds = seconds
        super().__init__(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSignIns:
    """How often signing in to an account has failed, in a window that begins with the first time.

    Attributes:
        window_ends_at: in seconds since 1970.
    """

    count: int = 0
    window_ends_at: int = 0

    def check(self, *, at: datetime) -> None:
        """Let a sign-in be tried.

        Raises:
            TooManySignIns: there were too many, and the window is still open.
        """
        seconds = math.ceil(self.window_ends_at - at.timestamp())
        if self.count >= MOST_FAILURES and seconds > 0:
            raise TooManySignIns(seconds=seconds)

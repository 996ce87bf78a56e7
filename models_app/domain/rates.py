"""How many requests one caller may make: a quota for each window of time.

Windows are the same for all processes, and each has a count of its own, so a quota is never exceeded: a process leases
permits from the count, a few at a time, and spends them without asking again. Permits that it leased and did not spend
end with the window. That is the price: a process may keep others from a fiftieth of the quota.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from models_app.domain.errors import Busy

# The first lease of a window is small and the next ones double: who asks once takes little, who goes on asks seldom.
FIRST_LEASE = 1 / 128
LARGEST_LEASE = 1 / 50


class TooManyRequests(Busy):
    """Not now: the next window begins after ``retry_after_seconds``."""

    slug = "too-many-requests"
    title = "Too many requests"
    template = (
        "These are more than {quota} requests within {window} seconds. Wait for {seconds} seconds, then go on; "
        "the RateLimit header of each answer tells what is left."
    )

    def __init__(self, *, quota: int, window: int, seconds: int) -> None:
        self.retry_after_seconds = seconds
        super().__init__(quota=quota, window=window, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePolicy:
    """What each caller may do: so many requests a second on average, all of a window's at once if need be.

    >>> RatePolicy(per_second=50, window_seconds=10).quota
    500
    """

    per_second: int
    window_seconds: int

    def __post_init__(self) -> None:
        if self.per_second < 1 or self.window_seconds < 1:
            raise ValueError("A rate limit is at least one request a second, in windows of at least a second.")

    @property
    def quota(self) -> int:
        """The requests of one window."""
        return self.per_second * self.window_seconds

    def window_at(self, instant: datetime) -> int:
        """When the window began that an instant is in, in seconds since 1970."""
        return int(instant.timestamp()) // self.window_seconds * self.window_seconds

    def seconds_to_the_next(self, instant: datetime) -> int:
        """How long to wait for the next window: at least one second, and enough."""
        return max(1, math.ceil(self.window_at(instant) + self.window_seconds - instant.timestamp()))

    def lease(self, *, last: int, left: int) -> int:
        """How many permits to lease: twice the last lease of the window, less as the window runs out.

        >>> policy = RatePolicy(per_second=50, window_seconds=10)
        >>> [policy.lease(last=0, left=500), policy.lease(last=3, left=497), policy.lease(last=8, left=60)]
        [3, 6, 1]
        """
        wanted = 2 * last or int(self.quota * FIRST_LEASE)
        return max(1, min(wanted, int(left * LARGEST_LEASE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a caller stands after a request was counted, as far as this process knows.

    Attributes:
        is_admitted: whether the request may be served.
        left: requests that are left in the window; others may have taken some since.
        seconds: until the next window.
    """

    policy: RatePolicy
    is_admitted: bool
    left: int
    seconds: int

    def check(self) -> None:
        """Let the request be served.

        Raises:
            TooManyRequests: the window's quota is used up.
        """
        if not self.is_admitted:
            policy = self.policy
            raise TooManyRequests(quota=policy.quota, window=policy.window_seconds, seconds=self.seconds)

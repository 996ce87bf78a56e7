"""Counting a caller's requests against its quota. Every face asks here, before it does anything for the caller.

If storage cannot answer, the request is let through: a limit that fails must not take the registry down with it. What
the request itself asks of storage will fail by itself, and the limits of the API in front of us hold all the while.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models_app.domain import clock
from models_app.domain.errors import StorageBusy
from models_app.domain.rates import RatePolicy, Standing
from models_app.storage import rates

log = logging.getLogger(__name__)

# One attempt: nobody waits long for the right to ask.
LEASE_SECONDS = 2.0
UNASKED = timedelta(seconds=1)  # after a failure, nobody waits for the next one
MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Share:
    """What this process holds of one caller's present window."""

    window: int = -1
    permits: int = 0
    left: int = 0
    last: int = 0
    unasked_until: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Limiter:
    """The leases of one process."""

    def __init__(self, policy: RatePolicy) -> None:
        self.policy = policy
        self._shares: dict[str, _Share] = {}

    def count(self, caller: str) -> Standing | None:
        """Count a request; where the caller stands then, or None if storage could not tell.

        No call while permits of an earlier lease are left, or once the window is known to be used up; else one.
        """
        share = self._share_of(caller)
        with share.lock:  # others who wait for the same caller's lease share it
            now = clock.now()
            if share.window != self.policy.window_at(now):
                share.window, share.permits, share.last = self.policy.window_at(now), 0, 0
                share.left = self.policy.quota
            if not share.permits and share.left and not self._lease(caller, share, now):
                return None
            is_admitted = share.permits > 0
            share.permits -= is_admitted
            seconds = self.policy.seconds_to_the_next(now)
            return Standing(
                policy=self.policy, is_admitted=is_admitted, left=share.left + share.permits, seconds=seconds
            )

    def _share_of(self, caller: str) -> _Share:
        share = self._shares.get(caller)
        if share is None:
            if len(self._shares) >= MOST_CALLERS:
                self._shares.clear()  # loses permits, and never grants more than there are
            share = self._shares.setdefault(caller, _Share())
        return share

    def _lease(self, caller: str, share: _Share, now: datetime) -> bool:
        """Lease permits; False if storage could not be asked."""
        if share.unasked_until is not None and now < share.unasked_until:
            return False
        wanted = self.policy.lease(last=share.last, left=share.left)
        try:
            share.permits, share.left = rates.lease(
                caller,
                window=share.window,
                ends_at=share.window + self.policy.window_seconds,
                permits=wanted,
                quota=self.policy.quota,
                seconds=LEASE_SECONDS,
            )
        except StorageBusy:
            share.unasked_until = now + UNASKED
            log.warning("no rate limit for %s: storage did not answer", caller)
            return False
        share.last, share.unasked_until = wanted, None
        return True


_limiter: Limiter | None = None


def configure(policy: RatePolicy | None) -> None:
    """Say what each caller may do; None for as much as it likes."""
    global _limiter  # noqa: PLW0603 - said once, when the process starts
    _limiter = Limiter(policy) if policy else None


def count(caller: str) -> Standing | None:
    """Count a caller's request: where it stands then, or None without a limit. Most often no call, else one."""
    return _limiter.count(caller) if _limiter else None

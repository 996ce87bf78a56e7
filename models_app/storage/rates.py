"""The count of each caller's window, from which processes lease permits."""

from __future__ import annotations

import hashlib

from models_app.storage import table
from models_app.storage.calls import deadline, seconds_left
from models_app.storage.pages import read_item
from models_app.storage.table import RateItem, connection
from models_app.storage.updates import update_if

# The window's count is kept a little longer, for processes whose clock is behind.
KEPT_SECONDS = 60


def lease(caller: str, *, window: int, ends_at: int, permits: int, quota: int, seconds: float) -> tuple[int, int]:
    """Take permits from a window's quota: how many were granted, and how many are left to others.

    As many as asked for, or those that are left. One call; two or more where fewer are left than asked for.

    Raises:
        StorageBusy: storage did not answer within ``seconds``; permits may be lost.
    """
    connection()  # made before the time begins to run: it takes a new process as long as a call
    with deadline(min(seconds_left(), seconds)):
        return _lease(caller, window, ends_at, permits, quota)


def _lease(caller: str, window: int, ends_at: int, permits: int, quota: int) -> tuple[int, int]:
    # A single sign-on provider may call people what it likes, at any length.
    digest = hashlib.sha256(caller.encode()).hexdigest()[:32]
    item = RateItem(pk=table.rate_partition(digest, window), sk=table.RATE)
    while permits > 0:
        counting = [RateItem.used.add(permits), RateItem.expires_at.set(ends_at + KEPT_SECONDS)]
        # A count that is not there yet takes any lease: none is above the quota.
        fits = RateItem.pk.does_not_exist() | (RateItem.used <= quota - permits)
        if (counted := update_if(fits, item, counting)) is not None:
            return permits, quota - int(RateItem.from_raw_data(counted).used)
        standing = read_item(item.pk, item.sk)
        permits = quota - int(RateItem.from_raw_data(standing).used) if standing else 0
    return 0, 0

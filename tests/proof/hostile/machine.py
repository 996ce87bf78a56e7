"""How slow this machine is at the moment. Bounds of time are those of a usual one, and a slow one has as much more."""

from __future__ import annotations

import time

SUMMANDS = 200_000
USUAL_SECONDS = 0.01  # of CPU, for so many, with a core of its own


def slowness() -> float:
    """How many times as long it takes as a usual machine; 1 for one that is faster."""
    before = time.thread_time()
    sum(number * number for number in range(SUMMANDS))
    return max(1.0, (time.thread_time() - before) / USUAL_SECONDS)

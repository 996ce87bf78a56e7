"""A limit for as long as a test takes; all other tests run without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from models_app.domain.rates import RatePolicy
from models_app.services import rates

Limit = Callable[[int, int], RatePolicy]


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Limit]:
    """Sets the limit of this process: so many requests a second, in windows of so many seconds."""
    monkeypatch.setattr(rates, "LEASE_SECONDS", 8)  # the machine of a test may be slow, which is no outage

    def set_(per_second: int, window_seconds: int) -> RatePolicy:
        policy = RatePolicy(per_second=per_second, window_seconds=window_seconds)
        rates.configure(policy)
        return policy

    yield set_
    rates.configure(None)

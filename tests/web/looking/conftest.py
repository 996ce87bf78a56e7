"""A team to look at."""

from __future__ import annotations

import pytest

from models_app.domain import clock
from tests.callers import Cast, a_team


@pytest.fixture(autouse=True)
def fresh_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids never go back in time within a process; a test that travelled into the future must not take others along."""
    monkeypatch.setattr(clock, "_last", (0, 0))


@pytest.fixture
def payments(table: None) -> Cast:
    """The team payments with its cast; the outsider is of the team vision."""
    return a_team()

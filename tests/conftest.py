"""Places where tests happen: an engine for each process, a fresh table for each test, sound at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.engine import Engine, point_to

if TYPE_CHECKING:  # the engine starts before anything of ours is loaded
    from tests.callers import Cast

ENGINE = pytest.StashKey[Engine]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the engine before Django is loaded; the one who hands out work to others needs none."""
    is_controller = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if not is_controller and not config.option.collectonly:
        engine = Engine()
        config.stash[ENGINE] = engine
        point_to(engine)
        # Each test has browsers of its own; none of them shall look through all static files before its first request.
        settings.WHITENOISE_AUTOREFRESH = True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engine."""
    if (engine := config.stash.get(ENGINE, None)) is not None:
        engine.stop()


@pytest.fixture
def table(engine: Engine) -> Iterator[None]:
    """An empty table for one test. At the end nothing in it may contradict itself, or the contract of its events."""
    from models_app.services.tokens import forget_tokens
    from models_app.storage.soundness import faults_on
    from tests import event_contract
    from tests.tables import drop_table, everything, make_table

    make_table(engine)
    try:
        yield
        rows = everything(engine)
        assert faults_on([rows]) == []
        event_contract.check_rows(rows)
    finally:
        forget_tokens()
        drop_table(engine)


@pytest.fixture
def payments(engine: Engine, table: None) -> Cast:
    """The team payments with its cast; the outsider is of the team vision."""
    from tests.tables import put_team

    return put_team(engine)


@pytest.fixture(autouse=True)
def fresh_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids never go back in time within a process; a test that travelled into the future must not take others along."""
    from models_app.domain import clock

    monkeypatch.setattr(clock, "_last", (0, 0))


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    """What storage did to one test must not keep the next one from asking it."""
    from models_app.storage import calls
    from models_app.storage.breaker import Breaker

    monkeypatch.setattr(calls, "breaker", Breaker(failures=calls.FAILURES, rest_seconds=calls.REST_SECONDS))


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """This process's engine."""
    return request.config.stash[ENGINE]

"""Places where tests happen: an engine for each process, a fresh table for each test, sound at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine import Engine, point_to

ENGINE = pytest.StashKey[Engine]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the engine before Django is loaded; the one who hands out work to others needs none."""
    is_controller = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if not is_controller and not config.option.collectonly:
        engine = Engine()
        config.stash[ENGINE] = engine
        point_to(engine)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engine."""
    if (engine := config.stash.get(ENGINE, None)) is not None:
        engine.stop()


@pytest.fixture
def table(engine: Engine) -> Iterator[None]:
    """An empty table for one test. At the end nothing in it may contradict itself."""
    from models_app.services.tokens import forget_tokens
    from models_app.storage.soundness import find_faults
    from tests.tables import drop_table, make_table

    make_table(engine)
    try:
        yield
        assert find_faults() == []
    finally:
        forget_tokens()
        drop_table(engine)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """This process's engine."""
    return request.config.stash[ENGINE]

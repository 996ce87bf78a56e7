"""One registry and one Chromium for the whole folder, in one of the test processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.browser.chromium import MISSING, PROGRAM, a_chromium
from tests.browser.visitors import Visitor
from tests.local_registry import LocalRegistry, a_local_registry

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look at these first, one after the other, once the order is drawn.

    They are the longest; and work is stolen from the end of a process's queue, so that all of them stay in the first
    process, which then starts the registry and the browser only once.
    """
    items.sort(key=lambda item: HERE not in item.path.parents)


@pytest.fixture(scope="package")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRegistry]:
    """The registry with its demo data and its pipeline."""
    if not PROGRAM.exists():
        pytest.skip(MISSING)
    with a_local_registry(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium(registry: LocalRegistry) -> Iterator[Browser]:
    """The browser."""
    with ExitStack() as running:
        try:
            browser = running.enter_context(a_chromium())
        except PlaywrightError as failure:
            pytest.skip(f"Chromium does not start on this machine: {failure.message.splitlines()[0]}")
        yield browser


@pytest.fixture
def visitor(registry: LocalRegistry, chromium: Browser) -> Iterator[Visitor]:
    """Somebody with a fresh browser profile, who is told of everything that goes wrong on a page."""
    with Visitor.arriving(chromium, registry) as somebody:
        yield somebody
        assert somebody.troubles == []


@pytest.fixture
def without_javascript(registry: LocalRegistry, chromium: Browser) -> Iterator[Visitor]:
    """Somebody whose browser runs no scripts."""
    with Visitor.arriving(chromium, registry, java_script_enabled=False) as somebody:
        yield somebody
        assert somebody.troubles == []

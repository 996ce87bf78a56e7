"""The wire on which storage's faults happen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import Wire

__all__ = ["proxy", "wire"]


@pytest.fixture(scope="session")
def proxy(pytestconfig: pytest.Config) -> Iterator[Wire]:
    """One proxy for all tests of a process; its connections are kept like the engine's own."""
    from tests.conftest import ENGINE

    wire = Wire(pytestconfig.stash[ENGINE])
    yield wire
    wire.close()


@pytest.fixture
def wire(proxy: Wire, table: None) -> Iterator[Wire]:
    """A wire between this process and its engine, without faults as yet."""
    with proxy.in_use() as wire:
        yield wire

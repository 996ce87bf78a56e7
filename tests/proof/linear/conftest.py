"""Servers whose calls to DynamoDB go over a wire with weather."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ENGINE
from tests.engine import Engine
from tests.faults import Wire
from tests.proof.linear.recorder import Recorder
from tests.server import Server
from tests.tables import put_team


@pytest.fixture(scope="session")
def stormy_wire(pytestconfig: pytest.Config) -> Iterator[Wire]:
    """The wire of all recordings of a process."""
    wire = Wire(pytestconfig.stash[ENGINE])
    yield wire
    wire.close()


@pytest.fixture(scope="session")
def stormy_server(pytestconfig: pytest.Config, stormy_wire: Wire) -> Iterator[Server]:
    """The registry behind it, in two processes."""
    server = Server(pytestconfig.stash[ENGINE], through=stormy_wire.url)
    yield server
    server.stop()


@pytest.fixture
def recorder(engine: Engine, stormy_wire: Wire, stormy_server: Server, table: None) -> Recorder:
    """Callers in front of it; at the end, nothing in the table may contradict itself."""
    return Recorder(stormy_server, put_team(engine).maintainer, stormy_wire)

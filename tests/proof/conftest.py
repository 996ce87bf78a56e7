"""A crowd in front of a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from tests.callers import Caller, Cast, a_team
from tests.conftest import ENGINE
from tests.server import Client, Server

CLIENTS = 16


@dataclass(frozen=True)
class Crowd:
    """The cast of a team, and as many connections as wanted for each of them."""

    cast: Cast
    connect: Callable[[Caller], Client]

    def of(self, caller: Caller, count: int = CLIENTS) -> list[Client]:
        """So many connections of one caller, open and ready."""
        clients = [self.connect(caller) for _ in range(count)]
        for client in clients:
            assert client.calls("GET", "me").status == 200
        return clients


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """One server for all proofs of a process."""
    server = Server(pytestconfig.stash[ENGINE])
    yield server
    server.stop()


@pytest.fixture
def crowd(server: Server, table: None) -> Iterator[Crowd]:
    """A team, and whoever wants to call. At the end, nothing in the table may contradict itself."""
    with a_crowd(server) as crowd:
        yield crowd


@contextmanager
def a_crowd(server: Server) -> Iterator[Crowd]:
    """A team in an empty table, and connections to a server that end with it."""
    with ExitStack() as connections:

        def connect(caller: Caller) -> Client:
            return connections.enter_context(Client(server.port, caller.authorization))

        yield Crowd(a_team("payments"), connect)

"""A crowd in front of a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.callers import Caller, Cast, a_team
from tests.conftest import ENGINE
from tests.outbox.conftest import ministack, publishing_to, queue
from tests.proof.figures import IN_FULL
from tests.server import Client, Server

__all__ = ["ministack", "publishing_to", "queue"]

CLIENTS = 16
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands here is a proof; elsewhere it says so itself."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("proof")


# Of several controls, those that take long; one of each proof runs in the suite.
in_full_only = pytest.mark.skipif(not IN_FULL, reason="runs with make proof")


def rounds(share: int, *, full: int) -> int:
    """How often to repeat a proof that chance plays a part in: a share in the suite, all of it with ``PROOF=full``."""
    return full if IN_FULL else share


# Each race ends with a look at the whole table, so 500 of them take 20 tables.
MANY_RACES = rounds(25, full=500)
BETWEEN_LOOKS = 25  # where so many take place at one table, this often somebody looks at all of it


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

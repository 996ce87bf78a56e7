"""The wire on which storage's faults happen, and time-outs that do not take a whole proof's time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from botocore.httpsession import URLLib3Session

from models_app.storage import calls
from models_app.storage.table import connection
from registry_project import observability
from tests.callers import Cast
from tests.outbox.receivers import listening
from tests.proof.faults.world import World, a_world
from tests.storage.conftest import proxy, wire

__all__ = ["proxy", "wire"]

HASTE = 20  # times as quick


@pytest.fixture
def world(payments: Cast) -> Iterator[World]:
    """One of everything."""
    with listening() as receiver:
        yield a_world(payments, receiver=receiver.url)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, all that the registry waits for takes a twentieth of its time, and so may an answer."""
    return lambda: _hurry(monkeypatch)


def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUEST", "CONNECT", "READ", "ATTEMPT", "FIRST_PAUSE", "LONGEST_PAUSE"):
        constant = f"{name}_SECONDS"
        monkeypatch.setattr(calls, constant, getattr(calls, constant) / HASTE)
    monkeypatch.setattr(observability, "REQUEST_SECONDS", calls.REQUEST_SECONDS)
    # As botocore itself makes it: without the option, the halves of each request wait 40 ms for each other.
    at_once = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    seconds = (calls.CONNECT_SECONDS, calls.READ_SECONDS)
    quick = URLLib3Session(timeout=seconds, max_pool_connections=32, socket_options=at_once)
    monkeypatch.setattr(connection().connection.client._endpoint, "http_session", quick)

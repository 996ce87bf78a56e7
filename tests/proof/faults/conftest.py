"""The wire on which storage's faults happen, and time-outs that do not take a whole proof's time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from models_app.storage import calls, connections
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
    ours = dict.fromkeys(("REQUEST", "ATTEMPT", "FIRST_PAUSE", "LONGEST_PAUSE"), calls)
    for name, module in {**ours, "CONNECT": connections, "READ": connections}.items():
        constant = f"{name}_SECONDS"
        monkeypatch.setattr(module, constant, getattr(module, constant) / HASTE)
    monkeypatch.setattr(observability, "REQUEST_SECONDS", calls.REQUEST_SECONDS)

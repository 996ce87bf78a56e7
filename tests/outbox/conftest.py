"""Places where events arrive: a real queue behind EventBridge, or a bus that is played."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.conf import settings

from tests.commands.shell import ROOT
from tests.outbox.buses import PlayedBus
from tests.outbox.queues import BUS, Ministack, Queue, running_ministack

PATIENCE_SECONDS = 15.0


@pytest.fixture(scope="session")
def ministack() -> Ministack:
    """One for all tests of a process."""
    running = running_ministack()
    if not running.starts:
        pytest.skip(f"There is no ministack on this machine: {running.last_words()}")
    return running


@pytest.fixture(scope="session")
def played_bus() -> Iterator[PlayedBus]:
    """One for all tests of a process."""
    bus = PlayedBus()
    yield bus
    bus.close()


@cache
def clients_of(url: str) -> Callable[[float], Any]:
    """What makes the publisher's clients of one address. They are kept: each takes a tenth of a second to make."""
    from models_app.outbox import bus

    return cache(bus._client.__wrapped__)


@pytest.fixture
def publishing_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sends this process's events to an address until the test is over."""
    from models_app.outbox import bus, publisher
    from models_app.storage.breaker import Breaker

    before = bus.present()

    def publish(url: str) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", url)
        fresh = Breaker(failures=publisher.FAILURES, rest_seconds=publisher.REST_SECONDS)
        monkeypatch.setattr(publisher, "breaker", fresh)
        # A slow machine must not look like a slow bus. Whoever tests the budgets themselves sets them back.
        monkeypatch.setattr(bus, "INLINE_SECONDS", PATIENCE_SECONDS)
        monkeypatch.setattr(bus, "RELAY_SECONDS", PATIENCE_SECONDS)
        bus.configure(bus.Bus(name=BUS, public_url="http://127.0.0.1:8000", ticket_key=settings.SECRET_KEY))
        monkeypatch.setattr(bus, "_client", clients_of(url))

    yield publish
    bus.configure(before)


@pytest.fixture
def queue(ministack: Ministack, publishing_to: Callable[[str], None]) -> Iterator[Queue]:
    """An empty queue for one test."""
    publishing_to(ministack.url)
    with ministack.queue() as queue:
        yield queue


@pytest.fixture
def played(played_bus: PlayedBus, publishing_to: Callable[[str], None]) -> Iterator[PlayedBus]:
    """A bus that takes all, until it is told otherwise."""
    publishing_to(played_bus.url)
    yield played_bus
    played_bus.forget()


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a command in a process of its own, and ends it with the test."""
    processes = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"ENVIRONMENT": "local", "REGISTRY_EVENT_BUS": "model-registry"}
        command = [sys.executable, "manage.py", *words]
        processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
        process.wait(timeout=30)

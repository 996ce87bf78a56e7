"""From a script to a receiver: MLflow's own client, a running server, a real bus, and the jobs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from models_app.management import local_bus
from tests.callers import Cast
from tests.conftest import ENGINE
from tests.mlflow.client import run
from tests.outbox.acts import until
from tests.outbox.conftest import ministack, publishing_to, started
from tests.outbox.queues import BUS, Ministack
from tests.outbox.receivers import SECRET, Receiver, listening
from tests.server import Server

__all__ = ["ministack", "publishing_to", "started"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def lenient_server(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server whose webhooks may lead to this machine."""
    monkeypatch.setenv("REGISTRY_WEBHOOKS_INSECURE", "1")
    server = Server(pytestconfig.stash[ENGINE])
    yield server
    server.stop()


def test_a_script_keeps_webhooks_and_what_it_does_is_told_signed(
    payments: Cast,
    ministack: Ministack,
    publishing_to: Callable[[str], None],
    started: Callable[..., subprocess.Popen[bytes]],
    receiver: Receiver,
    lenient_server: Server,
) -> None:
    publishing_to(ministack.url)
    local_bus.make(BUS)

    printed = run("webhooks.py", lenient_server, payments.maintainer, RECEIVER=receiver.url, RECEIVERS_SECRET=SECRET)

    assert [line.partition(",")[0] for line in printed.splitlines()] == [
        "('RESOURCE_DOES_NOT_EXIST'",
        *["('INVALID_PARAMETER_VALUE'"] * 3,
    ]
    assert SECRET not in printed
    tried, receiver.told = receiver.heard, []
    assert tried == ["model_version.created", "prompt_tag.set"]

    jobs = started("run_jobs", "--webhooks", local_bus.WEBHOOKS_QUEUE)
    until(lambda: len(receiver.told) == 2)

    assert sorted(receiver.heard) == ["model_version.created", "model_version_alias.created"]
    assert all(each.is_signed() for each in receiver.told)
    assert [each.data["tags"] for each in receiver.told if "tags" in each.data] == [{"owner": "risk"}]
    assert jobs.poll() is None

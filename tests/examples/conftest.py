"""A registry whose events name its own door, and the table of the pipeline beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from examples.pipeline import consumer
from tests.callers import Cast
from tests.examples.doors import Door
from tests.examples.pipelines import Pipeline
from tests.outbox.buses import PlayedBus
from tests.outbox.conftest import ministack, played, played_bus, publishing_to, queue
from tests.storage.conftest import proxy

__all__ = ["ministack", "played", "played_bus", "proxy", "publishing_to", "queue"]


@pytest.fixture
def door(played: PlayedBus) -> Iterator[Door]:
    """Where the callbacks of this test's events lead to."""
    from models_app.outbox import bus

    door = Door()
    bus.configure(replace(bus.present(), public_url=door.url))
    yield door
    door.close()


@pytest.fixture
def pipeline(payments: Cast, played: PlayedBus, door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The consumer with an empty table of its own."""
    monkeypatch.setenv("PIPELINE_TABLE", "pipeline")
    consumer.create_table()
    pipeline = Pipeline(payments, played)
    pipeline.starts_anew()
    yield pipeline
    pipeline.starts_anew()
    consumer._table().delete()
    pipeline.stops()

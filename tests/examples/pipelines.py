"""The example's consumer and what it did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from examples.pipeline import consumer
from tests.callers import Answer, Cast
from tests.outbox.acts import deploys
from tests.outbox.buses import PlayedBus

Envelope = dict[str, Any]


@dataclass(frozen=True)
class Pipeline:
    """A pipeline that listens to a played bus."""

    cast: Cast
    bus: PlayedBus

    def is_asked_for(self, version: str = "1.0.0", environment: str = "prod") -> Envelope:
        """The event of a new deployment, as EventBridge delivers it."""
        self.cast.contributor.registers("fraud", version=version)
        assert deploys(self.cast, version=version, environment=environment).status == 202
        [entry] = self.bus.calls[-1].entries
        return {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}

    def handles(self, envelope: Envelope) -> str:
        """What became of an event."""
        return consumer.handler(envelope, None)["outcome"]

    def status_of(self, envelope: Envelope) -> str:
        """Where the registry says that a deployment stands."""
        return str(self.cast.viewer.gets(f"deployments/{envelope['detail']['data']['deploymentId']}").body["status"])

    def cancels(self, envelope: Envelope) -> Answer:
        """The maintainer calls a deployment off."""
        where = f"deployments/{envelope['detail']['data']['deploymentId']}/cancel"
        return self.cast.maintainer.calls("POST", where)

    @property
    def running(self) -> dict[str, dict[str, Any]]:
        """What is to run where: ``payments.fraud#prod/EKS``."""
        return {each["pk"].removeprefix("RUN#"): each for each in _everything() if each["pk"].startswith("RUN#")}

    @property
    def marks(self) -> list[dict[str, Any]]:
        """What it keeps of the events that it has applied."""
        return [each for each in _everything() if each["pk"].startswith("EVENT#")]

    @property
    def effects(self) -> int:
        """How many effects there were in all."""
        return sum(int(each["applied"]) for each in self.running.values())

    def forgets(self) -> None:
        """Nothing was ever applied."""
        with consumer._table().batch_writer() as batch:
            for each in _everything():
                batch.delete_item(Key={"pk": each["pk"]})

    def starts_anew(self) -> None:
        """A new process: nothing is remembered but what the table holds."""
        self.stops()
        consumer._table()

    def stops(self) -> None:
        """End the process."""
        if consumer._table.cache_info().currsize:
            consumer._table().meta.client.close()
        consumer._table.cache_clear()


def _everything() -> list[dict[str, Any]]:
    found, start = [], {}
    while True:
        page = consumer._table().scan(ConsistentRead=True, **start)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

"""What schedules have Lambda do, and the figures by which an operator hears of a bus that is behind."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from models_app.domain import clock
from models_app.outbox.bus import BusFailed
from models_app.storage.outbox import MAX_ATTEMPTS
from registry_project.lambda_entry import lambda_handler
from registry_project.lambda_jobs import Refused
from tests.callers import Cast
from tests.outbox.acts import an_event, committed, deploys, unsent
from tests.outbox.buses import PlayedBus, refuse

RELAY = {"job": "relay_events"}


def _figures(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The last line of metrics, as CloudWatch reads it: each figure that is declared, with its unit."""
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"], line["Stage"]) == ("ModelRegistry", [["Stage"]], "local")
    return {metric["Name"]: (*line[metric["Name"]], metric["Unit"]) for metric in directive["Metrics"]}


class TestTheRelaysSchedule:
    def test_publishes_what_waits(self, payments: Cast, played: PlayedBus, capsys: pytest.CaptureFixture[str]) -> None:
        for _ in range(3):
            an_event()
        waiting = len(unsent())

        assert lambda_handler(RELAY, None) == {"sent": waiting, "refused": 0, "dead": 0}

        assert sorted(played.taken) == committed()
        assert _figures(capsys) == {
            "EventsSent": (float(waiting), "Count"),
            "EventsRefused": (0.0, "Count"),
            "DeadEvents": (0.0, "Count"),
            "OutboxAgeSeconds": (0.0, "Seconds"),
        }

    def test_tells_how_long_the_oldest_waits_also_when_the_bus_is_down(
        self, payments: Cast, played: PlayedBus, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lambda_handler(RELAY, None)
        an_event()
        played.manner = lambda call: call.hang_up()

        with time_machine.travel(clock.now() + timedelta(minutes=10)), pytest.raises(BusFailed):
            lambda_handler(RELAY, None)

        figures = _figures(capsys)
        assert 600 <= figures["OutboxAgeSeconds"][0] < 700
        assert figures["EventsSent"] == (0.0, "Count")

    def test_counts_the_events_that_were_given_up(
        self, payments: Cast, played: PlayedBus, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lambda_handler(RELAY, None)
        event = an_event()
        played.manner = refuse(lambda each: each == event.id)

        for _ in range(MAX_ATTEMPTS):
            lambda_handler(RELAY, None)

        figures = _figures(capsys)
        assert (figures["DeadEvents"], figures["OutboxAgeSeconds"]) == ((1.0, "Count"), (0.0, "Seconds"))


class TestTheTimeOutsSchedule:
    def test_ends_silent_deployments_and_counts_them(
        self, payments: Cast, played: PlayedBus, capsys: pytest.CaptureFixture[str]
    ) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        asked = deploys(payments)

        with time_machine.travel(clock.now() + timedelta(minutes=61)):
            answer = lambda_handler({"job": "time_out_deployments"}, None)

        assert answer == {"timedOut": [asked.body["deploymentId"]]}
        assert _figures(capsys) == {"DeploymentsTimedOut": (1.0, "Count")}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"job": "drop_everything"},
        {"job": ["relay_events"]},
        {"command": "print(1)"},
        {"manage": "flush"},
        {"raw_command": "import os"},
        {"Records": [{"EventSource": "aws:sns"}]},
        {"detail-type": "DeploymentRequested", "detail": {}},
    ],
)
def test_anything_else_is_refused(payments: Cast, event: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        lambda_handler(event, None)

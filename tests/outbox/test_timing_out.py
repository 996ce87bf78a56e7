from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from models_app.domain import clock
from tests.callers import Answer, Cast
from tests.commands.shell import run
from tests.outbox.acts import deploys
from tests.outbox.buses import PlayedBus


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    """A clock that the test moves, in minutes."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def asked(payments: Cast, time: time_machine.Traveller) -> Answer:
    """A deployment that was asked for at this moment."""
    payments.contributor.registers("fraud", version="1.0.0")
    return deploys(payments)


def _status(payments: Cast, asked: Answer) -> str:
    return str(payments.viewer.gets(asked.location).body["status"])


class TestASilentDeployment:
    def test_is_ended_after_an_hour_and_not_before(
        self, payments: Cast, asked: Answer, time: time_machine.Traveller
    ) -> None:
        time.shift(timedelta(minutes=59, seconds=59))
        assert run("time_out_deployments").out == ""
        assert _status(payments, asked) == "REQUESTED"

        time.shift(timedelta(seconds=1))

        assert run("time_out_deployments").out == f"{asked.body['deploymentId']} timed out.\n"
        assert _status(payments, asked) == "TIMED_OUT"
        assert run("time_out_deployments").out == ""

    def test_is_not_one_whose_pipeline_says_the_same_again_and_again(
        self, payments: Cast, asked: Answer, time: time_machine.Traveller
    ) -> None:
        for _ in range(3):
            time.shift(timedelta(minutes=40))
            payments.maintainer.calls("POST", f"{asked.location}/status", {"status": "IN_PROGRESS"})

            assert run("time_out_deployments").out == ""

        assert _status(payments, asked) == "IN_PROGRESS"

    def test_leaves_its_version_failed_and_free_to_be_deployed_again(
        self, payments: Cast, asked: Answer, time: time_machine.Traveller
    ) -> None:
        assert deploys(payments).status == 409
        time.shift(timedelta(minutes=61))

        run("time_out_deployments")

        assert payments.viewer.reads("payments.fraud", "1.0.0").body["status"] == "FAILED"
        assert deploys(payments).status == 202
        assert payments.viewer.reads("payments.fraud", "1.0.0").body["status"] == "DEPLOYING"

    def test_is_told_to_the_pipeline_and_in_the_history(
        self, payments: Cast, played: PlayedBus, asked: Answer, time: time_machine.Traveller
    ) -> None:
        time.shift(timedelta(minutes=61))
        run("time_out_deployments")

        event = payments.viewer.gets("models/payments.fraud/events").body["results"][0]
        assert (event["eventType"], event["data"]["to"]) == ("DeploymentStatusChanged", "TIMED_OUT")
        assert event["actor"].startswith("system:")
        assert event["eventId"] in played.taken

    def test_may_not_be_brought_back_by_a_late_report(
        self, payments: Cast, asked: Answer, time: time_machine.Traveller
    ) -> None:
        time.shift(timedelta(minutes=61))
        run("time_out_deployments")

        report = payments.maintainer.calls("POST", f"{asked.location}/status", {"status": "SUCCEEDED"})

        assert report.status == 409


class TestADeploymentThatReports:
    def test_has_its_time_anew(self, payments: Cast, asked: Answer, time: time_machine.Traveller) -> None:
        for percent in (10, 50):
            time.shift(timedelta(minutes=50))
            report = {"status": "IN_PROGRESS", "detail": f"{percent} %"}
            assert payments.maintainer.calls("POST", f"{asked.location}/status", report).status == 200
            assert run("time_out_deployments").out == ""
        time.shift(timedelta(minutes=59))
        run("time_out_deployments")
        assert _status(payments, asked) == "IN_PROGRESS"

        time.shift(timedelta(minutes=1))
        run("time_out_deployments")

        assert _status(payments, asked) == "TIMED_OUT"

    def test_is_never_ended_once_it_is_over(self, payments: Cast, asked: Answer, time: time_machine.Traveller) -> None:
        payments.maintainer.calls("POST", f"{asked.location}/status", {"status": "SUCCEEDED"})
        time.shift(timedelta(days=2))

        assert run("time_out_deployments").out == ""
        assert _status(payments, asked) == "SUCCEEDED"

"""A pipeline that cannot reach the registry over HTTP puts its report on the bus."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from models_app import jobs
from models_app.domain import clock
from models_app.domain.errors import StorageBusy
from models_app.services import deployment_reports
from registry_project.lambda_entry import lambda_handler
from tests.callers import Answer, Cast
from tests.outbox.acts import deploys, everything, until
from tests.outbox.buses import PlayedBus
from tests.outbox.queues import BUS, Ministack


def _a_report(played: PlayedBus, *, of: int = -1, **different: Any) -> dict[str, Any]:
    """What the pipeline sends about one of the deployments that were asked for, in EventBridge's envelope."""
    requests = [json.loads(entry["Detail"])["data"] for call in played.calls for entry in call.entries]
    asked = [each for each in requests if "callback" in each][of]
    detail = {"deploymentId": asked["deploymentId"], "ticket": asked["callback"]["ticket"], "status": "IN_PROGRESS"}
    return {"id": "b1f2", "detail-type": jobs.REPORTED, "source": "pipeline", "detail": detail | different}


@pytest.fixture
def asked(payments: Cast, played: PlayedBus) -> Answer:
    """A deployment of fraud to prod."""
    payments.contributor.registers("fraud", version="1.0.0")
    return deploys(payments)


def _timeline(payments: Cast, asked: Answer) -> list[str]:
    return [step["status"] for step in payments.viewer.gets(asked.location).body["timeline"]]


class TestAReport:
    def test_moves_its_deployment_as_the_callback_would(self, payments: Cast, asked: Answer, played: PlayedBus) -> None:
        said = {"status": "SUCCEEDED", "detail": "2 replicas serve"}

        answers = [lambda_handler(_a_report(played, **each), None) for each in ({}, said)]

        assert answers == [{"refused": None}] * 2
        last = payments.viewer.gets(asked.location).body["timeline"][-1]
        deployment = asked.body["deploymentId"]
        assert (last["status"], last["detail"], last["by"]) == ("SUCCEEDED", "2 replicas serve", f"ticket:{deployment}")
        assert payments.viewer.reads("payments.fraud", "1.0.0").body["status"] == "DEPLOYED"
        newest = payments.viewer.pages("models/payments.fraud/events")[0][0]
        assert (newest["eventType"], newest["requestId"]) == ("DeploymentStatusChanged", "b1f2")

    def test_that_is_delivered_twice_counts_once(self, payments: Cast, asked: Answer, played: PlayedBus) -> None:
        report = _a_report(played)

        assert [lambda_handler(report, None) for _ in range(2)] == [{"refused": None}] * 2

        assert _timeline(payments, asked) == ["REQUESTED", "IN_PROGRESS"]

    @pytest.mark.parametrize(
        ("different", "reason"),
        [
            ({"ticket": None}, "This is no ticket of this registry, or it was changed on the way."),
            ({"ticket": "mr_something"}, "This is no ticket of this registry, or it was changed on the way."),
            ({"status": "DONE"}, 'status: "DONE" is not a valid choice.'),
            ({"status": "CANCELLED"}, 'status: "CANCELLED" is not a valid choice.'),
            ({"status": {"is": "SUCCEEDED"}}, "status: "),
            ({"detail": "x" * 5000}, "detail: "),
            ({"detail": 5}, "detail: "),
            ({"deploymentId": None}, "There is no such deployment"),
            (
                {"deploymentId": "payments.01ARZ3NDEKTSV4RRFFQ69G5FAV"},
                "A callback ticket reports the status of its own deployment",
            ),
        ],
    )
    def test_that_is_wrong_is_refused_with_the_reason_and_writes_nothing(
        self, asked: Answer, played: PlayedBus, different: dict[str, Any], reason: str
    ) -> None:
        before = everything()

        refusal = lambda_handler(_a_report(played, **different), None)["refused"]

        assert refusal.startswith(reason)
        assert everything() == before

    @pytest.mark.parametrize("detail", [None, "text", [], {}])
    def test_that_is_none_at_all_is_refused(self, asked: Answer, played: PlayedBus, detail: object) -> None:
        before = everything()

        assert lambda_handler({"detail-type": jobs.REPORTED, "detail": detail}, None)["refused"]

        assert everything() == before

    def test_that_comes_after_the_tickets_end_is_refused(self, asked: Answer, played: PlayedBus) -> None:
        with time_machine.travel(clock.now() + timedelta(hours=13)):
            assert "expired" in lambda_handler(_a_report(played), None)["refused"]

    def test_with_the_ticket_of_another_deployment_is_refused(
        self, payments: Cast, asked: Answer, played: PlayedBus
    ) -> None:
        deploys(payments, environment="staging")
        stolen = _a_report(played, of=0)["detail"]["ticket"]

        assert "its own deployment" in lambda_handler(_a_report(played, of=1, ticket=stolen), None)["refused"]

    def test_is_delivered_again_if_the_table_is_busy(
        self, asked: Answer, played: PlayedBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(**_: object) -> None:
            raise StorageBusy

        monkeypatch.setattr(deployment_reports, "report_status", busy)

        with pytest.raises(StorageBusy):
            lambda_handler(_a_report(played), None)

    def test_says_no_ticket_to_the_log(
        self, asked: Answer, played: PlayedBus, caplog: pytest.LogCaptureFixture
    ) -> None:
        report = _a_report(played, status="DONE")

        lambda_handler(report, None)

        assert "a pipeline's report was refused" in caplog.text
        assert report["detail"]["ticket"] not in caplog.text


class TestTheLocalJobs:
    def test_take_reports_from_the_bus_and_publish_what_waits(
        self,
        payments: Cast,
        ministack: Ministack,
        publishing_to: Callable[[str], None],
        started: Callable[..., subprocess.Popen[bytes]],
    ) -> None:
        from models_app.management import local_bus

        publishing_to(ministack.url)
        local_bus.make(BUS)
        payments.contributor.registers("fraud", version="1.0.0")
        with ministack.queue() as queue:
            asked = deploys(payments)
            [request] = queue.details("DeploymentRequested")
            callback = request["data"]["callback"]
            report = {"deploymentId": asked.body["deploymentId"], "ticket": callback["ticket"], "status": "SUCCEEDED"}
            entry = {"Source": "pipeline", "DetailType": jobs.REPORTED, "Detail": json.dumps(report)}
            ministack.client("events").put_events(Entries=[entry | {"EventBusName": BUS}])
            process = started("run_jobs", "--reports", local_bus.REPORTS_QUEUE)

            until(lambda: _timeline(payments, asked) == ["REQUESTED", "SUCCEEDED"])

            kinds: list[str] = []

            def all_published() -> bool:
                kinds.extend(envelope["detail-type"] for envelope in queue.read())
                return {"ModelVersionRegistered", "DeploymentStatusChanged"} <= set(kinds)

            until(all_published)
            assert process.poll() is None

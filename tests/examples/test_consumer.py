"""Promised: "a reference consumer that applies each event exactly once and reports status back"."""

from __future__ import annotations

import itertools
import logging
import random
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from botocore.exceptions import ClientError

from examples.pipeline import consumer
from models_app.domain import clock, tickets
from tests.commands.shell import ROOT
from tests.examples.doors import Door
from tests.examples.pipelines import Envelope, Pipeline
from tests.faults import Wire, cancel, lose_answer
from tests.proof.conftest import rounds
from tests.proof.figures import proves
from tests.server import at_once


class TestADeployment:
    def test_is_applied_and_reported(self, pipeline: Pipeline) -> None:
        event = pipeline.is_asked_for("1.0.0")

        assert pipeline.handles(event) == "succeeded"

        version = pipeline.cast.viewer.reads("payments.fraud", "1.0.0").body
        assert version["status"] == "DEPLOYED"
        deployment = pipeline.cast.viewer.gets(f"deployments/{event['detail']['data']['deploymentId']}").body
        assert [step["status"] for step in deployment["timeline"]] == ["REQUESTED", "IN_PROGRESS", "SUCCEEDED"]
        [(place, run)] = pipeline.running.items()
        assert place == "payments.fraud#prod/EKS"
        assert run["version"] == "1.0.0"
        assert run["artifact"] == event["detail"]["data"]["artifact"]
        assert run["deploymentId"] == deployment["deploymentId"]

    def test_takes_the_place_of_the_one_before(self, pipeline: Pipeline) -> None:
        first, second = (pipeline.handles(pipeline.is_asked_for(version)) for version in ("1.0.0", "2.0.0"))

        assert (first, second) == ("succeeded", "succeeded")
        assert pipeline.running["payments.fraud#prod/EKS"]["version"] == "2.0.0"
        assert pipeline.effects == 2

    def test_of_another_kind_of_event_is_none_of_its_business(self, pipeline: Pipeline) -> None:
        assert pipeline.handles({"detail-type": "AliasMoved", "detail": {}}) == "ignored"


class TestTheSameEventAgain:
    def test_has_no_second_effect(self, pipeline: Pipeline) -> None:
        event = pipeline.is_asked_for()

        assert [pipeline.handles(event) for _ in range(3)] == ["succeeded", "refused", "refused"]

        assert pipeline.effects == 1
        assert pipeline.status_of(event) == "SUCCEEDED"

    def test_has_none_in_eight_places_at_once(self, pipeline: Pipeline) -> None:
        event = pipeline.is_asked_for()

        def until_it_is_taken() -> str:
            while True:
                with suppress(ClientError, OSError):
                    return pipeline.handles(event)

        outcomes = at_once([until_it_is_taken] * 8)

        assert set(outcomes) <= {"succeeded", "refused"}
        assert pipeline.effects == 1
        assert pipeline.status_of(event) == "SUCCEEDED"

    def test_does_not_undo_a_later_one(self, pipeline: Pipeline) -> None:
        old = pipeline.is_asked_for("1.0.0")
        pipeline.cancels(old)
        new = pipeline.is_asked_for("2.0.0")
        consumer.apply(new["detail"])

        with pytest.raises(consumer.CannotRun, match="later deployment"):
            consumer.apply(old["detail"])

        assert pipeline.running["payments.fraud#prod/EKS"]["version"] == "2.0.0"


@pytest.mark.proof
def test_events_in_any_order_and_more_than_once_leave_the_last_one_standing(pipeline: Pipeline) -> None:
    chance, permutations, wrong = random.Random(5), rounds(20, full=1_000), 0
    events = []
    for number in range(5):
        events.append(pipeline.is_asked_for(f"{number}.0.0"))
        pipeline.cancels(events[-1])
    newest = events[-1]["detail"]["eventId"]
    for _ in range(permutations):
        pipeline.forgets()
        for event in chance.sample([*events, *chance.choices(events, k=3)], k=8):
            with suppress(consumer.CannotRun):
                consumer.apply(event["detail"])
        wrong += [each["eventId"] for each in pipeline.running.values()] != [newest]

    figure = f"{wrong} of {permutations:,} orders, some events twice"
    proves("whatever the order of delivery, the last request stands", figure, target=0, holds=not wrong)


class Died(BaseException):
    """The function was ended at this point."""


class Life(urllib.request.BaseHandler):
    """The points before and after each call that the consumer makes; it dies at one of them."""

    def __init__(self, dies_at: int) -> None:
        self.dies_at = dies_at
        self.passed = 0

    def passes(self, **_: Any) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            raise Died

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        self.passes()
        return request

    def http_response(self, _request: urllib.request.Request, response: Any) -> Any:
        try:
            self.passes()
        except Died:
            response.close()
            raise
        return response


@contextmanager
def a_life(dies_at: int) -> Iterator[Life]:
    """What runs inside dies at that point; a life that has fewer points is survived."""
    life = Life(dies_at)
    emitter = consumer._table().meta.client.meta.events
    calls = ("before-send.dynamodb.*", "after-call.dynamodb.*")
    for name in calls:
        emitter.register(name, life.passes)
    urllib.request.install_opener(urllib.request.build_opener(life))
    try:
        with suppress(Died):
            yield life
    finally:
        urllib.request.install_opener(None)  # type: ignore[arg-type]
        for name in calls:
            emitter.unregister(name, life.passes)


class TestAConsumerThatDies:
    def test_between_any_two_calls_has_one_effect_and_reports_it(self, pipeline: Pipeline) -> None:
        for dies_at in itertools.count(1):
            event = pipeline.is_asked_for(environment=f"env-{dies_at}")
            with a_life(dies_at) as life:
                pipeline.handles(event)
            survived = life.passed < dies_at

            pipeline.starts_anew()
            pipeline.handles(event)

            assert pipeline.effects == dies_at
            assert pipeline.status_of(event) == "SUCCEEDED"
            if survived:
                break
        assert dies_at == 2 * 3 + 1, "three calls, with a point on either side"


@pytest.fixture
def weather(pipeline: Pipeline, proxy: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """The wire between the pipeline and its table. The registry's own calls do not go over it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
    pipeline.starts_anew()
    yield proxy
    proxy.mend()


class TestATableInBadWeather:
    @pytest.mark.parametrize("forgets_tokens", [False, True], ids=["repeated in time", "repeated much later"])
    def test_whose_answer_gets_lost_has_one_effect(
        self, pipeline: Pipeline, weather: Wire, *, forgets_tokens: bool
    ) -> None:
        event = pipeline.is_asked_for()
        weather.forgets_tokens = forgets_tokens
        weather.next("TransactWriteItems", lose_answer)

        assert pipeline.handles(event) == "succeeded"

        assert weather.calls("TransactWriteItems") == 2
        assert pipeline.effects == 1

    def test_that_is_in_conflict_has_the_event_delivered_again(self, pipeline: Pipeline, weather: Wire) -> None:
        event = pipeline.is_asked_for()
        weather.next("TransactWriteItems", cancel("TransactionConflict"))

        with pytest.raises(ClientError, match="TransactionCanceledException"):
            pipeline.handles(event)

        assert (pipeline.handles(event), pipeline.effects) == ("succeeded", 1)


class TestARegistryThatCannotAnswer:
    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_has_the_event_delivered_again(self, pipeline: Pipeline, door: Door, status: int) -> None:
        event = pipeline.is_asked_for()
        door.refusals = [status]

        with pytest.raises(urllib.error.HTTPError):
            pipeline.handles(event)
        assert pipeline.effects == 0

        assert (pipeline.handles(event), pipeline.effects) == ("succeeded", 1)

    def test_or_be_reached_has_it_delivered_again(self, pipeline: Pipeline) -> None:
        event = pipeline.is_asked_for()
        away = event["detail"] | {
            "data": event["detail"]["data"] | {"callback": {"url": "http://127.0.0.1:1/", "ticket": ""}}
        }

        with pytest.raises(urllib.error.URLError):
            pipeline.handles(event | {"detail": away})

        assert pipeline.effects == 0


class TestARefusal:
    def test_of_a_deployment_that_was_cancelled_ends_it_before_anything_is_done(
        self, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
    ) -> None:
        event = pipeline.is_asked_for()
        pipeline.cancels(event)

        assert pipeline.handles(event) == "refused"

        assert pipeline.effects == 0
        assert pipeline.status_of(event) == "CANCELLED"
        [line] = [record for record in caplog.records if record.name == consumer.__name__]
        assert line.levelno == logging.WARNING
        assert "move-illegal" in line.getMessage()
        assert event["detail"]["data"]["callback"]["ticket"] not in line.getMessage()

    def test_of_an_expired_ticket_ends_it(self, pipeline: Pipeline) -> None:
        with time_machine.travel(clock.now() - tickets.LIFETIME - timedelta(seconds=1)):
            event = pipeline.is_asked_for()

        assert (pipeline.handles(event), pipeline.effects) == ("refused", 0)

    def test_of_another_deployment_s_ticket_ends_it(self, pipeline: Pipeline) -> None:
        event, other = (pipeline.is_asked_for(environment=environment) for environment in ("prod", "stage"))
        event["detail"]["data"]["callback"]["ticket"] = other["detail"]["data"]["callback"]["ticket"]

        assert (pipeline.handles(event), pipeline.effects) == ("refused", 0)
        assert pipeline.status_of(event) == "REQUESTED"


class TestWhatCannotBeRun:
    def test_is_reported_with_the_reason(self, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
        def apply(_detail: Envelope) -> None:
            raise consumer.CannotRun("There is no room.")

        monkeypatch.setattr(consumer, "apply", apply)  # as a reader would put in an own one
        event = pipeline.is_asked_for()

        assert pipeline.handles(event) == "failed"

        deployment = pipeline.cast.viewer.gets(f"deployments/{event['detail']['data']['deploymentId']}").body
        assert (deployment["status"], deployment["timeline"][-1]["detail"]) == ("FAILED", "There is no room.")
        assert pipeline.handles(event) == "refused"


class TestTheTable:
    def test_is_made_by_the_documented_command_and_left_alone_by_another(self, pipeline: Pipeline) -> None:
        pipeline.handles(pipeline.is_asked_for())

        command = [sys.executable, str(ROOT / "examples/pipeline/consumer.py"), "--create-table"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert (done.returncode, done.stderr) == (0, "")
        assert pipeline.effects == 1

    def test_forgets_marks_long_after_nobody_delivers_again(self, pipeline: Pipeline) -> None:
        event = pipeline.is_asked_for()
        pipeline.handles(event)

        [mark] = pipeline.marks
        assert mark["pk"] == f"EVENT#{event['detail']['eventId']}"
        assert timedelta(days=29) < clock.from_milliseconds(int(mark["expires"]) * 1000) - clock.now()
        described = consumer._table().meta.client.describe_time_to_live(TableName="pipeline")
        assert described["TimeToLiveDescription"]["AttributeName"] == "expires"

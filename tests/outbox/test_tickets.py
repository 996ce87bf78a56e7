from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from models_app.domain import clock
from tests.callers import Caller, Cast
from tests.commands.shell import run
from tests.outbox.acts import deploys, everything
from tests.outbox.buses import PlayedBus
from tests.outbox.queues import Queue

NEIGHBOUR = {"-": "a", ".": "-", "_": "-", "z": "y", "9": "8", "Z": "Y"}


def _a_pipeline(callback: dict[str, str]) -> Caller:
    return Caller("pipeline", f"Bearer {callback['ticket']}")


def _callbacks(played: PlayedBus) -> list[dict[str, str]]:
    details = [json.loads(entry["Detail"]) for call in played.calls for entry in call.entries]
    return [each["data"]["callback"] for each in details if "callback" in each["data"]]


@pytest.fixture
def callback(payments: Cast, played: PlayedBus) -> dict[str, str]:
    """What the pipeline was given with a deployment of fraud to prod."""
    payments.contributor.registers("fraud", version="1.0.0")
    deploys(payments)
    return _callbacks(played)[0]


class TestATicket:
    def test_reports_its_deployment_to_the_address_that_came_with_it(self, payments: Cast, queue: Queue) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        where = deploys(payments).location
        callback = queue.details("DeploymentRequested")[0]["data"]["callback"]
        path = callback["url"].removeprefix("http://127.0.0.1:8000")

        for status in ("IN_PROGRESS", "SUCCEEDED"):
            assert _a_pipeline(callback).calls("POST", path, {"status": status}).status == 200

        assert payments.viewer.gets(where).body["status"] == "SUCCEEDED"
        assert payments.viewer.gets(where).body["timeline"][-1]["by"].startswith("ticket:payments.")

    def test_reads_its_deployment(self, callback: dict[str, str]) -> None:
        where = callback["url"].removesuffix("/status").removeprefix("http://127.0.0.1:8000")

        assert _a_pipeline(callback).gets(where).body["status"] == "REQUESTED"

    def test_does_not_speak_for_another_deployment(
        self, payments: Cast, played: PlayedBus, callback: dict[str, str]
    ) -> None:
        other = deploys(payments, environment="test")

        report = _a_pipeline(callback).calls("POST", f"{other.location}/status", {"status": "SUCCEEDED"})

        assert (report.status, report.slug) == (403, "ticket-elsewhere")
        assert payments.viewer.gets(other.location).body["status"] == "REQUESTED"
        assert _a_pipeline(callback).gets(other.location).status == 404

    @pytest.mark.parametrize(
        "path",
        ["models", "models/payments.fraud", "models/payments.fraud/1.0.0", "events?teamId=payments", "teams/payments"],
    )
    def test_opens_nothing_else(self, callback: dict[str, str], path: str) -> None:
        answer = _a_pipeline(callback).gets(path)

        assert answer.status in {403, 404} or answer.body["results"] == []

    def test_cancels_nothing(self, callback: dict[str, str]) -> None:
        where = callback["url"].replace("/status", "/cancel").removeprefix("http://127.0.0.1:8000")

        assert _a_pipeline(callback).calls("POST", where).status in {403, 404}

    def test_is_over_when_it_says(self, callback: dict[str, str]) -> None:
        pipeline, end = _a_pipeline(callback), clock.from_wire(callback["expiresAt"])
        report = _reporting(pipeline, callback)

        with time_machine.travel(end - timedelta(seconds=1), tick=False):
            assert report("IN_PROGRESS") == 200
        with time_machine.travel(end, tick=False):
            assert report("SUCCEEDED") == 401

    def test_is_refused_when_any_one_character_is_another(self, callback: dict[str, str]) -> None:
        ticket = callback["ticket"]
        accepted = []
        for place, character in enumerate(ticket):
            other = NEIGHBOUR.get(character) or chr(ord(character) + 1)
            changed = ticket[:place] + other + ticket[place + 1 :]
            if _reporting(Caller("thief", f"Bearer {changed}"), callback)("SUCCEEDED") != 401:
                accepted.append(changed)
        assert accepted == []

    @pytest.mark.parametrize(
        "change",
        [str.upper, lambda text: text[:-1], lambda text: text + "0", lambda text: text.rpartition(".")[0]],
        ids=["in capitals", "cut off", "longer", "without its seal"],
    )
    def test_is_refused_when_it_is_written_otherwise(
        self, callback: dict[str, str], change: Callable[[str], str]
    ) -> None:
        thief = Caller("thief", f"Bearer {change(callback['ticket'])}")

        assert _reporting(thief, callback)("SUCCEEDED") == 401

    def test_is_kept_nowhere(self, payments: Cast, played: PlayedBus, callback: dict[str, str]) -> None:
        deploys(payments, environment="test")
        assert len(_callbacks(played)) == 2

        for path in ("models/payments.fraud/events", "events?teamId=payments", "deployments?teamId=payments"):
            shown = payments.maintainer.gets(path).raw.decode()
            assert "DeploymentRequested" in shown or "REQUESTED" in shown
            assert "mrt_" not in shown
            assert "callback" not in shown
        assert "mrt_" not in json.dumps(everything(), default=str)

    def test_is_fresh_when_the_relay_sends_its_event_late(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        played.manner = lambda call: call.hang_up()
        deploys(payments)
        played.manner = lambda call: call.answer([None] * len(call.ids))

        with time_machine.travel(clock.now() + timedelta(hours=20), tick=True):
            assert run("relay_events").code == 0
            assert _reporting(_a_pipeline(_callbacks(played)[-1]), _callbacks(played)[-1])("SUCCEEDED") == 200
            assert _reporting(_a_pipeline(_callbacks(played)[0]), _callbacks(played)[0])("SUCCEEDED") == 401


def _reporting(caller: Caller, callback: dict[str, str]) -> Callable[[str], int]:
    path = callback["url"].removeprefix("http://127.0.0.1:8000")
    return lambda status: caller.calls("POST", path, {"status": status}).status

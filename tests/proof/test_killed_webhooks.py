"""SIGKILL at every point at which telling webhooks waits for AWS: nothing is lost, and what comes twice has one id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
import time_machine

from models_app import jobs
from models_app.domain import clock
from models_app.storage.soundness import find_faults
from tests.callers import Cast
from tests.mlflow.test_telling_webhooks import envelopes, hands_over, waiting
from tests.mlflow.test_webhooks import makes
from tests.outbox.receivers import Receiver, listening, say, thank
from tests.proof.figures import controls, proves
from tests.proof.killing import Command, Handover, Killer, Run

A_MOMENT_AGO = timedelta(minutes=5)
REGISTERED = "ModelVersionRegistered"
ENVIRONMENT = {"ENVIRONMENT": "local", "REGISTRY_WEBHOOKS_INSECURE": "1"}


@pytest.fixture
def receiver(payments: Cast) -> Iterator[Receiver]:
    """One that payments tells of each version."""
    with listening() as receiver:
        makes(payments.maintainer, receiver.url)
        yield receiver


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    with Killer(ENVIRONMENT) as killer:
        yield killer


TOLD = "killed anywhere, a webhook hears of each version"


def assert_all_told(receiver: Receiver, *, versions: int) -> None:
    """Each version was told, none more than twice, and always under its own id."""
    told = {(each.id, each.data["name"], each.data["version"]) for each in receiver.told}
    assert len(told) == len({delivery for delivery, *_ in told}) == versions
    assert max(Counter(each.id for each in receiver.told).values()) <= 2
    assert waiting() == []
    assert find_faults() == []


def test_who_takes_the_event(payments: Cast, receiver: Receiver, killer: Killer) -> None:
    points: list[str] = []
    for point in count(1):
        payments.contributor.registers(f"m{point}")
        [envelope] = [
            each
            for each in envelopes()
            if each["detail-type"] == REGISTERED and each["detail"]["modelId"] == f"payments.m{point}"
        ]
        first = killer.run(Handover(envelope), kill_at=point)
        points += first.points[-1:]

        jobs.take_event(envelope)  # the bus brings it again
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            jobs.deliver_webhooks()

        assert_all_told(receiver, versions=point)
        if not first.was_killed:
            break

    proves(
        TOLD, f"{len(points)} kills of who takes the event", target="each told, twice at most", holds=len(points) > 1
    )
    assert points[-1] == "after UpdateItem"
    assert {point.split()[1] for point in points} == {"Query", "GetItem", "BatchGetItem", "UpdateItem"}


def kills_of_the_schedule(payments: Cast, receiver: Receiver, killer: Killer) -> Iterator[Run]:
    """Kill it everywhere, each time with another version that was to be told, and then have one that is well look."""
    for point in count(1):
        with time_machine.travel(clock.now() - A_MOMENT_AGO, tick=True):
            receiver.manner = say(500)
            payments.contributor.registers(f"m{point}")
            hands_over(REGISTERED)
            # Those are not the tries that are looked at here.
            receiver.told = [each for each in receiver.told if each.data["name"] != f"m{point}"]
        receiver.manner = thank

        first = killer.run(Command("deliver_webhooks"), kill_at=point)
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            jobs.deliver_webhooks()

        yield first
        if not first.was_killed:
            return


def test_who_tries_again(payments: Cast, receiver: Receiver, killer: Killer) -> None:
    runs = []
    for each in kills_of_the_schedule(payments, receiver, killer):
        runs.append(each)
        assert_all_told(receiver, versions=len(runs))

    proves(TOLD, f"{len(runs)} kills of who tries again", target="each told, twice at most", holds=len(runs) > 1)
    # What is due, the webhook, the claim, the note of what came of it, and the webhook's own.
    passed = [point.split()[1] for point in runs[-1].points[::2]]
    assert passed == ["Query", "GetItem", "UpdateItem", "UpdateItem", "UpdateItem"]


def test_the_proof_notices_what_is_noted_before_it_is_sent(payments: Cast, receiver: Receiver) -> None:
    with Killer(ENVIRONMENT, carelessness="settle_before_sending") as careless:
        runs = list(kills_of_the_schedule(payments, receiver, careless))

    told = len({each.data["name"] for each in receiver.told})
    controls(TOLD, f"noted before it is sent: {told} of {len(runs)} told", target="fewer", holds=told < len(runs))

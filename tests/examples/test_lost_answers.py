"""Promised: "30 % of PutEvents answers lost, 1,000 events: the reference consumer's effects number exactly 1,000".

A representative share runs with all tests; ``PROOF=full`` runs the thousand.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from tests.callers import Cast
from tests.commands.shell import run
from tests.examples.pipelines import Pipeline
from tests.outbox.acts import deploys, unsent
from tests.outbox.buses import Call, Manner, PlayedBus
from tests.outbox.queues import Ministack
from tests.proof.conftest import rounds
from tests.proof.figures import proves

ONE_EFFECT = "a third of the bus's answers get lost: each event has one effect"
EVENTS = rounds(100, full=1000)
PER_MODEL = 10
LOST = 0.3
SEED = 20261123


def losing_answers(ministack: Ministack) -> Manner:
    """A bus that takes everything, and of whose answers some get lost."""
    events, chance = ministack.client("events"), random.Random(SEED)

    def manner(call: Call) -> None:
        assert events.put_events(Entries=call.entries)["FailedEntryCount"] == 0
        if chance.random() < LOST:
            call.taken = call.ids
            call.hang_up()
        else:
            call.answer([None] * len(call.ids))

    return manner


@pytest.mark.proof
def test_every_event_has_exactly_one_effect(
    payments: Cast, ministack: Ministack, played: PlayedBus, pipeline: Pipeline
) -> None:
    played.manner = losing_answers(ministack)
    for number in range(EVENTS // PER_MODEL):
        payments.contributor.registers(f"m{number}", version="1.0.0")
    with ministack.queue() as queue:
        for number, place in itertools.product(range(EVENTS // PER_MODEL), range(PER_MODEL)):
            assert deploys(payments, f"m{number}", environment=f"env-{place}").status == 202

        delivered: Counter[str] = Counter()
        arrived, said = [], ""
        while arrived or not said.startswith("0 sent"):
            said = run("relay_events").out  # nothing if it failed, as it does whenever an answer gets lost
            arrived = queue.read()
            for envelope in arrived:
                delivered[envelope["detail"]["eventId"]] += envelope["detail-type"] == "DeploymentRequested"
                pipeline.handles(envelope)

    assert unsent() == []
    requested = +delivered
    assert len(requested) == EVENTS
    assert requested.total() > EVENTS, "nothing came twice, so nothing was proved"
    figure = f"{pipeline.effects} effects of {requested.total()} deliveries of {EVENTS} events"
    proves(ONE_EFFECT, figure, target=EVENTS, holds=pipeline.effects == EVENTS)
    assert len(pipeline.running) == len(pipeline.marks) == EVENTS
    statuses = Counter(each["status"] for page in payments.viewer.pages("deployments", limit=100) for each in page)
    assert statuses == {"SUCCEEDED": EVENTS}

"""What ran where at each instant of a history made up at random, against a dictionary that was told the same story."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
import time_machine

from models_app.domain import clock
from tests.callers import Answer, Cast
from tests.commands.shell import run

# How many histories are told, each another one. AS_OF_HISTORIES=20 is surer, and takes some minutes.
HISTORIES = int(os.environ.get("AS_OF_HISTORIES", "1"))
STEPS = 120
INSTANTS = 200
FRAUD = "payments.fraud"
VERSIONS = ("1", "2", "3", "4")
ENVIRONMENTS = ("prod", "prod-eu")
TARGETS = ("EKS", "Lambda")
PLACES = list(product(ENVIRONMENTS, TARGETS))
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)  # noqa: TID251
MILLISECOND = timedelta(milliseconds=1)

Place = tuple[str, str]


@dataclass
class Chronicle:
    """The simple model of a history: for each place, what ran there from which instant on."""

    ran: dict[Place, list[tuple[datetime, str, str]]] = field(default_factory=lambda: {place: [] for place in PLACES})
    under_way: dict[Place, Answer] = field(default_factory=dict)

    def runs(self, place: Place, deployment: Answer, *, now: datetime) -> None:
        """Note a success. Two in one place are never of the same millisecond."""
        before = self.ran[place]
        instant = max(now, before[-1][0] + MILLISECOND) if before else now
        before.append((instant, deployment.body["version"], deployment.body["deploymentId"]))

    def at(self, place: Place, instant: datetime) -> tuple[str, str] | None:
        """What ran there then: the version and its deployment."""
        until = [(version, deployment) for since, version, deployment in self.ran[place] if since <= instant]
        return until[-1] if until else None

    def instants(self) -> list[datetime]:
        """When something changed."""
        return sorted({since for changes in self.ran.values() for since, _, _ in changes})


@dataclass
class Storyteller:
    """Makes up a history: each step one thing that may happen in one of the places, and some time until the next."""

    payments: Cast
    dice: random.Random
    time: time_machine.Traveller
    chronicle: Chronicle = field(default_factory=Chronicle)

    def tells(self, steps: int) -> None:
        """So many steps."""
        for label in VERSIONS:
            self.payments.contributor.registers("fraud", version=label)
        for _ in range(steps):
            place = self.dice.choice(PLACES)
            self.dice.choice(self._endings() if place in self.chronicle.under_way else self._beginnings())(place)
            # Often no time at all passes: then several things happen within one millisecond.
            self.time.shift(self.dice.choice([0, 0, 0.001, 0.002, 1, 90, 3600]))

    def _beginnings(self) -> list[Callable[[Place], None]]:
        return [self._deploys, self._deploys, self._deploys, self._rolls_back]

    def _endings(self) -> list[Callable[[Place], None]]:
        return [self._succeeds] * 6 + [self._fails, self._is_called_off, self._goes_on, self._falls_silent]

    def _deploys(self, place: Place) -> None:
        environment, target = place
        order = {"environment": environment, "deploymentTarget": target}
        asked = self.payments.maintainer.deploys(FRAUD, self.dice.choice(VERSIONS), **order)
        assert asked.status == 202
        self.chronicle.under_way[place] = asked

    def _rolls_back(self, place: Place) -> None:
        environment, target = place
        asked = self.payments.maintainer.rolls_back(FRAUD, environment=environment, deploymentTarget=target)
        if len({version for _, version, _ in self.chronicle.ran[place]}) > 1:
            assert asked.status == 202
            self.chronicle.under_way[place] = asked
        else:
            assert asked.slug == "nothing-to-roll-back-to"

    def _succeeds(self, place: Place) -> None:
        deployment = self._ends(place, "SUCCEEDED")
        self.chronicle.runs(place, deployment, now=clock.now())

    def _fails(self, place: Place) -> None:
        self._ends(place, "FAILED")

    def _ends(self, place: Place, status: str) -> Answer:
        deployment = self.chronicle.under_way.pop(place)
        assert self.payments.maintainer.reports(deployment, status).status == 200
        return deployment

    def _goes_on(self, place: Place) -> None:
        assert self.payments.maintainer.reports(self.chronicle.under_way[place], "IN_PROGRESS").status == 200

    def _is_called_off(self, place: Place) -> None:
        assert self.payments.maintainer.cancels(self.chronicle.under_way.pop(place)).status == 200

    def _falls_silent(self, place: Place) -> None:
        self.time.shift(timedelta(minutes=61))
        run("time_out_deployments")
        self.chronicle.under_way.clear()


def answered(answer: Answer) -> tuple[str, str] | None:
    """The version and its deployment; None for nothing."""
    if answer.status == 404:
        assert answer.slug == "nothing-at-that-time"
        return None
    return answer.body["version"], answer.body["deploymentId"]


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_at_each_instant_it_is_what_the_history_says(payments: Cast, seed: int) -> None:
    """At 200 instants and more: at each change, just before it, in between, before all and after all."""
    dice = random.Random(seed)
    with time_machine.travel(NOON, tick=False) as time:
        teller = Storyteller(payments, dice, time)
        teller.tells(STEPS)
        chronicle, end = teller.chronicle, clock.now()
        changes = chronicle.instants()
        assert len(changes) >= STEPS // 6  # the dice did not leave the history empty
        instants = {*changes, *(each - MILLISECOND for each in changes), NOON - timedelta(9), end + timedelta(9)}
        while len(instants) < INSTANTS:
            instants.add(clock.from_wire(clock.wire(NOON + (end - NOON) * dice.random())))
        wrong = [each for instant in sorted(instants) for each in differing(payments, chronicle, dice, instant)]
        assert wrong == []
        for environment, target in PLACES:
            now = payments.viewer.resolves(FRAUD, environment=environment, deploymentTarget=target)
            assert answered(now) == chronicle.at((environment, target), datetime.max.replace(tzinfo=UTC))


def differing(payments: Cast, chronicle: Chronicle, dice: random.Random, instant: datetime) -> list[str]:
    """What is answered otherwise than told: asked of one place, and of one environment."""
    environment, target = dice.choice(PLACES)
    when = clock.wire(instant)
    told = {each: chronicle.at((environment, each), instant) for each in TARGETS}
    named = payments.viewer.resolves(FRAUD, environment=environment, deploymentTarget=target, at=when)
    unnamed = payments.viewer.resolves(FRAUD, environment=environment, at=when)
    there = [each for each in told.values() if each is not None]
    if len(there) > 1:
        right = unnamed.status == 400 and unnamed.wrong_fields == {"deploymentTarget": "required"}
    else:
        right = answered(unnamed) == (there[0] if there else None)
    wrong = [] if right else [f"{when} {environment}: {told}, answered {unnamed.body}"]
    return wrong if answered(named) == told[target] else [*wrong, f"{when} {target}: {told}, answered {named.body}"]

"""SIGKILL at every point at which a change or the relay waits for AWS: no event is missing, none is of nothing.

After each kill nothing in the table contradicts itself; then the client sends the same again, to a process that is
well, and the relay runs once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from models_app.storage.soundness import find_faults
from models_app.storage.table import OUTBOX_SHARDS
from tests.builders import a_registration
from tests.callers import Cast
from tests.commands.shell import run
from tests.outbox.acts import an_event, committed, unsent
from tests.outbox.queues import BUS, Ministack, Queue
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.killing import Command, Killer, Request

KILLED = "killed anywhere, a change is made once and told"
REGISTERED, REQUESTED, CHANGED = "ModelVersionRegistered", "DeploymentRequested", "DeploymentStatusChanged"
DEREGISTERED = "ModelVersionDeregistered"
RELAYED = OUTBOX_SHARDS + 1  # so that some go together


def deploying(team: Cast, model: str) -> Request:
    team.contributor.registers(model, version="1")
    path = f"models/payments.{model}/1/deploy"
    return Request("POST", path, {"environment": "prod"}, {"idempotency_key": model})


def reporting(team: Cast, model: str) -> Request:
    team.contributor.registers(model, version="1")
    deployment = team.maintainer.deploys(f"payments.{model}", "1").body["deploymentId"]
    return Request("POST", f"deployments/{deployment}/status", {"status": "SUCCEEDED"})


def cancelling(team: Cast, model: str) -> Request:
    request = reporting(team, model)
    return replace(request, path=request.path.replace("/status", "/cancel"), body=None)


def rolling_back(team: Cast, model: str) -> Request:
    for version in ("1", "2"):
        team.contributor.registers(model, version=version)
        team.maintainer.reports(team.maintainer.deploys(f"payments.{model}", version), "SUCCEEDED")
    return Request("POST", f"models/payments.{model}/rollback", {"deploymentTarget": "EKS"})


def deleting(team: Cast, model: str) -> Request:
    team.contributor.registers(model, version="1")
    return Request("DELETE", f"models/payments.{model}/1")


def registering(team: Cast, model: str) -> Request:
    body = a_registration(modelName=model, version="1")
    return Request("POST", "models", body, {"idempotency_key": model})


def registering_without_a_label(team: Cast, model: str) -> Request:
    return replace(registering(team, model), body=a_registration(modelName=model))


def moving(team: Cast, model: str) -> Request:
    team.contributor.registers(model, version="1")
    return Request("PUT", f"models/payments.{model}/aliases/champion", {"version": "1"})


def patching(team: Cast, model: str) -> Request:
    team.contributor.registers(model, version="1")
    return Request("PATCH", f"models/payments.{model}", {"description": "new"})


def restoring(team: Cast, model: str) -> Request:
    team.contributor.registers(model, version="1")
    team.maintainer.deletes(f"payments.{model}", "1")
    return Request("POST", f"models/payments.{model}/1/restore")


@dataclass(frozen=True)
class Deed:
    """A change that a maintainer asks for.

    Attributes:
        prepared: makes what it takes with a model of its own; gives the request.
        answers: what the request may be answered when it is sent again.
        kinds: of all events of the model in the end, each as often as it happened.
    """

    prepared: Callable[[Cast, str], Request]
    answers: set[int]
    kinds: Mapping[str, int]


DEPLOYING = Deed(deploying, {202}, {REGISTERED: 1, REQUESTED: 1})
DEEDS = [
    DEPLOYING,
    Deed(reporting, {200}, {REGISTERED: 1, REQUESTED: 1, CHANGED: 1}),
    Deed(cancelling, {200}, {REGISTERED: 1, REQUESTED: 1, CHANGED: 1}),
    Deed(rolling_back, {202, 409}, {REGISTERED: 2, REQUESTED: 3, CHANGED: 2}),  # it takes no key: the place is taken
    Deed(deleting, {204, 404}, {REGISTERED: 1, DEREGISTERED: 1}),
    Deed(registering, {201}, {REGISTERED: 1}),
    Deed(registering_without_a_label, {201}, {REGISTERED: 1}),
    Deed(moving, {200, 201}, {REGISTERED: 1, "AliasMoved": 1}),
    Deed(patching, {200}, {REGISTERED: 1, "ModelUpdated": 1}),
    Deed(restoring, {200, 409}, {REGISTERED: 1, DEREGISTERED: 1, "ModelVersionRestored": 1}),
]


@dataclass
class Findings:
    """Where an operation was killed, and which events arrived in the end."""

    points: list[str] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)

    @property
    def operations(self) -> set[str]:
        return {point.split()[1] for point in self.points}

    @property
    def missing(self) -> set[str]:
        return set(committed()) - self.arrived

    @property
    def phantoms(self) -> set[str]:
        return self.arrived - set(committed())

    @property
    def lost(self) -> str:
        return f"{len(self.missing)} events lost, {len(self.phantoms)} invented"

    def read(self, queue: Queue) -> None:
        self.arrived |= {envelope["detail"]["eventId"] for envelope in queue.read()}

    def relay(self, queue: Queue) -> None:
        """A pass of a process that is well."""
        assert run("relay_events").code == 0
        self.read(queue)
        assert unsent() == []


def kills_of_a_deed(deed: Deed, killer: Killer, team: Cast, queue: Queue) -> Iterator[Findings]:
    """Kill it everywhere, each time with a model of its own, which has its one change in the end."""
    found = Findings()
    for point in count(1):
        request = deed.prepared(team, model := f"m{point}")
        signed = replace(request, headers={**request.headers, "authorization": team.maintainer.authorization})
        first = killer.run(signed, kill_at=point)
        found.read(queue)
        assert find_faults() == [], first.points

        again = team.maintainer.calls(request.method, request.path, request.body, **request.headers)

        assert again.status in deed.answers, (first.points, again.body)
        assert Counter(team.viewer.history(f"payments.{model}")) == deed.kinds, first.points
        found.relay(queue)
        found.points = first.points
        yield found
        if not first.was_killed:
            return


def kills_of_the_relay(killer: Killer, queue: Queue) -> Iterator[Findings]:
    """Kill it everywhere, each time with new events in the outbox."""
    found = Findings()
    for point in count(1):
        for _ in range(RELAYED):
            an_event()
        first = killer.run(Command("relay_events"), kill_at=point)
        found.relay(queue)
        found.points = first.points
        yield found
        if not first.was_killed:
            return


@pytest.fixture(scope="module")
def killing(ministack: Ministack) -> Callable[..., Killer]:
    """Makes the process that is killed again and again."""
    environment = {
        "ENVIRONMENT": "local",
        "REGISTRY_EVENT_BUS": BUS,
        "AWS_ENDPOINT_URL_EVENTBRIDGE": ministack.url,
    }
    return lambda carelessness="": Killer(environment, carelessness=carelessness)


@pytest.fixture(scope="module")
def killer(killing: Callable[..., Killer]) -> Iterator[Killer]:
    with killing() as killer:
        yield killer


class TestKilledAnywhere:
    """Promised: "What is committed is published at least once, with a stable event id, whatever crashes when."."""

    @pytest.mark.parametrize("deed", DEEDS[: rounds(2, full=len(DEEDS))], ids=lambda deed: deed.prepared.__name__)
    def test_a_change_is_made_once_and_told(self, payments: Cast, queue: Queue, killer: Killer, deed: Deed) -> None:
        *_, found = kills_of_a_deed(deed, killer, payments, queue)

        figure = f"{found.lost} by {len(found.points)} kills of {deed.prepared.__name__.replace('_', ' ')}"
        proves(KILLED, figure, target="0 lost, 0 invented", holds=not found.missing | found.phantoms)
        assert "TransactWriteItems" in found.operations
        if REQUESTED in deed.kinds:
            assert found.points[-4:] == [
                "before PutEvents",
                "after PutEvents",
                "before UpdateItem",
                "after UpdateItem",
            ]

    def test_the_relay_sends_all(self, payments: Cast, queue: Queue, killer: Killer) -> None:
        *_, found = kills_of_the_relay(killer, queue)

        figure = f"{found.lost} by {len(found.points)} kills of the relay"
        proves(KILLED, figure, target="0 lost, 0 invented", holds=not found.missing | found.phantoms)
        assert Counter(found.points)["after UpdateItem"] == RELAYED


class TestTheProofNotices:
    def test_what_is_published_before_it_is_committed(
        self, payments: Cast, queue: Queue, killing: Callable[..., Killer]
    ) -> None:
        with killing("publish_before_committing") as careless:
            invented = any(found.phantoms for found in kills_of_a_deed(DEPLOYING, careless, payments, queue))
        figure = f"published before it is committed: {'' if invented else 'none '}invented"
        controls(KILLED, figure, target="invented", holds=invented)

    def test_what_is_noted_before_it_is_sent(
        self, payments: Cast, queue: Queue, killing: Callable[..., Killer]
    ) -> None:
        with killing("note_before_sending") as careless:
            lost = any(found.missing for found in kills_of_the_relay(careless, queue))
        controls(KILLED, f"noted before it is sent: {'' if lost else 'none '}lost", target="lost", holds=lost)

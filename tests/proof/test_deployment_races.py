"""Deployments, all asked for or reported on at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from models_app.storage.soundness import find_faults
from tests.callers import Answer, Cast
from tests.proof.conftest import BETWEEN_LOOKS, MANY_RACES, Crowd, rounds
from tests.proof.figures import proves
from tests.server import Client, at_once

EQUAL = 50
EQUAL_ROUNDS = rounds(1, full=60)
FRAUD = "payments.fraud"
Call = Callable[[Client], Answer]


def deploys(version: str, **headers: str) -> Call:
    return lambda client: client.calls("POST", f"models/{FRAUD}/{version}/deploy", {"environment": "prod"}, **headers)


def deletes(version: str) -> Call:
    return lambda client: client.calls("DELETE", f"models/{FRAUD}/{version}")


def reports(deployment: Answer, status: str) -> Call:
    path = f"deployments/{deployment.body['deploymentId']}/status"
    return lambda client: client.calls("POST", path, {"status": status})


def race(clients: list[Client], *deeds: Call, look: bool = True) -> list[Answer]:
    """Start all at once: nobody is answered with an error of ours, and the table is sound."""
    pairs = zip(clients, deeds, strict=True)
    answers = at_once([lambda client=client, deed=deed: deed(client) for client, deed in pairs])
    assert all(answer.status < 500 for answer in answers), [answer.body for answer in answers]
    assert not look or find_faults() == []
    return answers


def listed(cast: Cast) -> list[dict[str, Any]]:
    """Every deployment of the team."""
    return [each for page in cast.viewer.pages("deployments", limit=100) for each in page]


def test_fifty_equal_requests_with_one_key_are_one_deployment(crowd: Crowd) -> None:
    crowd.cast.contributor.registers("fraud", version="1")

    clients, same = crowd.of(crowd.cast.maintainer, EQUAL), 0
    for number in range(EQUAL_ROUNDS):
        answers = race(clients, *[deploys("1", idempotency_key=f"{number}")] * EQUAL, look=number % BETWEEN_LOOKS == 0)
        same += len({(answer.status, answer.raw, answer.location) for answer in answers}) == 1
        assert answers[0].status == 202
        crowd.cast.maintainer.cancels(answers[0])

    events = [event for page in crowd.cast.viewer.pages(f"models/{FRAUD}/events", limit=100) for event in page]
    asked = sum(event["eventType"] == "DeploymentRequested" for event in events)
    figure = f"{same} rounds of {EQUAL} equal answers, {len(listed(crowd.cast))} deployments, {asked} events"
    target = f"{EQUAL_ROUNDS}, {EQUAL_ROUNDS}, {EQUAL_ROUNDS}"
    holds = same == len(listed(crowd.cast)) == asked == EQUAL_ROUNDS
    proves("equal requests under one key are one deployment", figure, target=target, holds=holds)


def test_without_a_key_one_of_them_gets_the_place(crowd: Crowd) -> None:
    crowd.cast.contributor.registers("fraud", version="1")

    answers = race(crowd.of(crowd.cast.maintainer, 16), *[deploys("1")] * 16)

    assert Counter(answer.status for answer in answers) == {202: 1, 409: 15}
    assert len(listed(crowd.cast)) == 1


def test_a_version_is_deployed_or_deleted_and_never_both(crowd: Crowd) -> None:
    """Promised: "Alias moves, deployments and deletes all touch the version item, so no race leaves … a live
    deployment on a deleted version".
    """
    clients, seen = crowd.of(crowd.cast.maintainer, 2), Counter()
    crowd.cast.contributor.registers("fraud", version="9")
    for number in range(MANY_RACES):
        version = f"1.0.{number}"
        crowd.cast.contributor.registers("fraud", version=version)

        asked, deleted = race(clients, deploys(version), deletes(version), look=number % BETWEEN_LOOKS == 0)

        seen[asked.status, deleted.status] += 1
        if asked.status == 202:
            crowd.cast.maintainer.cancels(asked)

    fair = sum(seen[outcome] for outcome in [(202, 409), (404, 204)])
    name = "a version is deployed or deleted, never both"
    proves(
        name, f"{fair} of {MANY_RACES} races", target=f"all {MANY_RACES}", holds=set(seen) <= {(202, 409), (404, 204)}
    )


def test_of_two_reports_one_is_right(crowd: Crowd) -> None:
    clients = crowd.of(crowd.cast.maintainer, 2)
    crowd.cast.contributor.registers("fraud", version="1")
    for _ in range(12):
        asked = crowd.cast.maintainer.deploys(FRAUD, "1", environment="prod")

        answers = race(clients, reports(asked, "SUCCEEDED"), reports(asked, "FAILED"))

        assert sorted(answer.status for answer in answers) == [200, 409]
        won = next(answer for answer in answers if answer.status == 200)
        assert crowd.cast.viewer.follows(asked)["status"] == won.body["status"]


def test_two_equal_reports_are_one(crowd: Crowd) -> None:
    clients = crowd.of(crowd.cast.maintainer, 4)
    crowd.cast.contributor.registers("fraud", version="1")
    for _ in range(12):
        asked = crowd.cast.maintainer.deploys(FRAUD, "1", environment="prod")

        answers = race(clients, *[reports(asked, "SUCCEEDED")] * 4)

        assert {(answer.status, answer.raw) for answer in answers} == {(200, answers[0].raw)}
        assert len(crowd.cast.viewer.follows(asked)["timeline"]) == 2


def test_places_that_are_filled_at_once_are_all_kept(crowd: Crowd) -> None:
    clients = crowd.of(crowd.cast.maintainer, 4)
    crowd.cast.contributor.registers("fraud", version="1")

    def deploys_to(place: str) -> Call:
        return lambda client: client.calls("POST", f"models/{FRAUD}/1/deploy", {"environment": place})

    answers = race(clients, *[deploys_to(f"e{number}") for number in range(4)])
    assert [answer.status for answer in answers] == [202] * 4
    race(clients, *[reports(answer, "SUCCEEDED") for answer in answers])

    placements = crowd.cast.viewer.reads(FRAUD).body["placements"]
    assert sorted(placements) == ["e0/EKS", "e1/EKS", "e2/EKS", "e3/EKS"]
    assert {each["current"]["version"] for each in placements.values()} == {"1"}

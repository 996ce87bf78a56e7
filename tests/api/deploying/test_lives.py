"""What becomes of a deployment: each legal move and each illegal one, and what follows from it."""

from __future__ import annotations

from itertools import product

import pytest

from models_app.domain.clock import now
from models_app.domain.deployments import MOVES, DeploymentStatus
from tests.callers import Answer, Cast

FRAUD = "payments.fraud"
SAID = {"IN_PROGRESS", "SUCCEEDED", "FAILED", "CANCELLED"}

# How a deployment comes to each status that a caller can bring about.
WAYS = {
    "REQUESTED": [],
    "IN_PROGRESS": ["IN_PROGRESS"],
    "SUCCEEDED": ["IN_PROGRESS", "SUCCEEDED"],
    "FAILED": ["FAILED"],
    "CANCELLED": ["IN_PROGRESS", "CANCELLED"],
}


def moved(payments: Cast, deployment: Answer, status: str, **more: str) -> Answer:
    """Say it the way that it is said: by a report, or by calling it off."""
    caller = payments.maintainer
    return caller.cancels(deployment, **more) if status == "CANCELLED" else caller.reports(deployment, status, **more)


def deployed(payments: Cast, version: str, *way: str, environment: str = "prod") -> Answer:
    """A version's deployment, so far on its way."""
    asked = payments.maintainer.deploys(FRAUD, version, environment=environment)
    assert asked.status == 202, asked.body
    for status in way:
        assert moved(payments, asked, status).status == 200
    return asked


@pytest.fixture
def payments(payments: Cast) -> Cast:
    """With two versions to deploy."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    return payments


class TestMoves:
    @pytest.mark.parametrize(("present", "wanted"), list(product(WAYS, sorted(SAID))))
    def test_each_is_as_the_table_says(self, payments: Cast, present: str, wanted: str) -> None:
        asked = deployed(payments, "1", *WAYS[present])

        answer = moved(payments, asked, wanted)

        if wanted in MOVES.get(DeploymentStatus(present), ()) or wanted == present:
            assert (answer.status, answer.body["status"]) == (200, wanted)
        else:
            assert (answer.status, answer.slug) == (409, "move-illegal")
            assert answer.body["detail"] == f"The deployment is {present} and cannot become {wanted}."
            assert payments.viewer.follows(asked)["status"] == present

    @pytest.mark.parametrize("status", ["REQUESTED", "TIMED_OUT", "SUPERSEDED", "ROLLED_BACK", "CANCELLED", "x", None])
    def test_a_pipeline_says_only_what_it_can_know(self, payments: Cast, status: str) -> None:
        answer = payments.maintainer.reports(deployed(payments, "1"), status)

        assert (answer.status, list(answer.wrong_fields)) == (400, ["status"])

    @pytest.mark.parametrize("status", ["IN_PROGRESS", "SUCCEEDED", "FAILED", "CANCELLED"])
    def test_saying_it_again_changes_nothing(self, payments: Cast, status: str) -> None:
        asked = deployed(payments, "1")
        first = moved(payments, asked, status, detail="so")
        history = payments.viewer.history(FRAUD)

        again = moved(payments, asked, status, detail="so")

        assert (again.status, again.raw, again.etag) == (200, first.raw, first.etag)
        assert payments.viewer.history(FRAUD) == history

    def test_the_timeline_tells_who_said_what_when(self, payments: Cast) -> None:
        asked = deployed(payments, "1")
        payments.maintainer.reports(asked, "IN_PROGRESS", detail="building")
        payments.maintainer.reports(asked, "IN_PROGRESS", detail="half way")
        payments.maintainer.reports(asked, "FAILED", detail="no quota")

        timeline = payments.viewer.follows(asked)["timeline"]

        told = [(step["status"], step["detail"]) for step in timeline]
        assert told[1:] == [("IN_PROGRESS", "building"), ("IN_PROGRESS", "half way"), ("FAILED", "no quota")]
        assert {step["by"] for step in timeline} == {payments.maintainer.gets("me").body["actor"]}
        assert [step["at"] for step in timeline] == sorted(step["at"] for step in timeline)

    def test_however_much_a_pipeline_talks_the_first_and_the_last_steps_are_kept(self, payments: Cast) -> None:
        asked = deployed(payments, "1")
        for number in range(55):
            payments.maintainer.reports(asked, "IN_PROGRESS", detail=str(number))

        timeline = payments.viewer.follows(asked)["timeline"]

        assert (len(timeline), timeline[0]["status"], timeline[-1]["detail"]) == (50, "REQUESTED", "54")

    def test_there_is_a_deadline_until_it_is_over(self, payments: Cast) -> None:
        asked = deployed(payments, "1")
        assert asked.body["deadlineAt"] > now().isoformat()[:19]
        assert payments.maintainer.reports(asked, "FAILED").body["deadlineAt"] is None


class TestWhatFollows:
    @pytest.mark.parametrize(
        ("way", "status"),
        [
            ([], "DEPLOYING"),
            (["IN_PROGRESS"], "DEPLOYING"),
            (["SUCCEEDED"], "DEPLOYED"),
            (["FAILED"], "FAILED"),
            (["CANCELLED"], "REGISTERED"),
        ],
    )
    def test_the_versions_status_does_and_the_summary_of_the_latest(
        self, payments: Cast, way: list[str], status: str
    ) -> None:
        deployed(payments, "2", *way)

        assert payments.viewer.reads(FRAUD, "2").body["status"] == status
        assert payments.viewer.reads(FRAUD).body["latestVersion"]["status"] == status
        assert payments.viewer.finds(status=status) == [FRAUD]
        assert payments.viewer.reads(FRAUD, "1").body["status"] == "REGISTERED"

    def test_the_next_one_there_supersedes(self, payments: Cast) -> None:
        first = deployed(payments, "1", "SUCCEEDED")
        second = deployed(payments, "2", "SUCCEEDED")

        former = payments.viewer.follows(first)
        assert (former["status"], former["timeline"][-1]["detail"]) == (
            "SUPERSEDED",
            f"by {second.body['deploymentId']}",
        )
        assert payments.viewer.reads(FRAUD, "1").body["status"] == "REGISTERED"
        event = payments.viewer.gets(f"models/{FRAUD}/events").body["results"][0]["data"]
        assert (event["to"], event["replaced"]["deploymentId"]) == ("SUCCEEDED", first.body["deploymentId"])

    def test_the_same_version_again_supersedes_itself(self, payments: Cast) -> None:
        first = deployed(payments, "1", "SUCCEEDED")
        second = deployed(payments, "1", "SUCCEEDED")

        assert payments.viewer.follows(first)["status"] == "SUPERSEDED"
        live = payments.viewer.reads(FRAUD, "1").body["deployments"]
        assert [each["deploymentId"] for each in live] == [second.body["deploymentId"]]

    def test_one_that_fails_leaves_what_runs_there(self, payments: Cast) -> None:
        first = deployed(payments, "1", "SUCCEEDED")
        deployed(payments, "2", "FAILED")

        placement = payments.viewer.reads(FRAUD).body["placements"]["prod/EKS"]
        assert (placement["current"]["version"], placement["inFlight"]) == ("1", None)
        assert payments.viewer.follows(first)["status"] == "SUCCEEDED"

    def test_a_placement_knows_what_runs_what_ran_and_what_comes(self, payments: Cast) -> None:
        deployed(payments, "1", "SUCCEEDED")
        deployed(payments, "2", "SUCCEEDED")
        coming = deployed(payments, "1")

        placement = payments.viewer.reads(FRAUD).body["placements"]["prod/EKS"]
        assert (placement["current"]["version"], placement["previous"]["version"]) == ("2", "1")
        assert placement["inFlight"] == coming.body["deploymentId"]

    def test_a_deprecation_while_it_runs_stays_whatever_the_pipeline_says(self, payments: Cast) -> None:
        asked = deployed(payments, "2")
        assert payments.contributor.patches(FRAUD, "2", {"status": "DEPRECATED"}).status == 200

        payments.maintainer.reports(asked, "SUCCEEDED")

        assert payments.viewer.reads(FRAUD, "2").body["status"] == "DEPRECATED"
        assert payments.contributor.patches(FRAUD, "2", {"status": "REGISTERED"}).body["status"] == "DEPLOYED"

    def test_an_alias_shows_the_same(self, payments: Cast) -> None:
        payments.maintainer.moves(FRAUD, "champion", "1")
        deployed(payments, "1", "SUCCEEDED")

        assert payments.viewer.reads(FRAUD, "@champion").body == payments.viewer.reads(FRAUD, "1").body

"""What runs where, now and at any time before: ``resolve`` with an environment, and what models and versions tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from inline_snapshot import snapshot

from models_app.domain import clock
from tests.callers import Answer, Cast

FRAUD = "payments.fraud"
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)  # noqa: TID251


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until the test moves it: from tomorrow noon, because ids never go back in time."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def at(minutes: float) -> str:
    """So many minutes after noon, as a caller writes it."""
    return clock.wire(NOON + timedelta(minutes=minutes))


def runs(payments: Cast, version: str, *, environment: str = "prod", target: str = "EKS") -> Answer:
    """A version that runs in a place from now on."""
    deployment = payments.maintainer.deploys(FRAUD, version, environment=environment, deploymentTarget=target)
    assert payments.maintainer.reports(deployment, "SUCCEEDED").status == 200
    return deployment


def version_of(answer: Answer) -> str | None:
    """The version that ran; None for nothing."""
    if answer.status == 404:
        assert answer.slug == "nothing-at-that-time"
        return None
    return str(answer.body["version"])


@pytest.fixture
def two(payments: Cast) -> Cast:
    """A model with two versions that runs nowhere."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    return payments


@pytest.fixture
def story(two: Cast, time: time_machine.Traveller) -> Cast:
    """In prod on EKS: version 1 from the first minute, 2 from the third, 1 again from the fifth, by rolling back."""
    time.shift(60)
    runs(two, "1")
    time.shift(120)
    runs(two, "2")
    time.shift(120)
    two.maintainer.reports(two.maintainer.rolls_back(FRAUD, environment="prod"), "SUCCEEDED")
    time.shift(60)
    return two


class TestNow:
    def test_it_is_the_version_that_last_succeeded_there(self, two: Cast) -> None:
        runs(two, "1")
        deployment = runs(two, "2")

        answer = two.viewer.resolves(FRAUD, environment="prod", deploymentTarget="EKS")

        assert answer.lasting == {
            "modelId": FRAUD,
            "environment": "prod",
            "deploymentTarget": "EKS",
            "version": "2",
            "deploymentId": deployment.body["deploymentId"],
        }
        assert answer.body["eventId"] is None
        placement = two.viewer.reads(FRAUD).body["placements"]["prod/EKS"]
        assert placement["current"] == {name: answer.body[name] for name in ("deploymentId", "version", "since")}

    def test_what_is_under_way_or_did_not_succeed_does_not_run(self, two: Cast) -> None:
        runs(two, "1")
        for end in ("FAILED", "IN_PROGRESS"):
            two.maintainer.reports(two.maintainer.deploys(FRAUD, "2", environment="prod"), end)

            assert version_of(two.viewer.resolves(FRAUD, environment="prod")) == "1"

    def test_nothing_may_run_there(self, two: Cast) -> None:
        two.maintainer.deploys(FRAUD, "1", environment="prod")

        assert two.viewer.resolves(FRAUD, environment="prod").problem == snapshot(
            {
                "type": "/problems/nothing-at-that-time",
                "title": "It meant nothing at that time",
                "status": 404,
                "detail": "No version of the model runs there, or none that you may see.",
            }
        )

    def test_a_model_that_is_not_there_is_missing(self, two: Cast) -> None:
        assert two.viewer.resolves("payments.nothing", environment="prod").slug == "model-not-found"


class TestTheTarget:
    def test_the_only_one_with_something_there_needs_no_naming(self, two: Cast) -> None:
        runs(two, "1", target="Lambda")
        runs(two, "2", environment="test")

        for when in ({}, {"at": at(1_000_000)}):
            answer = two.viewer.resolves(FRAUD, environment="prod", **when)
            assert (answer.body["deploymentTarget"], answer.body["version"]) == ("Lambda", "1")

    def test_where_both_have_something_one_must_be_named(self, two: Cast) -> None:
        runs(two, "1", target="Lambda")
        runs(two, "2", target="EKS")

        for when in ({}, {"at": at(1_000_000)}):
            answer = two.viewer.resolves(FRAUD, environment="prod", **when)
            assert answer.status == 400
            [wrong] = answer.problem["errors"]
            assert (wrong["field"], wrong["code"]) == ("deploymentTarget", "required")
            assert wrong["detail"] == snapshot(
                "There is something on EKS and on Lambda in that environment: say which one you mean."
            )
            for target, version in (("EKS", "2"), ("lambda", "1")):
                named = two.viewer.resolves(FRAUD, environment="prod", deploymentTarget=target, **when)
                assert version_of(named) == version

    def test_one_that_is_named_is_not_answered_by_the_other(self, two: Cast) -> None:
        runs(two, "1", target="Lambda")

        for when in ({}, {"at": at(1_000_000)}):
            answer = two.viewer.resolves(FRAUD, environment="prod", deploymentTarget="EKS", **when)
            assert version_of(answer) is None


class TestAtATime:
    @pytest.mark.parametrize(
        ("minutes", "version"),
        [
            (-1_000_000, None),
            (0.99, None),
            (1, "1"),
            (2.99, "1"),
            (3, "2"),
            (4.99, "2"),
            (5, "1"),
            (1_000_000, "1"),
        ],
    )
    def test_it_is_the_version_that_had_last_succeeded_there(
        self, story: Cast, minutes: float, version: str | None
    ) -> None:
        for place in ({}, {"deploymentTarget": "EKS"}):
            assert version_of(story.viewer.resolves(FRAUD, environment="prod", at=at(minutes), **place)) == version
        assert version_of(story.viewer.resolves(FRAUD, environment="test", at=at(minutes))) is None

    def test_the_answer_names_the_deployment_and_the_event_that_made_it_so(self, story: Cast) -> None:
        answer = story.viewer.resolves(FRAUD, environment="prod", at=at(4))

        changes = story.viewer.gets(f"models/{FRAUD}/events").body["results"]
        [event] = [each for each in changes if each["version"] == "2" and each["data"].get("to") == "SUCCEEDED"]
        assert answer.body == {
            "modelId": FRAUD,
            "environment": "prod",
            "deploymentTarget": "EKS",
            "at": at(4),
            "version": "2",
            "deploymentId": event["data"]["deploymentId"],
            "since": event["occurredAt"],
            "eventId": event["eventId"],
        }

    def test_before_anything_ran_the_answer_says_so(self, story: Cast) -> None:
        assert story.viewer.resolves(FRAUD, environment="prod", at=at(0)).problem == snapshot(
            {
                "type": "/problems/nothing-at-that-time",
                "title": "It meant nothing at that time",
                "status": 404,
                "detail": "At that time no version of the model ran there, or none that you may see.",
            }
        )

    def test_a_version_that_was_deleted_since_still_ran_then(self, two: Cast, time: time_machine.Traveller) -> None:
        runs(two, "1")
        time.shift(60)
        runs(two, "2")
        assert two.maintainer.deletes(FRAUD, "1").status == 204

        assert version_of(two.viewer.resolves(FRAUD, environment="prod", at=at(0.5))) == "1"
        assert version_of(two.viewer.resolves(FRAUD, environment="prod")) == "2"

    def test_what_runs_now_ran_from_the_instant_that_it_runs_since(self, two: Cast) -> None:
        for version in ("1", "2", "1"):
            runs(two, version)
            since = two.viewer.resolves(FRAUD, environment="prod").body["since"]

            assert version_of(two.viewer.resolves(FRAUD, environment="prod", at=since)) == version
            just_before = clock.wire(clock.from_wire(since) - timedelta(milliseconds=1))
            assert version_of(two.viewer.resolves(FRAUD, environment="prod", at=just_before)) != version


class TestClocksThatDiffer:
    """A process whose clock is behind takes the next decision: it still comes after the one that it replaces."""

    @pytest.mark.parametrize("behind", [timedelta(0), timedelta(milliseconds=1), timedelta(minutes=1)])
    def test_what_replaced_a_version_never_seems_to_have_run_before_it(
        self, two: Cast, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, behind: timedelta
    ) -> None:
        for number in range(10):
            monkeypatch.setattr(clock, "_last", (0, 0))  # another process: it knows none of the ids of this one
            time.move_to(NOON - behind * number)
            runs(two, str(number % 2 + 1))

        later = [two.viewer.resolves(FRAUD, environment="prod", at=at(minutes)) for minutes in (1, 60)]
        ran = [two.viewer.resolves(FRAUD, environment="prod", at=clock.wire(NOON + each)) for each in milliseconds(10)]
        assert [version_of(each) for each in later] == ["2", "2"]
        assert [version_of(each) for each in ran] == ["1", "2"] * 5

    def test_a_clock_far_ahead_takes_no_other_place_along(
        self, two: Cast, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        time.move_to(NOON + timedelta(hours=1))
        runs(two, "1")
        monkeypatch.setattr(clock, "_last", (0, 0))
        time.move_to(NOON)
        runs(two, "2")
        runs(two, "2", environment="test")

        assert two.viewer.resolves(FRAUD, environment="test").body["since"] == at(0)


def milliseconds(count: int) -> list[timedelta]:
    """The first milliseconds of time."""
    return [timedelta(milliseconds=number) for number in range(count)]


class TestQuestionsThatMakeNoSense:
    @pytest.mark.parametrize(
        ("query", "wrong"),
        [
            ({}, {"alias": "required"}),
            ({"deploymentTarget": "EKS"}, {"alias": "required"}),
            ({"at": "2026-03-03T14:05:00Z"}, {"alias": "required"}),
            ({"alias": "champion", "environment": "prod"}, {"environment": "ambiguous"}),
            ({"alias": "champion", "deploymentTarget": "EKS"}, {"deploymentTarget": "unknown"}),
            ({"environment": "Prod"}, {"environment": "invalid"}),
            ({"environment": ""}, {"environment": "invalid"}),
            ({"environment": "prod/EKS"}, {"environment": "invalid"}),
            ({"environment": "x" * 64}, {"environment": "invalid"}),
            ({"environment": "prod", "deploymentTarget": "moon"}, {"deploymentTarget": "unknown"}),
            ({"environment": "prod", "deploymentTarget": ""}, {"deploymentTarget": "invalid"}),
            ({"environment": "prod", "at": "yesterday"}, {"at": "invalid"}),
            ({"environment": "prod", "at": ""}, {"at": "invalid"}),
            ({"environment": "prod", "target": "EKS"}, {"target": "unknown"}),
        ],
    )
    def test_the_parameter_is_named(self, two: Cast, query: dict[str, str], wrong: dict[str, str]) -> None:
        assert two.viewer.resolves(FRAUD, **query).wrong_fields == wrong


class TestReads:
    @pytest.fixture
    def busy(self, two: Cast) -> Cast:
        """Prod runs 2 on EKS, ran 1 before, and is about to run 1 again; test runs 1 on Lambda."""
        runs(two, "1")
        runs(two, "2")
        two.maintainer.deploys(FRAUD, "1", environment="prod")
        runs(two, "1", environment="test", target="Lambda")
        return two

    def test_a_model_tells_what_runs_ran_and_is_under_way_in_each_place(self, busy: Cast) -> None:
        placements = busy.viewer.reads(FRAUD).body["placements"]

        told = {
            place: [each["current"]["version"], (each["previous"] or {}).get("version"), each["inFlight"] is not None]
            for place, each in placements.items()
        }
        assert told == {"prod/EKS": ["2", "1", True], "test/Lambda": ["1", None, False]}
        [listed] = busy.viewer.lists("models").body["results"]
        assert listed["placements"] == placements

    def test_a_version_tells_where_it_runs_or_is_about_to(self, busy: Cast) -> None:
        placements = busy.viewer.reads(FRAUD).body["placements"]
        prod, test = placements["prod/EKS"], placements["test/Lambda"]

        def where(version: str) -> dict[str, tuple[str, ...]]:
            live = busy.viewer.reads(FRAUD, version).body["deployments"]
            return {
                each["deploymentId"]: (each["environment"], each["deploymentTarget"], each["status"]) for each in live
            }

        assert where("2") == {prod["current"]["deploymentId"]: ("prod", "EKS", "SUCCEEDED")}
        assert where("1") == {
            prod["inFlight"]: ("prod", "EKS", "REQUESTED"),
            test["current"]["deploymentId"]: ("test", "Lambda", "SUCCEEDED"),
        }

    def test_who_read_the_model_before_hears_that_something_else_runs(self, two: Cast) -> None:
        before = two.viewer.reads(FRAUD).etag
        runs(two, "1")

        answer = two.viewer.reads(FRAUD, if_none_match=before)
        assert (answer.status, list(answer.body["placements"])) == (200, ["prod/EKS"])

"""Going back to what ran before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.callers import Answer, Cast

FRAUD = "payments.fraud"


def ran(payments: Cast, *versions: str, environment: str = "prod", **order: Any) -> list[Answer]:
    """Versions that ran in a place one after the other."""
    found = []
    for label in versions:
        payments.contributor.registers("fraud", version=label)
        found.append(payments.maintainer.deploys(FRAUD, label, environment=environment, **order))
        assert payments.maintainer.reports(found[-1], "SUCCEEDED").status == 200
    return found


class TestGoingBack:
    def test_what_ran_before_is_asked_for_again(self, payments: Cast) -> None:
        ran(payments, "1", parameters={"replicas": 2})
        ran(payments, "2", parameters={"replicas": 3, "canary": True})

        answer = payments.maintainer.rolls_back(FRAUD, environment="prod", detail="too many false alarms")

        assert answer.status == 202
        told = {name: answer.body[name] for name in ("version", "reason", "status", "parameters", "environment")}
        assert told == {
            "version": "1",
            "reason": "rollback",
            "status": "REQUESTED",
            "parameters": {"replicas": 2},
            "environment": "prod",
        }
        assert [step["detail"] for step in answer.body["timeline"]] == ["too many false alarms"]
        assert payments.viewer.gets(answer.location).body == answer.body

    def test_the_pipeline_is_told_the_parameters_too(self, payments: Cast) -> None:
        ran(payments, "1", parameters={"replicas": 2})
        ran(payments, "2")

        payments.maintainer.rolls_back(FRAUD, environment="prod")

        told = payments.viewer.gets(f"models/{FRAUD}/events?limit=1").body["results"][0]
        assert (told["eventType"], told["data"]["parameters"]) == ("DeploymentRequested", {"replicas": 2})

    def test_the_parameters_are_those_of_the_last_time_that_it_ran(self, payments: Cast) -> None:
        ran(payments, "1", parameters={"replicas": 1})
        ran(payments, "1", parameters={"replicas": 2})
        ran(payments, "2")

        assert payments.maintainer.rolls_back(FRAUD, environment="prod").body["parameters"] == {"replicas": 2}

    def test_twice_brings_back_what_was_rolled_back_as_it_ran(self, payments: Cast) -> None:
        ran(payments, "1")
        ran(payments, "2", parameters={"replicas": 3})
        payments.maintainer.reports(payments.maintainer.rolls_back(FRAUD, environment="prod"), "SUCCEEDED")

        again = payments.maintainer.rolls_back(FRAUD, environment="prod").body

        assert (again["version"], again["parameters"]) == ("2", {"replicas": 3})

    def test_what_it_replaces_is_rolled_back_once_it_succeeded(self, payments: Cast) -> None:
        _, second = ran(payments, "1", "2")
        back = payments.maintainer.rolls_back(FRAUD, environment="prod")
        assert payments.viewer.follows(second)["status"] == "SUCCEEDED"

        payments.maintainer.reports(back, "SUCCEEDED")

        assert payments.viewer.follows(second)["status"] == "ROLLED_BACK"
        placement = payments.viewer.reads(FRAUD).body["placements"]["prod/EKS"]
        assert (placement["current"]["version"], placement["previous"]["version"]) == ("1", "2")

    def test_one_that_fails_changes_nothing(self, payments: Cast) -> None:
        _, second = ran(payments, "1", "2")
        payments.maintainer.reports(payments.maintainer.rolls_back(FRAUD, environment="prod"), "FAILED")

        assert payments.viewer.follows(second)["status"] == "SUCCEEDED"
        assert payments.maintainer.rolls_back(FRAUD, environment="prod").body["version"] == "1"

    def test_the_same_version_deployed_twice_is_not_what_ran_before(self, payments: Cast) -> None:
        ran(payments, "1", "2", "2")

        assert payments.maintainer.rolls_back(FRAUD, environment="prod").body["version"] == "1"

    def test_each_place_has_its_own_past(self, payments: Cast) -> None:
        ran(payments, "1", "2")
        ran(payments, "3", environment="test")

        assert payments.maintainer.rolls_back(FRAUD, environment="test").slug == "nothing-to-roll-back-to"
        assert payments.maintainer.rolls_back(FRAUD, environment="prod").body["version"] == "1"


class TestRefusals:
    @pytest.mark.parametrize("versions", [[], ["1"], ["1", "1"]])
    def test_where_nothing_else_ran(self, payments: Cast, versions: list[str]) -> None:
        payments.contributor.registers("fraud", version="1")
        ran(payments, *versions)

        answer = payments.maintainer.rolls_back(FRAUD, environment="prod")

        assert (answer.status, answer.slug) == (409, "nothing-to-roll-back-to")
        assert "of model payments.fraud ran in prod on EKS" in answer.body["detail"]

    def test_where_what_ran_before_was_deleted(self, payments: Cast) -> None:
        ran(payments, "1", "2")
        assert payments.maintainer.deletes(FRAUD, "1").status == 204

        assert payments.maintainer.rolls_back(FRAUD, environment="prod").slug == "version-not-found"
        payments.maintainer.restores(FRAUD, "1")
        assert payments.maintainer.rolls_back(FRAUD, environment="prod").status == 202

    def test_where_another_deployment_is_under_way(self, payments: Cast) -> None:
        ran(payments, "1", "2")
        payments.maintainer.deploys(FRAUD, "2", environment="prod")

        assert payments.maintainer.rolls_back(FRAUD, environment="prod").slug == "deployment-blocked"

    def test_for_those_who_may_not(self, payments: Cast) -> None:
        ran(payments, "1", "2")

        assert payments.contributor.rolls_back(FRAUD, environment="prod").status == 403
        assert payments.outsider.rolls_back(FRAUD, environment="prod").slug == "model-not-found"
        assert payments.maintainer.rolls_back("payments.other").slug == "model-not-found"

    def test_without_a_target(self, payments: Cast) -> None:
        ran(payments, "1", "2")

        answer = payments.maintainer.rolls_back(FRAUD, deploymentTarget=None, detail="x" * 2001)

        assert answer.wrong_fields.keys() == {"deploymentTarget", "detail"}

"""Asking for a version to be run: who may, where, with what, and what stands in the way."""

from __future__ import annotations

import pytest

from tests.callers import Cast

FRAUD = "payments.fraud"


class TestWhoMay:
    @pytest.mark.parametrize("who", ["maintainer", "admin"])
    def test_maintainers_and_administrators_do(self, payments: Cast, who: str) -> None:
        payments.contributor.registers("fraud", version="1.2.0")

        assert getattr(payments, who).deploys(FRAUD, "1.2.0").status == 202

    @pytest.mark.parametrize("who", ["viewer", "contributor"])
    def test_others_are_told_which_role_it_takes(self, payments: Cast, who: str) -> None:
        payments.contributor.registers("fraud", version="1.2.0")

        answer = getattr(payments, who).deploys(FRAUD, "1.2.0")

        assert (answer.status, answer.slug) == (403, "permission-denied")
        assert answer.problem["detail"] == f"Deploying takes the role maintainer in team payments; yours is {who}."

    def test_an_outsider_finds_nothing_to_deploy(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")

        assert payments.outsider.deploys(FRAUD, "1.2.0").slug == "version-not-found"
        assert payments.anonymous.deploys(FRAUD, "1.2.0").status == 401


class TestWhere:
    def test_without_a_word_it_is_the_default_environment_and_the_versions_own_target(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", deploymentTarget="Lambda")

        answer = payments.maintainer.calls("POST", f"models/{FRAUD}/1.2.0/deploy")

        assert answer.status == 202
        assert (answer.body["environment"], answer.body["deploymentTarget"]) == ("default", "Lambda")

    def test_the_order_has_the_last_word(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", deploymentTarget="Lambda")

        answer = payments.maintainer.deploys(FRAUD, "1.2.0", deploymentTarget="EKS", environment="prod-eu-1")

        assert (answer.body["environment"], answer.body["deploymentTarget"]) == ("prod-eu-1", "EKS")
        assert payments.viewer.reads(FRAUD, "1.2.0").body["deploymentTarget"] == "Lambda"

    @pytest.mark.parametrize("name", ["a", "7", "a-b", "0" * 63])
    def test_an_environment_is_a_dns_label(self, payments: Cast, name: str) -> None:
        payments.contributor.registers("fraud", version="1")

        assert payments.maintainer.deploys(FRAUD, "1", environment=name).body["environment"] == name

    @pytest.mark.parametrize("name", ["", "Prod", "-a", "a-", "a/b", "a_b", "a b", "é", "0" * 64, "prod\n", 7, None])
    def test_and_nothing_else(self, payments: Cast, name: object) -> None:
        payments.contributor.registers("fraud", version="1")

        answer = payments.maintainer.deploys(FRAUD, "1", environment=name)

        assert (answer.status, list(answer.wrong_fields)) == (400, ["environment"])

    def test_a_target_that_we_do_not_know_is_refused(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")

        assert payments.maintainer.deploys(FRAUD, "1", deploymentTarget="moon").wrong_fields.keys() == {
            "deploymentTarget"
        }

    @pytest.mark.parametrize("reference", ["1.2.0", "latest", "@champion"])
    def test_every_reference_is_the_version_that_it_means(self, payments: Cast, reference: str) -> None:
        payments.contributor.registers("fraud", version="1.2.0")
        payments.maintainer.moves(FRAUD, "champion", "1.2.0")

        assert payments.maintainer.deploys(FRAUD, reference).body["version"] == "1.2.0"


class TestParameters:
    def test_they_arrive_as_they_were_sent(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        parameters = {"replicas": 2, "cpu": 0.5, "labels": {"ö": ["x", None, True]}, "big": 12345678901234567890}

        answer = payments.maintainer.deploys(FRAUD, "1", parameters=parameters)

        assert payments.viewer.follows(answer)["parameters"] == parameters
        requested = payments.viewer.gets(f"models/{FRAUD}/events").body["results"][0]
        assert requested["data"]["parameters"] == parameters

    def test_up_to_16_kilobytes(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        fitting = {"x": "é" * ((16 * 1024 - len('{"x":""}')) // 2)}

        refused = payments.maintainer.deploys(FRAUD, "1", parameters={"x": fitting["x"] + "x"})

        assert refused.wrong_fields == {"parameters": "too_large"}
        assert payments.maintainer.deploys(FRAUD, "1", parameters=fitting).status == 202

    @pytest.mark.parametrize("parameters", [[], "x", 1, None])
    def test_they_are_an_object(self, payments: Cast, parameters: object) -> None:
        payments.contributor.registers("fraud", version="1")

        assert "parameters" in payments.maintainer.deploys(FRAUD, "1", parameters=parameters).wrong_fields

    def test_an_unknown_field_is_named(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")

        assert payments.maintainer.deploys(FRAUD, "1", env="prod").wrong_fields == {"env": "unknown"}


class TestWhatStandsInTheWay:
    def test_a_version_that_is_not_there(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.contributor.registers("fraud", version="2")
        payments.maintainer.deletes(FRAUD, "2")

        assert payments.maintainer.deploys(FRAUD, "2").slug == "version-not-found"
        assert payments.maintainer.deploys(FRAUD, "9").slug == "version-not-found"
        assert payments.maintainer.deploys("payments.other", "1").slug == "version-not-found"

    def test_a_deprecated_one(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.contributor.patches(FRAUD, "1", {"status": "DEPRECATED"})

        answer = payments.maintainer.deploys(FRAUD, "1")

        assert (answer.status, answer.slug) == (409, "deployment-blocked")
        assert answer.body["blockers"] == [{"kind": "status", "status": "DEPRECATED"}]
        assert answer.body["detail"].endswith("cannot be deployed: it is deprecated.")

    def test_another_deployment_under_way_in_the_same_place(self, payments: Cast) -> None:
        for label in ("1", "2"):
            payments.contributor.registers("fraud", version=label)
        first = payments.maintainer.deploys(FRAUD, "1", environment="prod")

        for label in ("1", "2"):
            answer = payments.maintainer.deploys(FRAUD, label, environment="prod")
            assert answer.slug == "deployment-blocked"
            where = {"environment": "prod", "deploymentTarget": "EKS"}
            named = {"kind": "deployment", "deploymentId": first.body["deploymentId"], **where}
            assert answer.body["blockers"] == [named]

    def test_elsewhere_it_may_run_at_the_same_time(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        places = [("prod", "EKS"), ("prod", "Lambda"), ("test", "EKS")]

        for environment, target in places:
            answer = payments.maintainer.deploys(FRAUD, "1", environment=environment, deploymentTarget=target)
            assert answer.status == 202

        model = payments.viewer.reads(FRAUD).body
        assert sorted(model["placements"]) == [f"{environment}/{target}" for environment, target in places]
        assert len(payments.viewer.reads(FRAUD, "1").body["deployments"]) == 3

    def test_what_was_refused_left_nothing(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", sizeBytes=11 * 1024**3, deploymentTarget="Lambda")

        assert payments.maintainer.deploys(FRAUD, "1").body["blockers"][0]["kind"] == "fit"
        assert payments.viewer.lists("deployments").body["results"] == []
        assert payments.viewer.history(FRAUD) == ["ModelVersionRegistered"]
        assert payments.viewer.reads(FRAUD, "1").body["status"] == "REGISTERED"

"""What is deployed is not deleted; a callback ticket opens one door; and what it all costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from models_app.domain import tickets
from models_app.domain.clock import now
from models_app.domain.deployment_ids import DeploymentId
from models_app.outbox import bus
from tests.callers import Answer, Caller, Cast
from tests.costs import counted_calls

FRAUD = "payments.fraud"


@pytest.fixture
def payments(payments: Cast) -> Cast:
    """With two versions to deploy."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    return payments


def pipeline(deployment: Answer) -> Caller:
    """Who holds the ticket of a deployment."""
    name = DeploymentId.parse(deployment.body["deploymentId"])
    return Caller("pipeline", f"Bearer {tickets.issue(name, key=bus.present().ticket_key, at=now())}")


class TestDeleting:
    @pytest.mark.parametrize("way", [[], ["IN_PROGRESS"], ["SUCCEEDED"]])
    def test_what_runs_or_is_about_to_is_kept(self, payments: Cast, way: list[str]) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1", environment="prod")
        for status in way:
            payments.maintainer.reports(asked, status)

        answer = payments.maintainer.deletes(FRAUD, "1")

        assert answer.slug == "version-in-use"
        blocker = {"kind": "deployment", "deploymentId": asked.body["deploymentId"], "environment": "prod"}
        status = payments.viewer.follows(asked)["status"]
        assert answer.body["blockers"] == [blocker | {"deploymentTarget": "EKS", "status": status}]
        plan = payments.maintainer.deletes(FRAUD, "1", query="?dryRun=true").body
        assert (plan["wouldDelete"], plan["blockers"]) == (False, answer.body["blockers"])

    @pytest.mark.parametrize("end", ["FAILED", "CANCELLED"])
    def test_what_is_over_is_in_nobodys_way(self, payments: Cast, end: str) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1")
        payments.maintainer.cancels(asked) if end == "CANCELLED" else payments.maintainer.reports(asked, end)

        assert payments.maintainer.deletes(FRAUD, "1").status == 204
        assert payments.viewer.follows(asked)["status"] == end

    def test_what_was_superseded_can_go_and_come_back(self, payments: Cast) -> None:
        for label in ("1", "2"):
            payments.maintainer.reports(payments.maintainer.deploys(FRAUD, label), "SUCCEEDED")

        assert payments.maintainer.deletes(FRAUD, "1").status == 204
        assert payments.maintainer.deletes(FRAUD, "2").slug == "version-in-use"
        assert payments.maintainer.restores(FRAUD, "1").body["status"] == "REGISTERED"
        assert payments.maintainer.deploys(FRAUD, "1").status == 202


class TestTickets:
    def test_a_pipeline_follows_and_reports_on_its_own_deployment(self, payments: Cast) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1")
        ours = pipeline(asked)

        assert ours.follows(asked)["status"] == "REQUESTED"
        assert ours.reports(asked, "SUCCEEDED").body["timeline"][-1]["by"] == f"ticket:{asked.body['deploymentId']}"

    def test_and_on_no_other(self, payments: Cast) -> None:
        ours = pipeline(payments.maintainer.deploys(FRAUD, "1", environment="a"))
        other = payments.maintainer.deploys(FRAUD, "1", environment="b")

        answer = ours.reports(other, "FAILED")

        assert (answer.status, answer.slug) == (403, "ticket-elsewhere")
        assert ours.gets(f"deployments/{other.body['deploymentId']}").slug == "deployment-not-found"

    def test_it_opens_nothing_else(self, payments: Cast) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1")
        ours = pipeline(asked)

        assert ours.cancels(asked).slug == "deployment-not-found"
        assert ours.reads(FRAUD, "1").slug == "version-not-found"
        assert ours.deploys(FRAUD, "2").slug == "version-not-found"
        assert ours.lists("deployments", teamId="payments").slug == "team-not-found"
        assert ours.finds() == []

    def test_it_ends_after_twelve_hours_and_never_survives_a_change(self, payments: Cast) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1")
        ours = pipeline(asked)
        forged = Caller("forger", (ours.authorization or "")[:-1] + "x")

        assert forged.reports(asked, "FAILED").slug == "credentials-refused"
        with time_machine.travel(now() + timedelta(hours=12, seconds=1)):
            assert ours.reports(asked, "FAILED").slug == "credentials-refused"


class TestCosts:
    @pytest.mark.parametrize("key", [None, "a"])
    def test_deploying_is_a_read_and_a_transaction_with_a_key_or_without(self, payments: Cast, key: str | None) -> None:
        payments.maintainer.gets("me")
        with counted_calls() as sent:
            assert payments.maintainer.deploys(FRAUD, "1", key=key).status == 202

        assert sent == ["BatchGetItem", "TransactWriteItems"]

    def test_the_same_again_costs_no_more(self, payments: Cast) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1", key="a")
        with counted_calls() as under_way:
            payments.maintainer.deploys(FRAUD, "1", key="a")
        payments.maintainer.reports(asked, "SUCCEEDED")
        with counted_calls() as later:
            payments.maintainer.deploys(FRAUD, "1", key="a")

        assert (under_way, later) == (["BatchGetItem", "GetItem"], ["BatchGetItem", "TransactWriteItems"])

    def test_a_plan_is_one_read(self, payments: Cast) -> None:
        payments.maintainer.gets("me")
        with counted_calls() as sent:
            payments.maintainer.plans(FRAUD, "1")

        assert len(sent) == 1

    def test_a_report_is_two_reads_and_one_transaction(self, payments: Cast) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1")
        with counted_calls() as sent:
            pipeline(asked).reports(asked, "SUCCEEDED")
        with counted_calls() as again:
            pipeline(asked).reports(asked, "SUCCEEDED")

        assert (len(sent), sent[-1], again) == (3, "TransactWriteItems", ["GetItem"])

    def test_lists_and_one_deployment_are_one_read(self, payments: Cast) -> None:
        asked = payments.maintainer.deploys(FRAUD, "1")
        payments.viewer.gets("me")
        for path, call in {
            "deployments": "Query",
            f"models/{FRAUD}/1/deployments": "Query",
            f"deployments/{asked.body['deploymentId']}": "GetItem",
        }.items():
            with counted_calls() as sent:
                assert payments.viewer.gets(path).status == 200
            assert sent == [call]

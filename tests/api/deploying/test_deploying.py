from __future__ import annotations

from tests.callers import Cast


class TestDeploying:
    def test_a_maintainer_gets_a_deployment_to_follow(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")

        answer = payments.maintainer.calls("POST", "models/payments.fraud/1.2.0/deploy", {"environment": "prod"})

        assert answer.status == 202
        assert payments.viewer.gets(answer.location).body["status"] == "REQUESTED"
        assert payments.viewer.reads("payments.fraud", "1.2.0").body["status"] == "DEPLOYING"
        assert payments.viewer.history("payments.fraud") == ["ModelVersionRegistered", "DeploymentRequested"]

    def test_the_pipeline_reports_and_the_version_is_deployed(self, payments: Cast) -> None:
        for label in ("1.0.0", "1.1.0"):
            payments.contributor.registers("fraud", version=label)
            asked = payments.maintainer.calls("POST", f"models/payments.fraud/{label}/deploy", {"environment": "prod"})
            where = f"{asked.location}/status"
            assert payments.maintainer.calls("POST", where, {"status": "IN_PROGRESS"}).status == 200
            assert payments.maintainer.calls("POST", where, {"status": "SUCCEEDED"}).body["status"] == "SUCCEEDED"

        model = payments.viewer.reads("payments.fraud").body
        assert model["placements"]["prod/EKS"]["current"]["version"] == "1.1.0"
        assert model["placements"]["prod/EKS"]["previous"]["version"] == "1.0.0"
        assert model["latestVersion"]["status"] == "DEPLOYED"
        back = payments.maintainer.calls(
            "POST", "models/payments.fraud/rollback", {"environment": "prod", "deploymentTarget": "EKS"}
        )
        assert back.status == 202
        assert payments.maintainer.calls("POST", f"{back.location}/status", {"status": "SUCCEEDED"}).status == 200
        statuses = [each["status"] for each in payments.viewer.lists("deployments").body["results"]]
        assert statuses == ["SUCCEEDED", "ROLLED_BACK", "SUPERSEDED"]
        assert payments.maintainer.deletes("payments.fraud", "1.0.0").slug == "version-in-use"

    def test_the_same_key_gets_the_same_answer(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")
        where, body = "models/payments.fraud/1.2.0/deploy", {"environment": "prod"}

        first = payments.maintainer.calls("POST", where, body, Idempotency_Key="a")
        again = payments.maintainer.calls("POST", where, body, Idempotency_Key="a")
        other = payments.maintainer.calls("POST", where, {"environment": "test"}, Idempotency_Key="a")

        assert (again.status, again.raw, again.location) == (202, first.raw, first.location)
        assert (other.status, other.slug) == (422, "idempotency-key-reused")

    def test_a_plan_tells_all_without_doing_it(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")

        plan = payments.maintainer.calls("POST", "models/payments.fraud/1.2.0/deploy?dryRun=true", {})

        assert plan.body["wouldDeploy"]
        assert plan.body["fit"]["manifest"]["spec"]["predictor"]["model"]["modelFormat"]["name"] == "sklearn"
        assert payments.viewer.history("payments.fraud") == ["ModelVersionRegistered"]

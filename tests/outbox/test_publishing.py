from __future__ import annotations

from tests.callers import Cast
from tests.outbox.acts import committed, deploys, unsent
from tests.outbox.buses import PlayedBus
from tests.outbox.queues import Queue


class TestWhatAPipelineGets:
    def test_the_event_is_on_the_queue_before_the_answer_is_seen(self, payments: Cast, queue: Queue) -> None:
        payments.contributor.registers("fraud", version="1.0.0")

        assert deploys(payments).status == 202

        assert [each["source"] for each in queue.read()] == ["model-registry"]

    def test_it_carries_all_that_a_pipeline_needs(self, payments: Cast, queue: Queue) -> None:
        artifact = {"s3Uri": "s3://models/fraud/m.joblib", "sha256": "ab" * 32, "sizeBytes": 1234}
        payments.contributor.registers("fraud", version="1.0.0", frameworkVersion="1.4", **artifact)

        answer = deploys(payments)

        [detail] = queue.details("DeploymentRequested")
        [told, _] = payments.viewer.gets("models/payments.fraud/events").body["results"]
        deployment = answer.body["deploymentId"]
        callback = detail["data"].pop("callback")
        assert detail == {
            "eventId": told["eventId"],
            "schemaVersion": 1,
            "occurredAt": told["occurredAt"],
            "teamId": "payments",
            "actor": told["actor"],
            "requestId": answer.headers["X-Request-Id"],
            "modelId": "payments.fraud",
            "version": "1.0.0",
            "data": {
                "deploymentId": deployment,
                "environment": "prod",
                "deploymentTarget": "EKS",
                "reason": "deploy",
                "artifact": artifact,
                "framework": "scikit-learn",
                "frameworkVersion": "1.4",
                "parameters": {"replicas": 2},
                "replaces": None,
            },
        }
        assert callback["url"] == f"http://127.0.0.1:8000/api/v1/deployments/{deployment}/status"
        assert set(callback) == {"url", "ticket", "expiresAt"}

    def test_it_hears_of_each_status_and_of_the_end(self, payments: Cast, queue: Queue) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        where = deploys(payments).location

        payments.maintainer.calls("POST", f"{where}/status", {"status": "IN_PROGRESS"})
        payments.maintainer.calls("POST", f"{where}/cancel", {"detail": "wrong one"})

        changes = [each["data"] for each in queue.details("DeploymentStatusChanged")]
        assert [(each["from"], each["to"]) for each in changes] == [
            ("REQUESTED", "IN_PROGRESS"),
            ("IN_PROGRESS", "CANCELLED"),
        ]
        assert changes[1]["detail"] == "wrong one"

    def test_the_later_deployment_is_told_what_it_replaces(self, payments: Cast, queue: Queue) -> None:
        for version in ("1.0.0", "1.1.0"):
            payments.contributor.registers("fraud", version=version)
            asked = deploys(payments, version=version)
            payments.maintainer.calls("POST", f"{asked.location}/status", {"status": "SUCCEEDED"})

        first, second = queue.details("DeploymentRequested")
        assert first["data"]["replaces"] is None
        assert second["data"]["replaces"]["version"] == "1.0.0"
        assert second["data"]["replaces"]["deploymentId"] == first["data"]["deploymentId"]

    def test_letters_of_all_the_world_arrive_as_they_were_sent(self, payments: Cast, queue: Queue) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        parameters = {"größe": "模型 🚀", "numbers": [1.0, 12345678901234567890, -0.5], "none": None}

        where = "models/payments.fraud/1.0.0/deploy"
        payments.maintainer.calls("POST", where, {"parameters": parameters})

        assert queue.details("DeploymentRequested")[0]["data"]["parameters"] == parameters


class TestWhatStaysInTheOutbox:
    def test_only_what_was_sent_leaves_it(self, payments: Cast, played: PlayedBus) -> None:
        before = set(unsent())
        payments.contributor.registers("fraud", version="1.0.0")
        deploys(payments)

        [deployment] = played.taken
        assert set(unsent()) == set(committed()) - {deployment}
        assert len(unsent()) == len(before) + 1  # the registration, for which nobody waits

    def test_a_plan_sends_nothing(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")

        plan = payments.maintainer.calls("POST", "models/payments.fraud/1.0.0/deploy?dryRun=true", {})

        assert plan.body["wouldDeploy"]
        assert played.calls == []
        assert "mrt_" not in plan.raw.decode()

    def test_a_deployment_that_is_refused_sends_nothing(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        deploys(payments)

        assert deploys(payments).status == 409
        assert len(played.calls) == 1

    def test_the_same_key_twice_sends_once(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        for _ in range(3):
            payments.maintainer.calls("POST", "models/payments.fraud/1.0.0/deploy", {}, Idempotency_Key="a")

        assert len(played.taken) == 1

    def test_without_a_bus_everything_waits(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")

        assert deploys(payments).status == 202
        assert sorted(unsent()) == committed()

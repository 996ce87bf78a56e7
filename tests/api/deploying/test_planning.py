"""``?dryRun=true``: all that a deployment would come to, and nothing done."""

from __future__ import annotations

import re
from typing import Any

import pytest
from inline_snapshot import snapshot

from models_app.storage.soundness import _everything
from tests.callers import Cast

FRAUD = "payments.fraud"
GIGABYTE = 1024**3


def fit(payments: Cast, *, parameters: dict[str, Any] | None = None, **registration: Any) -> dict[str, Any]:
    """How a version fits its target."""
    payments.contributor.registers("fraud", version="1", **registration)
    found: dict[str, Any] = payments.maintainer.plans(FRAUD, "1", parameters=parameters or {}).body["fit"]
    return found


class TestThePlan:
    def test_it_tells_the_event_and_what_it_would_replace(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", sha256="0" * 64, sizeBytes=5)
        running = payments.maintainer.deploys(FRAUD, "1.2.0", environment="prod")
        payments.maintainer.reports(running, "SUCCEEDED")

        plan = payments.maintainer.plans(FRAUD, "1.2.0", environment="prod", parameters={"replicas": 2})

        told = plan.body["event"]
        assert told["data"].pop("deploymentId") != running.body["deploymentId"]
        assert told["data"].pop("replaces")["deploymentId"] == running.body["deploymentId"]
        assert plan.body["runningNow"]["current"]["deploymentId"] == running.body["deploymentId"]
        assert {name: value for name, value in told.items() if name in {"teamId", "modelId", "version", "data"}} == (
            snapshot(
                {
                    "teamId": "payments",
                    "modelId": "payments.fraud",
                    "version": "1.2.0",
                    "data": {
                        "environment": "prod",
                        "deploymentTarget": "EKS",
                        "reason": "deploy",
                        "artifact": {
                            "s3Uri": "s3://models/fraud/model.joblib",
                            "sha256": "0000000000000000000000000000000000000000000000000000000000000000",
                            "sizeBytes": 5,
                        },
                        "framework": "scikit-learn",
                        "frameworkVersion": None,
                        "parameters": {"replicas": 2},
                    },
                }
            )
        )

    def test_the_event_is_the_one_that_would_be_recorded(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")

        planned = payments.maintainer.plans(FRAUD, "1", environment="prod").body["event"]
        asked = payments.maintainer.deploys(FRAUD, "1", environment="prod")
        recorded = payments.viewer.gets(f"models/{FRAUD}/events").body["results"][0]

        assert planned["data"] | {"deploymentId": asked.body["deploymentId"]} == recorded["data"]
        assert set(planned) == set(recorded) - {"eventType"}

    def test_it_holds_no_ticket(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")

        assert b"mrt_" not in payments.maintainer.plans(FRAUD, "1").raw

    def test_nothing_is_written(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        before = list(_everything())

        assert payments.maintainer.plans(FRAUD, "1").body["wouldDeploy"]
        assert list(_everything()) == before

    def test_it_names_every_blocker_and_is_still_a_200(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", deploymentTarget="Lambda", sizeBytes=11 * GIGABYTE)
        payments.maintainer.deploys(FRAUD, "1", deploymentTarget="EKS", environment="prod")
        payments.contributor.patches(FRAUD, "1", {"status": "DEPRECATED"})

        there = payments.maintainer.plans(FRAUD, "1", deploymentTarget="EKS", environment="prod")
        elsewhere = payments.maintainer.plans(FRAUD, "1")

        assert (there.status, there.body["wouldDeploy"]) == (200, False)
        assert [blocker["kind"] for blocker in there.body["blockers"]] == ["status", "deployment"]
        assert [blocker["kind"] for blocker in elsewhere.body["blockers"]] == ["status", "fit"]

    def test_it_takes_the_same_role(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")

        assert payments.contributor.plans(FRAUD, "1").status == 403
        assert payments.outsider.plans(FRAUD, "1").slug == "version-not-found"

    @pytest.mark.parametrize("value", ["yes", "1", ""])
    def test_dry_run_is_true_or_false(self, payments: Cast, value: str) -> None:
        payments.contributor.registers("fraud", version="1")

        answer = payments.maintainer.calls("POST", f"models/{FRAUD}/1/deploy?dryRun={value}", {})

        assert answer.wrong_fields == {"dryRun": "invalid"}


class TestLambda:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

    @pytest.mark.parametrize(
        ("size", "packaging", "obstacles"),
        [
            (None, None, 0),
            (1, "zip", 0),
            (250 * 1024**2, "zip", 0),
            (250 * 1024**2 + 1, "image", 0),
            (10 * GIGABYTE, "image", 0),
            (10 * GIGABYTE + 1, None, 1),
        ],
    )
    def test_the_size_decides_the_packaging(
        self, payments: Cast, size: int | None, packaging: str | None, obstacles: int
    ) -> None:
        found = fit(payments, deploymentTarget="Lambda", sizeBytes=size)

        assert (found["packaging"], len(found["obstacles"]), found["manifest"]) == (packaging, obstacles, None)

    @pytest.mark.parametrize(("memory", "fits"), [(10_240, True), (10_241, False), ("much", True)])
    def test_no_function_has_more_memory_than_there_is(self, payments: Cast, memory: object, fits: bool) -> None:  # noqa: FBT001
        found = fit(payments, deploymentTarget="Lambda", parameters={"memoryMb": memory})

        assert (found["obstacles"] == []) is fits


class TestEks:
    @pytest.mark.parametrize(
        ("framework", "kserve"),
        [
            ("scikit-learn", ("sklearn", "v1")),
            ("xgboost", ("xgboost", "v1")),
            ("lightgbm", ("lightgbm", "v1")),
            ("pytorch", ("pytorch", "v1")),
            ("tensorflow", ("tensorflow", "v1")),
            ("keras", ("tensorflow", "v1")),
            ("onnx", ("onnx", "v2")),
            ("huggingface", ("huggingface", "v1")),
        ],
    )
    def test_what_kserve_knows_gets_its_manifest(self, payments: Cast, framework: str, kserve: tuple[str, str]) -> None:
        manifest = fit(payments, framework=framework)["manifest"]

        model = manifest["spec"]["predictor"]["model"]
        assert (manifest["apiVersion"], manifest["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
        assert (model["modelFormat"]["name"], model["protocolVersion"]) == kserve
        assert model["storageUri"] == "s3://models/fraud/model.joblib"
        assert (manifest["metadata"]["name"], manifest["metadata"]["namespace"]) == ("fraud-default", "payments")

    @pytest.mark.parametrize("framework", ["catboost", "spark", "custom"])
    def test_what_it_does_not_know_brings_its_own_container(self, payments: Cast, framework: str) -> None:
        found = fit(payments, framework=framework)

        assert (found["manifest"], found["obstacles"]) == (None, [])
        assert framework in found["notes"][0]

    @pytest.mark.parametrize("name", ["9 Lives.of_a-Cat", "x" * 128, "A"])
    def test_its_name_is_one_that_kubernetes_takes(self, payments: Cast, name: str) -> None:
        payments.contributor.registers(name, version="1")

        plan = payments.maintainer.plans(f"payments.{name}".replace(" ", "%20"), "1").body

        assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", plan["fit"]["manifest"]["metadata"]["name"])

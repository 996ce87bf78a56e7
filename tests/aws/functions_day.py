"""What the function does of a day, with every action that its role has. Not collected by itself: test_policy.py has it
run with that role, beside the suite's own tests, and again with each action taken away."""

from __future__ import annotations

import pytest

from registry_project.lambda_jobs import run
from tests.callers import API, Cast
from tests.mlflow.test_webhooks import asks, makes
from tests.outbox.receivers import listening

MLFLOW = "/api/2.0/mlflow"


def test_requests(payments: Cast) -> None:
    assert payments.anonymous.gets("health").status == 200
    payments.contributor.registers("fraud", version="1.0.0")
    payments.contributor.registers("fraud", version="1.1.0")
    assert payments.maintainer.moves("payments.fraud", "champion", "1.0.0").status == 201
    assert payments.viewer.alias("payments.fraud", "champion").body["version"] == "1.0.0"
    assert payments.viewer.resolves("payments.fraud", alias="champion").status == 200
    assert payments.maintainer.removes("payments.fraud", "champion").status == 204
    assert payments.maintainer.deletes("payments.fraud", "1.1.0").status == 204
    assert payments.maintainer.restores("payments.fraud", "1.1.0").status == 200
    assert payments.contributor.patches("payments.fraud", "1.0.0", {"description": "for cards"}).status == 200
    page = payments.viewer.client.get(
        f"{API}/models/payments.fraud/1.0.0",
        headers={"Accept": "text/html", "Authorization": payments.viewer.authorization},
    )
    assert page.status_code == 200


def test_deployments(payments: Cast) -> None:
    payments.contributor.registers("fraud", version="1.0.0")
    assert payments.maintainer.plans("payments.fraud", "1.0.0").status == 200
    asked = payments.maintainer.deploys("payments.fraud", "1.0.0", key="once")
    assert payments.maintainer.deploys("payments.fraud", "1.0.0", key="once").raw == asked.raw
    assert payments.maintainer.cancels(asked).status == 200
    for path in ("models/payments.fraud/deployments", "models/payments.fraud/1.0.0/deployments", "deployments"):
        assert len(payments.viewer.gets(path).body["results"]) == 1
    where = {"environment": "prod", "deploymentTarget": "EKS"}
    assert payments.viewer.resolves("payments.fraud", **where).status == 404
    assert payments.viewer.resolves("payments.fraud", **where, at="2026-01-01T00:00:00Z").status == 404


def test_mlflows_client(payments: Cast) -> None:
    made = payments.maintainer.calls("POST", f"{MLFLOW}/registered-models/create", {"name": "churn"})
    assert made.status == 200, made.body
    payments.contributor.registers("churn", version="1")
    found = payments.viewer.gets(f"{MLFLOW}/registered-models/search")
    assert len(found.body["registered_models"]) == 1
    name = found.body["registered_models"][0]["name"]
    assert payments.viewer.gets(f"{MLFLOW}/registered-models/get?name={name}").status == 200
    latest = payments.viewer.gets(f"{MLFLOW}/registered-models/get-latest-versions?name={name}")
    assert [each["version"] for each in latest.body["model_versions"]] == ["1"]
    staged = {"name": name, "version": "1", "stage": "Production", "archive_existing_versions": True}
    assert payments.maintainer.calls("POST", f"{MLFLOW}/model-versions/transition-stage", staged).status == 200


def test_jobs(payments: Cast) -> None:
    payments.contributor.registers("fraud", version="1.0.0")
    payments.maintainer.deploys("payments.fraud", "1.0.0")

    assert run({"job": "relay_events"})["sent"] >= 3
    assert run({"job": "relay_events"}) == {"sent": 0, "refused": 0, "dead": 0}
    assert run({"job": "time_out_deployments"}) == {"timedOut": []}
    assert run({"job": "finish_moves"}) == {"finished": 0}
    assert run({"job": "seal_events"}) == {"seals": 0}


def test_webhooks(payments: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as receiver:
        made = makes(payments.maintainer, receiver.url, "model_version.created").body["webhook"]["webhook_id"]
        for method, address, body in (
            ("GET", "webhooks", None),
            ("GET", f"webhooks/{made}", None),
            ("PATCH", f"webhooks/{made}", {"description": "tells the pipeline"}),
            ("POST", f"webhooks/{made}/test", {}),
        ):
            assert asks(payments.maintainer, method, address, body).status == 200
        payments.contributor.registers("fraud", version="1.0.0")
        [event] = payments.viewer.gets("models/payments.fraud/events").body["results"]
        told = run({"source": "model-registry", "detail-type": event["eventType"], "detail": event})
        assert told == {"delivered": 1, "failed": 0, "givenUp": 0}
        assert run({"job": "deliver_webhooks"}) == {"delivered": 0, "failed": 0, "givenUp": 0}
        assert asks(payments.maintainer, "DELETE", f"webhooks/{made}").status == 200

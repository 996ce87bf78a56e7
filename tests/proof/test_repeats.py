"""The same request from many sides at the same moment, under one key: it is done once, and all get one answer."""

from __future__ import annotations

import pytest

from tests.builders import a_registration
from tests.callers import Answer
from tests.proof.conftest import Crowd
from tests.proof.figures import proves
from tests.server import Client, at_once

SAME = 50


def all_at_once(clients: list[Client], path: str, body: dict[str, object]) -> list[Answer]:
    return at_once([lambda client=client: client.calls("POST", path, body, idempotency_key="a") for client in clients])


@pytest.mark.parametrize("label", [None, "1.2.0"])
def test_fifty_equal_registrations_make_one_version(crowd: Crowd, label: str | None) -> None:
    """Promised: "Same `Idempotency-Key`, same answer"."""
    clients = crowd.of(crowd.cast.contributor, SAME)

    answers = all_at_once(clients, "models", a_registration(version=label))

    different = {(each.status, each.raw, each.location, each.etag) for each in answers}
    assert answers[0].status == 201
    assert crowd.cast.viewer.labels("payments.fraud") == [answers[0].body["version"]]
    assert crowd.cast.viewer.history("payments.fraud") == ["ModelVersionRegistered"]
    name = f"equal registrations {'under a label' if label else 'without a label'} are one"
    proves(name, f"{SAME} requests, {len(different)} answer, 1 event", target=1, holds=len(different) == 1)


def test_equal_rollbacks_make_one_deployment(crowd: Crowd) -> None:
    for label in ("1", "2"):
        crowd.cast.contributor.registers("fraud", version=label)
        crowd.cast.maintainer.reports(crowd.cast.maintainer.deploys("payments.fraud", label), "SUCCEEDED")

    answers = all_at_once(
        crowd.of(crowd.cast.maintainer), "models/payments.fraud/rollback", {"deploymentTarget": "EKS"}
    )

    assert {(each.status, each.raw) for each in answers} == {(202, answers[0].raw)}
    assert crowd.cast.viewer.history("payments.fraud").count("DeploymentRequested") == 3

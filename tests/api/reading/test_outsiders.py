"""What another team has reads like what nobody has: to the letter, whatever is done to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.callers import Cast

# Method, path behind the team, body.
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "fraud", None),
    ("PATCH", "fraud", {"description": "x"}),
    ("GET", "fraud/versions", None),
    ("GET", "fraud/events", None),
    ("GET", "fraud/1", None),
    ("GET", "fraud/latest", None),
    ("GET", "fraud/@champion", None),
    ("PUT", "fraud/1", {"deploymentTarget": "EKS"}),
    ("PATCH", "fraud/1", {"description": "x"}),
    ("DELETE", "fraud/1", None),
    ("DELETE", "fraud/1?dryRun=true", None),
    ("POST", "fraud/1/restore", None),
    ("POST", "fraud/2/restore", None),
    ("GET", "fraud/aliases/champion", None),
    ("PUT", "fraud/aliases/challenger", {"version": "1"}),
    ("PUT", "fraud/aliases/champion", {"version": "1"}),
    ("DELETE", "fraud/aliases/champion", None),
    ("GET", "fraud/resolve?alias=champion", None),
    ("GET", "fraud/resolve?alias=latest", None),
    ("GET", "fraud/resolve?alias=champion&at=2999-01-01T00:00:00Z", None),
    ("GET", "fraud/resolve?environment=prod", None),
    ("GET", "fraud/resolve?environment=prod&deploymentTarget=EKS", None),
    ("GET", "fraud/resolve?environment=prod&at=2999-01-01T00:00:00Z", None),
    ("GET", "fraud/deployments", None),
    ("GET", "fraud/1/deployments", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{method} {path}" for method, path, _ in CALLS])
class TestOutsiders:
    def test_an_outsider_gets_what_a_missing_object_gives(
        self, payments: Cast, method: str, path: str, body: Any
    ) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.contributor.registers("fraud", version="2")
        payments.maintainer.moves("payments.fraud", "champion", "1")
        payments.maintainer.deletes("payments.fraud", "2")
        runs = payments.maintainer.deploys("payments.fraud", "1", environment="prod")
        payments.maintainer.reports(runs, "SUCCEEDED")
        events = len(payments.viewer.history("payments.fraud"))

        foreign = payments.outsider.calls(method, f"models/payments.{path}", body)

        assert foreign.status == 404
        for nobody_s in ("vision", "no-such-team"):
            missing = payments.outsider.calls(method, f"models/{nobody_s}.{path}", body)
            assert foreign.problem == missing.problem, nobody_s
        assert len(payments.viewer.history("payments.fraud")) == events

    def test_a_stranger_is_asked_for_a_token_whether_it_exists_or_not(
        self, payments: Cast, method: str, path: str, body: Any
    ) -> None:
        payments.contributor.registers("fraud", version="1")

        present, missing = (
            payments.anonymous.calls(method, f"models/{team}.{path}", body) for team in ("payments", "no-such-team")
        )

        assert present.slug == "credentials-missing"
        assert present.problem == missing.problem

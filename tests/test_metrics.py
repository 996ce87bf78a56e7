"""What CloudWatch counts: each fact once, in namespace ModelRegistry, when it is committed and not before."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry_project.metrics import MetricsHandler
from tests.identity.outages import dead_engine
from tests.test_documentation import ROOT

Metrics = Callable[[], list[tuple[str, dict[str, str]]]]


@pytest.fixture
def metrics(capsys: pytest.CaptureFixture[str]) -> Iterator[Metrics]:
    """The metrics that were written since it was last asked, as CloudWatch reads them: name and dimensions."""
    handler = MetricsHandler("staging")
    logger = logging.getLogger("registry.facts")
    logger.addHandler(handler)
    silent = logger.level  # locally nobody reads them
    logger.setLevel(logging.INFO)
    yield lambda: [metric for line in capsys.readouterr().out.splitlines() for metric in counted(json.loads(line))]
    logger.removeHandler(handler)
    logger.setLevel(silent)


def counted(line: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """One line in CloudWatch's embedded metric format, read by its rules."""
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "ModelRegistry"
        [names] = directive["Dimensions"]
        for metric in directive["Metrics"]:
            assert (metric["Unit"], line[metric["Name"]]) == ("Count", [1.0])
            yield metric["Name"], {name: line[name] for name in names}


class TestBusiness:
    def test_a_registration_counts_for_its_team(self, payments: Any, metrics: Metrics) -> None:
        payments.contributor.registers("fraud", version="1")

        assert metrics() == [("VersionsRegistered", {"Stage": "staging", "Team": "payments"})]

    def test_one_that_is_repeated_counts_once(self, payments: Any, metrics: Metrics) -> None:
        for _ in range(3):
            payments.contributor.registers("fraud", version="1", key="k-1")

        assert len(metrics()) == 1

    def test_one_that_is_refused_does_not_count(self, payments: Any, metrics: Metrics) -> None:
        payments.contributor.registers("fraud", version="1")
        metrics()

        payments.viewer.registers("fraud", version="2")
        payments.contributor.registers("fraud", version="1", s3Uri="s3://other/place")

        assert metrics() == []

    def test_a_deployment_counts_for_its_target_and_team(self, payments: Any, metrics: Metrics) -> None:
        payments.contributor.registers("fraud", version="1")
        metrics()

        payments.maintainer.deploys("payments.fraud", "1", environment="prod", deploymentTarget="EKS")

        stage = {"Stage": "staging", "Target": "EKS", "Team": "payments"}
        assert metrics() == [("DeploymentsRequested", stage)]

    @pytest.mark.parametrize(("ending", "failures"), [("FAILED", 1), ("SUCCEEDED", 0)])
    def test_one_that_fails_is_counted_as_failed(
        self, payments: Any, metrics: Metrics, ending: str, failures: int
    ) -> None:
        payments.contributor.registers("fraud", version="1")
        asked = payments.maintainer.deploys("payments.fraud", "1", environment="prod", deploymentTarget="EKS")
        metrics()

        payments.maintainer.reports(asked, "IN_PROGRESS")
        payments.maintainer.reports(asked, ending)
        payments.maintainer.reports(asked, ending)

        assert metrics() == [("DeploymentsFailed", {"Stage": "staging"})] * failures

    def test_what_nobody_counts_writes_nothing(self, payments: Any, metrics: Metrics) -> None:
        payments.contributor.registers("fraud", version="1")
        metrics()

        payments.contributor.moves("payments.fraud", "candidate", "1")

        assert metrics() == []


class TestStorage:
    def test_storage_that_is_busy_is_counted(self, payments: Any, metrics: Metrics) -> None:
        payments.viewer.gets("me")
        with dead_engine():
            answer = payments.viewer.reads("payments.fraud")

        assert answer.slug == "storage-busy"
        assert metrics() == [("StorageBusy", {"Stage": "staging"})]


class TestTheStack:
    def test_alarms_and_dashboard_ask_for_what_is_counted(self) -> None:
        template = (ROOT / "registry_project" / "stack.yaml").read_text()

        for name in ("StorageBusy", "DeploymentsFailed"):
            assert f"MetricName: {name}\n" in template
        for search in ("{ModelRegistry,Stage,Team} MetricName=", "{ModelRegistry,Stage,Target,Team} MetricName="):
            assert search in template

    def test_each_alarm_leads_to_its_section_of_the_runbook(self) -> None:
        runbook = (ROOT / "docs" / "operations.md").read_text()
        template = (ROOT / "registry_project" / "stack.yaml").read_text()

        anchors = [line.rsplit("#", 1)[1].strip('"') for line in template.splitlines() if "AlarmDescription:" in line]
        assert len(anchors) >= 10
        headings = {line.lstrip("# ").lower().replace(" ", "-") for line in runbook.splitlines() if line[:1] == "#"}
        assert set(anchors) - headings == set()

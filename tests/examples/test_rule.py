"""The rule and the commands that the example's README shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.callers import Cast
from tests.commands.shell import ROOT
from tests.examples.pipelines import Pipeline
from tests.outbox.acts import deploys
from tests.outbox.queues import Ministack, Queue

RULE = ROOT / "examples/pipeline/rule.json"
README = ROOT / "README.md"


@pytest.fixture
def selected(ministack: Ministack, publishing_to: Callable[[str], None]) -> Iterator[Queue]:
    """A queue behind the example's rule."""
    publishing_to(ministack.url)
    with ministack.queue(RULE.read_text()) as queue:
        yield queue


class TestTheRule:
    def test_lets_deployments_of_its_environment_and_target_through_and_nothing_else(
        self, payments: Cast, selected: Queue
    ) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.contributor.registers("small", version="1.0.0", deploymentTarget="Lambda")
        for model, environment in (("fraud", "stage"), ("small", "prod"), ("fraud", "prod")):
            assert deploys(payments, model, environment=environment).status == 202

        [envelope] = selected.read()

        assert envelope["detail-type"] == "DeploymentRequested"
        assert envelope["detail"]["modelId"] == "payments.fraud"
        assert envelope["detail"]["data"]["environment"] == "prod"


class TestAPipelineThatIsOneCommand:
    def test_is_all_that_a_deployment_needs(self, pipeline: Pipeline) -> None:
        callback = pipeline.is_asked_for()["detail"]["data"]["callback"]
        [command] = re.findall(r"^\$ (curl .*\$TICKET.*)$", README.read_text(), re.MULTILINE)

        words = os.environ | {"URL": callback["url"], "TICKET": callback["ticket"]}
        done = subprocess.run(["sh", "-euc", command], env=words, capture_output=True, text=True, check=False)

        assert done.returncode == 0
        assert json.loads(done.stdout)["status"] == "SUCCEEDED"

"""`make deploy`, again, `make diff` and `make destroy`: the real package on an emulated AWS. `make test-aws`."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.aws.cloud import Cloud, a_cloud
from tests.aws.packaging import share_packaging
from tests.commands.shell import ROOT, Said

FUNCTION = "model-registry-dev"


@dataclass(frozen=True)
class Deployer:
    """Somebody who deploys stage dev from this machine."""

    cloud: Cloud
    home: Path

    def types(self, *words: str) -> Said:
        """Run ``bin/deploy.py``; where it looks for an answer is not on the internet here."""
        through = ["--through", f"{self.cloud.url}/restapis/{{api}}/{{stage}}/_user_request_"]
        done = subprocess.run(
            [sys.executable, "bin/deploy.py", *words, *through],
            cwd=ROOT,
            env=self.cloud.environment(REGISTRY_HOME=str(self.home)),
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def stage(self) -> dict[str, Any]:
        """The stage of the API."""
        gateway = self.cloud.client("apigateway")
        return dict(gateway.get_stage(restApiId=self.api(), stageName="dev"))

    def api(self) -> str:
        """The only API's id."""
        [api] = self.cloud.client("apigateway").get_rest_apis()["items"]
        return str(api["id"])

    def function(self) -> dict[str, Any]:
        """How the function is configured."""
        return dict(self.cloud.client("lambda").get_function_configuration(FunctionName=FUNCTION))

    def asks(self, path: str) -> tuple[int, dict[str, Any]]:
        """What the deployed registry answers a stranger."""
        wire = http.client.HTTPConnection(self.cloud.url.removeprefix("http://"), timeout=60)
        host = f"{self.api()}.execute-api.us-east-1.amazonaws.com"
        wire.request("GET", f"/restapis/{self.api()}/dev/_user_request_{path}", headers={"Host": host})
        answer = wire.getresponse()
        said = json.loads(answer.read())
        wire.close()
        return answer.status, said


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployer, Said]]:
    """A stage that came to be by one command in an empty account, and what that command said."""
    home = tmp_path_factory.mktemp("home").resolve()
    share_packaging(home)
    with a_cloud() as cloud:
        deployer = Deployer(cloud, home)
        said = deployer.types("deploy", "dev", "--parameter", "LogRetentionDays=30")
        assert said.code == 0, said.out[-2000:] + said.error[-2000:]
        yield deployer, said


class TestDeploying:
    def test_ends_with_a_registry_that_answers_and_turns_strangers_away(self, deployed: tuple[Deployer, Said]) -> None:
        deployer, said = deployed

        for line in ("GET /api/v1/health: 200", "GET /api/schema: 200", "GET /api/v1/models: 401"):
            assert line in said.out
        assert deployer.asks("/api/v1/health")[0] == 200
        status, problem = deployer.asks("/api/v1/models")
        assert (status, problem["type"]) == (401, "/problems/credentials-missing")

    def test_the_function_has_our_role_and_environment_and_nothing_secret_in_it(
        self, deployed: tuple[Deployer, Said]
    ) -> None:
        deployer, _ = deployed
        function = deployer.function()

        assert function["Role"] == f"arn:aws:iam::000000000000:role/{FUNCTION}"
        assert function["Handler"] == "registry_project.lambda_entry.lambda_handler"
        assert function["TracingConfig"] == {"Mode": "Active"}
        variables = function["Environment"]["Variables"]
        assert variables["REGISTRY_TABLE"] == variables["REGISTRY_EVENT_BUS"] == FUNCTION
        assert variables["ENVIRONMENT"] == "dev"
        assert variables["REGISTRY_SECRET_ARN"].startswith("arn:aws:secretsmanager:")
        assert "REGISTRY_SECRET_KEY" not in variables
        assert variables["REGISTRY_PUBLIC_URL"] == f"https://{deployer.api()}.execute-api.us-east-1.amazonaws.com/dev"

    def test_the_stage_is_throttled_traced_and_logged(self, deployed: tuple[Deployer, Said]) -> None:
        deployer, _ = deployed
        stage = deployer.stage()

        limits = stage["methodSettings"]["*/*"]
        assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (50.0, 100)
        log = stage["accessLogSettings"]
        assert log["destinationArn"].endswith(f":log-group:/aws/apigateway/{FUNCTION}")
        assert {"requestId", "ip", "status", "path", "milliseconds"} <= set(json.loads(log["format"]))
        assert stage["tracingEnabled"] is True
        account = deployer.cloud.client("apigateway").get_account()
        assert account["cloudwatchRoleArn"].endswith(f":role/{FUNCTION}-api-log")

    def test_what_fails_without_a_caller_is_tried_again_and_kept(self, deployed: tuple[Deployer, Said]) -> None:
        deployer, _ = deployed
        config = deployer.cloud.client("lambda").get_function_event_invoke_config(FunctionName=FUNCTION)

        assert config["MaximumRetryAttempts"] == 2
        assert config["DestinationConfig"]["OnFailure"]["Destination"].endswith(f":{FUNCTION}-failed-jobs")

    def test_only_the_rules_of_the_bus_may_call_it_beside_the_api(self, deployed: tuple[Deployer, Said]) -> None:
        deployer, _ = deployed
        policy = json.loads(deployer.cloud.client("lambda").get_policy(FunctionName=FUNCTION)["Policy"])

        callers = {each["Condition"]["ArnLike"]["AWS:SourceArn"].rpartition("/")[2] for each in policy["Statement"]}
        assert callers == {f"{FUNCTION}-reports", f"{FUNCTION}-webhooks"}

    def test_zappas_stack_and_ours_are_two(self, deployed: tuple[Deployer, Said]) -> None:
        deployer, _ = deployed
        stacks = deployer.cloud.client("cloudformation").describe_stacks()["Stacks"]
        assert {each["StackName"] for each in stacks} == {FUNCTION, f"{FUNCTION}-state"}


def test_a_second_and_a_third_time_change_nothing_that_was_set_and_the_end_leaves_the_data(
    deployed: tuple[Deployer, Said],
) -> None:
    """The life of a stage, in its order."""
    deployer, _ = deployed
    stage, variables = deployer.stage(), deployer.function()["Environment"]["Variables"]

    diff = deployer.types("diff", "dev")
    assert (diff.code, diff.out.count("no changes")) == (0, 2)

    for _ in range(2):
        again = deployer.types("deploy", "dev")
        assert again.code == 0, again.out[-2000:] + again.error[-2000:]
        assert "Calling update for stage dev" in again.out
        for lasting in ("methodSettings", "accessLogSettings", "tracingEnabled"):
            assert deployer.stage()[lasting] == stage[lasting]
        assert deployer.function()["Environment"]["Variables"] == variables

    status = deployer.types("zappa", "dev", "status")
    assert status.code == 0, status.error
    assert FUNCTION in status.out

    ended = deployer.types("destroy", "dev")
    assert ended.code == 0, ended.error
    assert deployer.cloud.client("cloudformation").describe_stacks()["Stacks"] == []
    assert deployer.cloud.client("lambda").list_functions()["Functions"] == []
    assert deployer.cloud.client("dynamodb").list_tables()["TableNames"] == [FUNCTION]

    more = deployer.types("destroy", "dev", "--with-data", "--yes")
    assert more.code == 0, more.error
    assert deployer.cloud.client("dynamodb").list_tables()["TableNames"] == []


@pytest.mark.parametrize("task", ["deploy", "diff", "destroy"])
def test_a_task_without_a_stage_names_the_stages(task: str) -> None:
    done = subprocess.run(
        [sys.executable, "bin/deploy.py", task], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == f"Which stage? make {task} STAGE=dev (there are dev, prod, staging)\n"

"""The function's role may do what the registry does, and nothing else: not one action less would do. `make test-aws`.

The stack is made in an emulated AWS that checks each call against the role's policy. There the suite's own tests run as
the function runs, with the role's credentials and on the stack's table (enforced.py); then once for each action without
it. What AWS does itself in the role's name no emulator does: those actions are listed with the reason.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.aws.cloud import Cloud, a_cloud
from tests.aws.templates import listed, properties, statements
from tests.commands.shell import ROOT

ROLE = "model-registry-dev"
POLICY = "registry"

DAY = "tests/aws/functions_day.py"
# Those that travel in time are not among them: a signature is good for five minutes.
SHARE = (
    DAY,
    "tests/api/registering/test_registering.py",
    "tests/api/finding/test_finding.py",
    "tests/api/aliases/test_protected.py",
    "tests/api/aliases/test_removing.py",
    "tests/api/deleting/test_deleting.py",
    "tests/api/deploying/test_requesting.py",
    "tests/api/deploying/test_rolling_back.py",
    "tests/api/history/test_team_history.py",
    "tests/api/teams/test_deleting.py",
    "tests/api/teams/test_last_maintainer.py",
    "tests/api/updating/test_describing.py",
    "tests/admin/test_deployments.py",
    "tests/admin/test_teams.py",
    "tests/admin/test_tokens.py",
    "tests/admin/test_users.py",
    "tests/mlflow/test_stages.py::TestLookingForStages",
    "tests/web/test_moving_models.py",
)
# Only commands call these, and an operator has rights of his own.
OPERATORS = {"audits", "imports", "exports"}
AT_WORK = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "events:PutEvents",
    "secretsmanager:GetSecretValue",
)
BY_AWS = {
    "kms:Decrypt": "DynamoDB, Secrets Manager and SQS decrypt in the role's name",
    "kms:GenerateDataKey": "SQS encrypts a failed job in the role's name",
    "lambda:InvokeFunction": "API Gateway calls the function in the role's name",
    "logs:CreateLogStream": "Lambda writes the log in the role's name",
    "logs:PutLogEvents": "Lambda writes the log in the role's name",
    "sqs:SendMessage": "Lambda keeps failed jobs in the role's name",
}


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    code: int
    said: str
    refused: frozenset[str]
    entered: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class AsTheFunction:
    """Runs tests with the role, which anybody in the account may take up here."""

    cloud: Cloud
    policy: dict[str, Any]
    settings: dict[str, str]
    home: Path

    def run(self, *tests: str, without: str | None = None) -> Outcome:
        """Run some with all that the role may do, or all but one action."""
        iam = self.cloud.client("iam")
        less = json.loads(json.dumps(self.policy))
        for each in less["Statement"]:
            each["Action"] = [action for action in listed(each["Action"]) if action != without]
        less["Statement"] = [each for each in less["Statement"] if each["Action"]]
        iam.put_role_policy(RoleName=ROLE, PolicyName=POLICY, PolicyDocument=json.dumps(less))
        report = self.home / "report.json"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-p", "tests.aws.enforced", "-p", "no:randomly", "-q", *tests]
        if without:
            command.append("-x")
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment(report), capture_output=True, text=True, check=False
        )
        found = json.loads(report.read_text()) if report.exists() else {"refused": [], "entered": []}
        said = done.stdout + done.stderr
        return Outcome(done.returncode, said, frozenset(found["refused"]), frozenset(map(tuple, found["entered"])))

    def _environment(self, report: Path) -> dict[str, str]:
        taken = self.cloud.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::000000000000:role/{ROLE}", RoleSessionName="function"
        )["Credentials"]
        return self.cloud.environment(
            AWS_ACCESS_KEY_ID=taken["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=taken["SecretAccessKey"],
            AWS_SESSION_TOKEN=taken["SessionToken"],
            ENFORCED_REPORT=str(report),
            ENFORCED_TABLE=str(self.home / "table.json"),
            **{name: self.settings[name] for name in ("REGISTRY_TABLE", "REGISTRY_EVENT_BUS", "REGISTRY_SECRET_ARN")},
        )


@pytest.fixture(scope="module")
def as_the_function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsTheFunction]:
    """An account with the stack in it."""
    home = tmp_path_factory.mktemp("home")
    with a_cloud() as cloud:
        said = cloud.provision("dev", "--output", str(home / "dev.json"))
        assert said.code == 0, said.error
        iam = cloud.client("iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
        iam.update_assume_role_policy(
            RoleName=ROLE, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
        policy = iam.get_role_policy(RoleName=ROLE, PolicyName=POLICY)["PolicyDocument"]
        (home / "table.json").write_text(json.dumps(_as_made(cloud)))
        settings = json.loads((home / "dev.json").read_text())["dev"]["aws_environment_variables"]
        yield AsTheFunction(cloud, policy, settings, home)


def _as_made(cloud: Cloud) -> dict[str, Any]:
    """How to make the stack's table again, which each test does; it is let go of for that."""
    dynamodb = cloud.client("dynamodb")
    table = dynamodb.update_table(TableName=ROLE, DeletionProtectionEnabled=False)["TableDescription"]
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in table["GlobalSecondaryIndexes"]
    ]
    made = {name: table[name] for name in ("TableName", "AttributeDefinitions", "KeySchema")}
    return made | {"BillingMode": "PAY_PER_REQUEST", "GlobalSecondaryIndexes": indexes}


def services() -> set[tuple[str, str]]:
    """Every public function of every service that the function has."""
    return {
        (path.stem, node.name)
        for path in (ROOT / "models_app" / "services").glob("*.py")
        if path.stem not in OPERATORS
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


class TestThePolicy:
    def test_names_actions_and_resources_one_by_one(self) -> None:
        for role in ("Role", "SchedulerRole"):
            for each in statements(role):
                assert each["Effect"] == "Allow"
                assert not [action for action in listed(each["Action"]) if "*" in action]
                # A log's stream has a name that Lambda chooses; of everything else the name is known.
                resources = json.dumps(each["Resource"]).replace("log-stream:*", "")
                assert "*" not in resources

    def test_holds_what_is_proven_here_and_what_aws_does_in_its_name(self) -> None:
        actions = {action for each in statements("Role") for action in listed(each["Action"])}
        assert actions == set(AT_WORK) | set(BY_AWS)

    def test_lets_nobody_else_take_the_role_up(self) -> None:
        trusted = [each["Principal"] for each in properties("Role")["AssumeRolePolicyDocument"]["Statement"]]
        assert trusted == [{"Service": "lambda.amazonaws.com"}, {"Service": "apigateway.amazonaws.com"}]


class TestEnforced:
    def test_the_suites_own_tests_pass_and_touch_every_service(self, as_the_function: AsTheFunction) -> None:
        outcome = as_the_function.run(*SHARE)

        assert outcome.code == 0, outcome.said[-3000:]
        assert outcome.refused == frozenset()
        assert sorted(services() - outcome.entered) == []

    @pytest.mark.parametrize("action", AT_WORK)
    def test_they_fail_without_any_one_action(self, as_the_function: AsTheFunction, action: str) -> None:
        outcome = as_the_function.run(DAY, without=action)

        assert outcome.code != 0
        assert outcome.refused <= {action}
        assert f"not authorized to perform: {action}" in outcome.said or action in outcome.refused

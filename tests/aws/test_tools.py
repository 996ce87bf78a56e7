"""What cfn-lint and parliament, each in an environment of their own, find wrong with the stack. `make test-aws`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws.cloud import a_cloud
from tests.aws.templates import PATH
from tests.commands.shell import ROOT

JUDGE = """
import json, sys
from parliament import analyze_policy_string
print(json.dumps([str(found) for found in analyze_policy_string(sys.stdin.read()).findings]))
"""
ROLES = ("model-registry-dev", "model-registry-dev-scheduler")


@pytest.fixture(scope="module")
def tools() -> Path:
    """Where the programs are; installed on the first call (a minute)."""
    subprocess.run([ROOT / "bin" / "setup", "aws-tools"], cwd=ROOT, check=True, capture_output=True)
    return Path(os.environ.get("REGISTRY_HOME") or ROOT / ".local").resolve() / "aws-tools-venv" / "bin"


def lint(tools: Path, template: Path) -> tuple[int, str]:
    done = subprocess.run([tools / "cfn-lint", template], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def judge(tools: Path, policy: dict[str, Any]) -> list[str]:
    done = subprocess.run(
        [tools / "python", "-W", "ignore", "-c", JUDGE],
        input=json.dumps(policy),
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(done.stdout))


def as_of_today(text: str) -> str:
    """A template with mistakes of each kind that is looked for."""
    assert "dynamodb:Query\n" in text
    return text.replace("dynamodb:Query\n", "dynamodb:TransactWriteItems\n").replace(
        "!GetAtt Bus.Arn", "!GetAtt Bux.Arn"
    )


class TestCloudFormation:
    def test_finds_nothing_wrong(self, tools: Path) -> None:
        assert lint(tools, PATH) == (0, "")

    def test_would_find_something(self, tools: Path, tmp_path: Path) -> None:
        wrong = tmp_path / "stack.yaml"
        wrong.write_text(as_of_today(PATH.read_text()))
        code, said = lint(tools, wrong)
        assert code != 0
        assert "Bux" in said
        assert "transactwriteitems" in said.lower()


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """The roles' policies as the stack makes them, with all names filled in."""
    with a_cloud() as cloud:
        said = cloud.provision("dev", "--output", str(tmp_path_factory.mktemp("home") / "dev.json"))
        assert said.code == 0, said.error
        iam = cloud.client("iam")
        yield {
            role: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for role in ROLES
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }


class TestPolicies:
    @pytest.mark.parametrize("role", ROLES)
    def test_parliament_finds_nothing_wrong(self, tools: Path, policies: dict[str, dict[str, Any]], role: str) -> None:
        assert judge(tools, policies[role]) == []

    def test_parliament_would_find_something(self, tools: Path, policies: dict[str, dict[str, Any]]) -> None:
        wrong = json.loads(json.dumps(policies["model-registry-dev"]).replace("events:PutEvents", "events:PutEvent"))
        assert judge(tools, wrong)

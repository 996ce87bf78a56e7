"""`manage.py provision` against an emulated AWS: what an operator types, reads, and finds afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.aws.cloud import Cloud, a_cloud
from tests.commands.shell import Said
from tests.engine import free_port

STACK = "model-registry-dev-state"


class Operator:
    """Somebody who provisions stage dev."""

    def __init__(self, cloud: Cloud, home: Path) -> None:
        self.cloud = cloud
        self.file = home / "zappa" / "dev.json"

    def provisions(self, *words: str, typed: str = "") -> Said:
        """Type the command."""
        return self.cloud.provision("dev", "--output", str(self.file), *words, typed=typed)

    def settings(self) -> dict[str, Any]:
        """What Zappa will read."""
        return dict(json.loads(self.file.read_text())["dev"])

    def tables(self) -> list[str]:
        """Those of the account."""
        return list(self.cloud.client("dynamodb").list_tables()["TableNames"])

    def stack(self) -> dict[str, Any] | None:
        """The stage's stack."""
        try:
            return dict(self.cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0])
        except ClientError:
            return None

    def resources(self) -> set[str]:
        """The stack's, by their names in the template."""
        found = self.cloud.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        return {each["LogicalResourceId"] for each in found}

    def change_sets(self) -> list[Any]:
        """Those that CloudFormation knows of."""
        return list(self.cloud.client("cloudformation").list_change_sets(StackName=STACK)["Summaries"])


@pytest.fixture
def operator(cloud: Cloud, tmp_path: Path) -> Operator:
    """In an empty account."""
    return Operator(cloud, tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """One whose stage is there already; tests with it change nothing, or set it back."""
    with a_cloud() as account:
        there = Operator(account, tmp_path_factory.mktemp("home"))
        said = there.provisions()
        assert said.code == 0, said.error
        yield there


class TestMaking:
    def test_shows_what_it_would_do_and_does_nothing(self, operator: Operator) -> None:
        said = operator.provisions("--diff")

        assert said.code == 0
        assert "+ Table (AWS::DynamoDB::Table)" in said.out
        assert operator.stack() is None
        assert operator.tables() == []
        assert not operator.file.exists()

    def test_tells_each_step_and_leaves_what_zappa_has_to_know(self, operator: Operator) -> None:
        said = operator.provisions()

        assert said.code == 0, said.error
        assert "CREATE_COMPLETE          Table" in said.out
        assert operator.tables() == ["model-registry-dev"]
        settings = operator.settings()
        assert settings["role_arn"] == "arn:aws:iam::000000000000:role/model-registry-dev"
        assert settings["manage_roles"] is False
        assert settings["s3_bucket"] == "model-registry-dev-000000000000-us-east-1"
        environment = settings["aws_environment_variables"]
        assert (environment["ENVIRONMENT"], environment["REGISTRY_PATH_PREFIX"]) == ("dev", "/dev")
        assert environment["REGISTRY_TABLE"] == environment["REGISTRY_EVENT_BUS"] == "model-registry-dev"
        assert environment["REGISTRY_SECRET_ARN"].startswith("arn:aws:secretsmanager:us-east-1:000000000000:secret:")
        assert "REGISTRY_SECRET_KEY" not in operator.file.read_text()

    def test_does_not_take_the_name_that_zappa_gives_its_own_stack(self, operator: Operator) -> None:
        operator.provisions()

        assert operator.stack()
        with pytest.raises(ClientError, match="does not exist"):
            operator.cloud.client("cloudformation").describe_stacks(StackName="model-registry-dev")


class TestChanging:
    def test_nothing_when_nothing_is_new(self, settled: Operator) -> None:
        said = settled.provisions()

        assert said.code == 0
        assert said.out.count("no changes") == 2

    def test_shows_what_would_change_and_leaves_no_trace(self, settled: Operator) -> None:
        before, change_sets = settled.stack(), settled.change_sets()

        said = settled.provisions("--diff", "--parameter", "LogRetentionDays=30")

        assert "~ FunctionLog (AWS::Logs::LogGroup)" in said.out
        assert "Table" not in said.out
        assert settled.stack() == before
        assert settled.change_sets() == change_sets

    def test_remembers_parameters(self, operator: Operator) -> None:
        operator.provisions("--parameter", "ArchiveRetentionDays=7")

        again = operator.provisions("--parameter", "LogRetentionDays=30")

        assert again.code == 0, again.error
        values = {each["ParameterKey"]: each["ParameterValue"] for each in operator.stack()["Parameters"]}
        assert (values["ArchiveRetentionDays"], values["LogRetentionDays"]) == ("7", "30")

    def test_shows_which_of_zappas_settings_would_change(self, settled: Operator) -> None:
        written = settled.file.read_text()
        changed = json.loads(written)
        changed["dev"]["memory_size"] = 512
        changed["dev"]["aws_environment_variables"]["OIDC_ISSUER"] = "https://id.example.org"
        settled.file.write_text(json.dumps(changed))

        said = settled.provisions("--diff")

        assert "~ memory_size: 512 -> 1024" in said.out
        assert '- aws_environment_variables.OIDC_ISSUER: "https://id.example.org"' in said.out
        assert json.loads(settled.file.read_text()) == changed
        settled.file.write_text(written)


class TestEnding:
    def test_keeps_what_cannot_be_made_again_and_a_new_stack_takes_it_up(self, operator: Operator) -> None:
        operator.provisions()
        before = operator.settings()["aws_environment_variables"]["REGISTRY_SECRET_ARN"]
        table = operator.cloud.client("dynamodb")
        table.put_item(TableName="model-registry-dev", Item={"pk": {"S": "kept"}, "sk": {"S": "kept"}})

        said = operator.provisions("--destroy")

        assert said.code == 0, said.error
        assert operator.stack() is None
        assert operator.tables() == ["model-registry-dev"]
        again = operator.provisions()
        assert again.code == 0, again.error
        assert "< Table (AWS::DynamoDB::Table)" in again.out
        assert "< FunctionLog (AWS::Logs::LogGroup)" in again.out
        assert not {"Key", "KeyAlias", "Secret"} & operator.resources()
        assert len(operator.cloud.client("kms").list_keys()["Keys"]) == 1
        assert table.scan(TableName="model-registry-dev")["Count"] == 1
        assert operator.settings()["aws_environment_variables"]["REGISTRY_SECRET_ARN"] == before

    def test_of_the_data_takes_the_stages_name(self, operator: Operator) -> None:
        operator.provisions()

        mistyped = operator.provisions("--destroy", "--with-data", typed="prod\n")

        assert (mistyped.code, operator.tables()) == (1, ["model-registry-dev"])
        assert operator.stack()
        typed = operator.provisions("--destroy", "--with-data", typed="dev\n")
        assert typed.code == 0, typed.error
        assert operator.tables() == []
        assert operator.cloud.client("logs").describe_log_groups()["logGroups"] == []
        assert operator.cloud.client("secretsmanager").list_secrets()["SecretList"] == []
        [key] = operator.cloud.client("kms").list_keys()["Keys"]
        described = operator.cloud.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert described["KeyState"] == "PendingDeletion"

    def test_of_what_is_not_there_is_no_mistake(self, operator: Operator) -> None:
        assert operator.provisions("--destroy").code == 0


class TestWhatGoesWrong:
    def test_a_resource_that_cannot_be_made_is_named_with_what_to_do(self, operator: Operator) -> None:
        events = operator.cloud.client("events")
        events.create_event_bus(Name="model-registry-dev")

        said = operator.provisions()

        assert said.code == 1
        assert "Bus" in said.error
        assert "delete or rename it, and repeat" in said.error
        assert "Traceback" not in said.error
        events.delete_event_bus(Name="model-registry-dev")
        assert operator.provisions().code == 0

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["dev", "--parameter", "LogRetentionDays"], "write NAME=VALUE"),
            (["dev", "--parameter", "Colour=red"], "There is no parameter Colour; there are AlarmEmail,"),
            (["nowhere"], "has no stage nowhere; it has dev, prod, staging."),
            (["DEV"], "lower-case letters and digits"),
            (["dev", "--with-data"], "goes with --destroy"),
        ],
    )
    def test_a_mistake_is_one_sentence(self, settled: Operator, words: list[str], sentence: str) -> None:
        said = settled.cloud.provision(*words, "--output", str(settled.file))

        assert said.code == 1
        assert sentence in said.error
        assert "Traceback" not in said.error

    def test_an_aws_that_does_not_answer_is_a_sentence_too(self, tmp_path: Path) -> None:
        said = Operator(Cloud(f"http://127.0.0.1:{free_port()}"), tmp_path).provisions()

        assert said.code == 1
        assert "Could not connect" in said.error
        assert "Traceback" not in said.error

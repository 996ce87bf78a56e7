"""What the stack promises, read off its template. That AWS would make it so is cfn-lint's to say: test_tools.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from pynamodb.attributes import Attribute

from models_app import jobs
from models_app.storage.table import RegistryItem
from tests.aws import templates
from tests.aws.templates import listed, properties, resources
from tests.commands.shell import ROOT
from tests.test_documentation import anchor, headings, walk

OURS = {"Fn": "If", "of": ["MakesKey", {"Fn": "GetAtt", "of": "Key.Arn"}, {"Fn": "Ref", "of": "KeyArn"}]}
KEPT = {"Key", "KeyAlias", "Table", "Secret", "FunctionLog", "AccessLog", "ApiLogRole"}
METRICS = {  # of ours, with their dimensions; what writes them is in registry_project
    "OutboxAgeSeconds": {"Stage"},
    "DeadEvents": {"Stage"},
    "DeploymentsFailed": {"Stage"},
    "DeploymentsTimedOut": {"Stage"},
    "StorageBusy": {"Stage"},
    "VersionsRegistered": {"Stage", "Team"},
    "DeploymentsRequested": {"Stage", "Target", "Team"},
}
WATCHED = {
    ("AWS/ApiGateway", "5XXError"),
    ("AWS/ApiGateway", "Latency"),
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    *(("ModelRegistry", name) for name in ("StorageBusy", "OutboxAgeSeconds", "DeadEvents")),
    *(("ModelRegistry", name) for name in ("DeploymentsFailed", "DeploymentsTimedOut")),
}
JOBS = {"relay_events", "deliver_webhooks", "time_out_deployments", "finish_moves", "seal_events"}


class TestTheTable:
    def test_has_the_keys_and_indexes_that_the_registry_asks_for(self) -> None:
        wanted = {index.Meta.index_name: _keys(index) for index in RegistryItem._indexes.values()}
        table = properties("Table")

        assert {each["IndexName"]: _written(each) for each in table["GlobalSecondaryIndexes"]} == wanted
        assert _written(table) == _keys(RegistryItem)
        assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == {
            name for keys in (_written(table), *wanted.values()) for name in keys
        }
        assert all(index["Projection"] == {"ProjectionType": "ALL"} for index in table["GlobalSecondaryIndexes"])

    def test_is_encrypted_with_our_key_and_can_be_had_back(self) -> None:
        table = properties("Table")
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": OURS}
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}

    def test_forgets_what_is_past_its_end(self) -> None:
        assert properties("Table")["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert "expires_at" in {each.attr_name for each in _attributes()}


def _keys(of: Any) -> list[str]:
    """The two keys that PynamoDB was told of, of a table or an index."""
    attributes = vars(of if isinstance(of, type) else type(of)).values()
    keys = [each for each in attributes if isinstance(each, Attribute) and (each.is_hash_key or each.is_range_key)]
    return [each.attr_name for each in sorted(keys, key=lambda each: each.is_range_key)]


def _written(of: Any) -> list[str]:
    """The two keys that the template gives."""
    assert [key["KeyType"] for key in of["KeySchema"]] == ["HASH", "RANGE"]
    return [key["AttributeName"] for key in of["KeySchema"]]


def _attributes() -> Iterator[Any]:
    for kind in RegistryItem.__subclasses__():
        yield from kind.get_attributes().values()


class TestWhatIsKept:
    def test_outlives_the_stack(self) -> None:
        policies = {
            name: (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy"))
            for name, each in templates.template()["Resources"].items()
        }
        assert {name for name, policy in policies.items() if policy == ("Retain", "Retain")} == KEPT

    def test_has_names_under_which_a_new_stack_finds_it(self) -> None:
        """CloudFormation takes up only what has a name without a function in it, once the stage is written out."""
        from models_app.management.aws import stacks

        text = stacks.template(templates.PATH, "dev")
        for name in ("TableName: ", "LogGroupName: /aws/lambda/", "LogGroupName: /aws/apigateway/"):
            assert f"{name}model-registry-dev\n" in text
        assert "RoleName: model-registry-dev-api-log\n" in text

    def test_fits_into_one_call(self) -> None:
        assert len(templates.PATH.read_bytes()) <= 51_200

    def test_is_encrypted_all_of_it(self) -> None:
        assert properties("Key")["EnableKeyRotation"] is True
        for kind, name in (("SQS::Queue", "KmsMasterKeyId"), ("SNS::Topic", "KmsMasterKeyId")):
            assert {json.dumps(each["Properties"][name]) for each in resources(kind).values()} == {json.dumps(OURS)}
        for kind in ("Logs::LogGroup", "SecretsManager::Secret"):
            assert {json.dumps(each["Properties"]["KmsKeyId"]) for each in resources(kind).values()} == {
                json.dumps(OURS)
            }
        assert properties("Packages")["BucketEncryption"]
        assert set(properties("Packages")["PublicAccessBlockConfiguration"].values()) == {True}

    def test_logs_end_some_day(self) -> None:
        groups = resources("Logs::LogGroup")
        assert len(groups) == 2
        assert all(group["Properties"]["RetentionInDays"] for group in groups.values())
        assert properties("Archive")["RetentionDays"]
        assert properties("FailedEvents")["MessageRetentionPeriod"] == 14 * 24 * 3600


class TestWhatFails:
    @pytest.mark.parametrize("kind", ["Events::Rule", "Scheduler::Schedule"])
    def test_is_tried_again_as_often_as_written_and_then_kept(self, kind: str) -> None:
        for rule in resources(kind).values():
            for target in listed(rule["Properties"].get("Targets") or rule["Properties"]["Target"]):
                assert set(target["RetryPolicy"]) == {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"}
                assert target["DeadLetterConfig"]["Arn"]["of"] in {"FailedEvents.Arn", "FailedJobs.Arn"}

    def test_each_queue_of_it_rings(self) -> None:
        rings = [alarm["Properties"]["Dimensions"][0]["Value"] for alarm in resources("CloudWatch::Alarm").values()]
        for queue in resources("SQS::Queue"):
            assert {"Fn": "GetAtt", "of": f"{queue}.QueueName"} in rings


class TestWhoCalls:
    def test_each_job_has_its_schedule(self) -> None:
        schedules = [each["Properties"]["Target"]["Input"] for each in resources("Scheduler::Schedule").values()]
        assert sorted(json.loads(each)["job"] for each in schedules) == sorted(JOBS)

    def test_the_bus_tells_of_what_the_function_listens_to(self) -> None:
        assert properties("ReportsOfPipelines")["EventPattern"] == {"detail-type": [jobs.REPORTED]}
        told = properties("ToldToWebhooks")["EventPattern"]
        assert set(told["detail-type"]) == {str(kind) for kind in jobs.TOLD_TO_WEBHOOKS}

    def test_no_stage_begins_like_an_address(self) -> None:
        """Zappa takes a stage's name off the front of a path as a text: stage "a" would eat that of /api."""
        first = {route.partition("/")[0] for _, route in walk(get_resolver().url_patterns)} - {""}
        for stage in json.loads((ROOT / "zappa_settings.json").read_text()):
            assert not [segment for segment in first if segment.startswith(stage)]


class TestAlarms:
    def test_watch_all_that_they_should(self) -> None:
        alarms = [alarm["Properties"] for alarm in resources("CloudWatch::Alarm").values()]
        assert {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms} == WATCHED
        assert all(alarm["AlarmActions"] == [{"Fn": "Ref", "of": "Alarms"}] for alarm in alarms)

    @pytest.mark.parametrize("name", resources("CloudWatch::Alarm"))
    def test_watch_metrics_that_exist(self, name: str) -> None:
        alarm = properties(name)
        if alarm["Namespace"] == "ModelRegistry":
            assert {each["Name"] for each in alarm["Dimensions"]} == METRICS[alarm["MetricName"]] == {"Stage"}

    @pytest.mark.parametrize("name", resources("CloudWatch::Alarm"))
    def test_name_the_section_that_tells_what_to_do(self, name: str) -> None:
        page, _, section = re.search(r"(docs/\S+)$", properties(name)["AlarmDescription"])[1].partition("#")
        assert section in map(anchor, headings(ROOT / page))


def test_the_dashboard_shows_all_figures_of_ours() -> None:
    board = json.loads(re.sub(r"\$\{[\w:]+\}", "x", properties("Dashboard")["DashboardBody"]["of"]))
    shown = json.dumps([widget["properties"]["metrics"] for widget in board["widgets"]])
    for name, dimensions in METRICS.items():
        if len(dimensions) > 1:
            searched = f"{{ModelRegistry,{','.join(sorted(dimensions))}}} MetricName="
            assert re.search(rf"{re.escape(searched)}\W+{name}", shown)
        elif name != "StorageBusy":
            assert f'"{name}"' in shown

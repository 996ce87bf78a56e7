"""Moving in from SageMaker's model registry, as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.callers import Cast
from tests.commands.bulk import refusals
from tests.commands.shell import run


@pytest.fixture
def sagemaker() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sagemaker", region_name="us-east-1")


def a_package(client: Any, group: str = "fraud", **different: Any) -> str:
    container = {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/x:1", "ModelDataUrl": "s3://models/fraud/model.tar.gz"}
    container |= different.pop("container", {})
    container = {name: value for name, value in container.items() if value is not None}
    serving = {
        "Containers": [container],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    made = client.create_model_package(ModelPackageGroupName=group, InferenceSpecification=serving, **different)
    return str(made["ModelPackageArn"])


def moves_in() -> Any:
    return run("import_models", "--sagemaker", "--team", "payments")


class TestMovingIn:
    def test_a_group_becomes_a_model_and_each_package_a_version(self, payments: Cast, sagemaker: Any) -> None:
        sagemaker.create_model_package_group(
            ModelPackageGroupName="fraud",
            ModelPackageGroupDescription="Finds fraud.",
            Tags=[{"Key": "cost:center", "Value": "7"}],
        )
        a_package(sagemaker, container={"Framework": "XGBOOST", "FrameworkVersion": "1.7"})
        arn = a_package(
            sagemaker,
            ModelPackageDescription="The second one.",
            ModelApprovalStatus="Approved",
            CustomerMetadataProperties={"accuracy": "0.9"},
        )

        said = moves_in()

        assert (said.code, said.out) == (0, "3 rows: 3 created, 0 skipped, 0 refused.\n")
        model = payments.viewer.reads("payments.fraud").body
        assert (model["description"], model["tags"]) == ("Finds fraud.", {"cost:center": "7"})
        first, second = (payments.viewer.reads("payments.fraud", label).body for label in ("1", "2"))
        assert (first["framework"], first["frameworkVersion"]) == ("xgboost", "1.7")
        assert first["s3Uri"] == "s3://models/fraud/model.tar.gz"
        assert (second["framework"], second["description"]) == ("custom", "The second one.")
        assert second["tags"] == {"sagemaker.approvalStatus": "Approved"}
        assert second["metadata"]["accuracy"] == "0.9"
        assert second["metadata"]["sagemaker"]["arn"] == arn
        assert first["deploymentTarget"] is None
        told = sagemaker.describe_model_package(ModelPackageName=arn)["CreationTime"]
        assert second["createdAt"][:19] == told.isoformat()[:19]

    def test_again_it_creates_nothing(self, payments: Cast, sagemaker: Any) -> None:
        sagemaker.create_model_package_group(ModelPackageGroupName="fraud")
        a_package(sagemaker)
        moves_in()

        assert moves_in().out == "2 rows: 0 created, 2 skipped, 0 refused.\n"

    def test_a_package_that_is_an_image_alone_is_refused(self, payments: Cast, sagemaker: Any) -> None:
        sagemaker.create_model_package_group(ModelPackageGroupName="fraud")
        a_package(sagemaker, container={"ModelDataUrl": None})
        a_package(sagemaker)

        said = moves_in()

        assert refusals(said) == {2: "Version 1 of fraud has no model data: it is an image and nothing else."}
        assert payments.viewer.labels("payments.fraud") == ["2"]

    def test_groups_over_several_pages_all_come_in(self, payments: Cast, sagemaker: Any) -> None:
        for number in range(120):
            sagemaker.create_model_package_group(ModelPackageGroupName=f"group-{number}")

        assert moves_in().out == "120 rows: 120 created, 0 skipped, 0 refused.\n"

    def test_what_aws_refuses_is_told(self, payments: Cast, sagemaker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(name)

        said = moves_in()

        assert said.code == 2
        assert "region" in said.error

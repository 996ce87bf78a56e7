"""SageMaker's model registry: a group of model packages becomes a model, each package in it a version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from models_app.domain import clock
from models_app.domain.documents import size_bytes
from models_app.management.importing.entries import Entries, Entry, Unusable
from models_app.mlflow.model_versions import FRAMEWORK_TAG, framework_of

APPROVAL_TAG = "sagemaker.approvalStatus"
COMPLETED = "Completed"
PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 10})


def read() -> Entries:
    """The entries of this account and region: each group, and its packages. Two calls for a group, one for a package.

    Raises:
        Unusable: AWS refuses, or cannot be reached.
    """
    try:
        yield from _entries(boto3.client("sagemaker", config=PATIENT))
    except ClientError as refusal:
        told = refusal.response.get("Error", {})
        raise Unusable(f"SageMaker refuses. {told.get('Code', '')}: {told.get('Message', '')[:300]}") from refusal
    except BotoCoreError as failure:
        raise Unusable(f"SageMaker cannot be asked: {failure}") from failure


def _entries(client: Any) -> Entries:
    numbers = count(1)
    groups = client.get_paginator("list_model_package_groups").paginate(SortBy="Name", SortOrder="Ascending")
    for group in (each for page in groups for each in page["ModelPackageGroupSummaryList"]):
        yield Entry(line=next(numbers), document=_model(group, client))
        packages = client.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=group["ModelPackageGroupName"], SortBy="CreationTime", SortOrder="Ascending"
        )
        for summary in (each for page in packages for each in page["ModelPackageSummaryList"]):
            package = client.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
            yield _entry(package, group["ModelPackageGroupName"], next(numbers))


def _entry(package: Mapping[str, Any], group: str, line: int) -> Entry:
    name = f"Version {package.get('ModelPackageVersion')} of {group}"
    if (state := package.get("ModelPackageStatus", COMPLETED)) != COMPLETED:
        return Entry(line=line, complaint=f"{name} is {state} there: nothing to register.")
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    container = containers[0] if containers else {}
    source = container.get("ModelDataUrl") or container.get("ModelDataSource", {}).get("S3DataSource", {}).get("S3Uri")
    if not source:
        return Entry(line=line, complaint=f"{name} has no model data: it is an image and nothing else.")
    document = {
        "kind": "version",
        "modelName": group,
        "version": str(package.get("ModelPackageVersion")),
        "framework": framework_of({FRAMEWORK_TAG: str(container.get("Framework", ""))}),
        "frameworkVersion": container.get("FrameworkVersion"),
        "s3Uri": source,
        "description": package.get("ModelPackageDescription", ""),
        "tags": {APPROVAL_TAG: package["ModelApprovalStatus"]} if "ModelApprovalStatus" in package else {},
        "metadata": _metadata(package, containers),
        **_made(package),
    }
    return Entry(line=line, document=document, size_bytes=size_bytes(document))


def _metadata(package: Mapping[str, Any], containers: list[Mapping[str, Any]]) -> dict[str, Any]:
    """What else is worth keeping: the package's own properties, and what serves the model there."""
    serving = {
        "arn": package.get("ModelPackageArn"),
        "approvalDescription": package.get("ApprovalDescription"),
        "images": [container["Image"] for container in containers if "Image" in container],
        "task": package.get("Task"),
    }
    properties = package.get("CustomerMetadataProperties", {})
    return {**properties, "sagemaker": {name: value for name, value in serving.items() if value}}


def _model(group: Mapping[str, Any], client: Any) -> dict[str, Any]:
    arn = group["ModelPackageGroupArn"]
    tags = [tag for page in client.get_paginator("list_tags").paginate(ResourceArn=arn) for tag in page["Tags"]]
    return {
        "kind": "model",
        "modelName": group["ModelPackageGroupName"],
        "description": group.get("ModelPackageGroupDescription", ""),
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
        **_made(group),
    }


def _made(thing: Mapping[str, Any]) -> dict[str, str]:
    """When and by whom something was made, and when and by whom it last changed."""
    made = {}
    for ours, when, who in (
        ("created", "CreationTime", "CreatedBy"),
        ("updated", "LastModifiedTime", "LastModifiedBy"),
    ):
        if isinstance(instant := thing.get(when), datetime):
            made[f"{ours}At"] = clock.wire(instant)
        if person := thing.get(who, {}).get("UserProfileName"):
            made[f"{ours}By"] = person
    return made

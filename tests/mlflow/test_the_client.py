"""Promised: "Every MLflow script works unchanged"; with two environment variables."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from models_app.domain import clock
from tests.callers import Cast
from tests.mlflow.client import run, start
from tests.outbox.queues import Ministack
from tests.proof.conftest import rounds
from tests.server import Server

CLIENTS = rounds(3, full=8)
EACH = 25


def test_a_script_lives_a_models_life(server: Server, payments: Cast) -> None:
    assert run("life.py", server, payments.maintainer).splitlines() == snapshot(
        [
            "('RESOURCE_DOES_NOT_EXIST', 'Registered Model with name=nope not found')",
            "('RESOURCE_ALREADY_EXISTS', 'Registered Model (name=fraud) already exists.')",
            "('RESOURCE_DOES_NOT_EXIST', 'Model Version (name=fraud, version=9) not found')",
            "('INVALID_PARAMETER_VALUE', \"Parameter 'version' must be an integer, got 'abc'.\")",
            "('INVALID_PARAMETER_VALUE', 'Registered model alias champion not found.')",
            "INVALID_PARAMETER_VALUE",
            "INVALID_PARAMETER_VALUE",
            "INVALID_PARAMETER_VALUE",
            "('RESOURCE_DOES_NOT_EXIST', 'Registered Model with name=nope not found')",
        ]
    )


def test_what_it_registered_is_in_the_api_too(server: Server, payments: Cast) -> None:
    payments.contributor.calls("POST", "/api/2.0/mlflow/registered-models/create", {"name": "fraud"})
    run("registers.py", server, payments.contributor)

    version = payments.viewer.reads("payments.fraud", "25").body
    assert (version["s3Uri"], version["framework"], version["deploymentTarget"]) == (
        "s3://models/fraud/24",
        "custom",
        None,
    )
    assert payments.maintainer.deploys("payments.fraud", "25", deploymentTarget="EKS").status == 202


def test_a_prompt_lives_too(server: Server, payments: Cast) -> None:
    assert run("prompts.py", server, payments.maintainer).split() == [
        "INVALID_PARAMETER_VALUE",
        "RESOURCE_DOES_NOT_EXIST",
    ]


def test_a_model_is_loaded_through_the_registry(server: Server, payments: Cast, ministack: Ministack) -> None:
    bucket = f"models-{clock.new_id().lower()}"
    printed = run(
        "loads.py",
        server,
        payments.contributor,
        MLFLOW_S3_ENDPOINT_URL=ministack.url,
        BUCKET=bucket,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
    )

    assert printed.split() == ["42"] * 5
    assert payments.viewer.reads("payments.fraud-prod", "1").body["s3Uri"] == f"s3://{bucket}/fraud/1"


def test_clients_at_once_get_numbers_of_their_own(server: Server, payments: Cast) -> None:
    payments.contributor.calls("POST", "/api/2.0/mlflow/registered-models/create", {"name": "fraud"})

    scripts = [start("registers.py", server, payments.contributor) for _ in range(CLIENTS)]
    series = [script.printed().split() for script in scripts]

    numbers = [int(number) for printed in series for number in printed]
    assert len(numbers) == len(set(numbers)) == CLIENTS * EACH
    assert payments.viewer.reads("payments.fraud").body["versionCount"] == CLIENTS * EACH


def test_threads_that_register_the_same_thing_get_numbers_of_their_own(server: Server, payments: Cast) -> None:
    payments.contributor.calls("POST", "/api/2.0/mlflow/registered-models/create", {"name": "fraud"})

    printed = run("threads.py", server, payments.contributor).split()

    assert sorted(map(int, printed)) == list(range(1, 41))


@pytest.mark.parametrize(
    ("workspace", "printed"),
    [("payments", "['fraud']"), ("vision", "[]")],
)
def test_a_workspace_is_a_team(server: Server, payments: Cast, workspace: str, printed: str) -> None:
    payments.contributor.registers("fraud")

    assert run("workspaces.py", server, payments.admin, MLFLOW_WORKSPACE=workspace).strip() == printed


def test_a_foreign_workspace_is_refused_like_a_missing_one(server: Server, payments: Cast) -> None:
    printed = [
        run("workspaces.py", server, payments.outsider, MLFLOW_WORKSPACE=each).strip()
        for each in ("payments", "nowhere")
    ]
    assert printed == ["PERMISSION_DENIED"] * 2

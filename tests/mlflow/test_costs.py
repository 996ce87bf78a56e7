"""Promised: "The MLflow face costs no more DynamoDB calls than v1 for the same job"."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_app.services.tokens import forget_tokens
from tests.callers import Answer, Cast
from tests.costs import counted_calls
from tests.engine import Engine
from tests.mlflow.test_addresses import asks
from tests.tables import drop_table, make_table, put_team

Does = Callable[[Cast], list[Answer]]
FRAUD = {"name": "fraud"}
FIRST = {"name": "fraud", "version": "1"}
MODEL = "payments.fraud"


def over_mlflow(method: str, address: str, **given: object) -> Does:
    """A call of this face by a maintainer."""
    return lambda cast: [asks(cast.maintainer, method, address, given)]


# Each job as the REST API does it, and as this face does. The model has four versions, the aliases champion and shadow.
JOBS: dict[str, tuple[Does, Does]] = {
    "registering": (
        lambda cast: [cast.maintainer.registers("fraud")],
        over_mlflow("POST", "model-versions/create", name="fraud", source="s3://models/x"),
    ),
    "reading a version": (
        lambda cast: [cast.maintainer.reads(MODEL, "1")],
        over_mlflow("GET", "model-versions/get", **FIRST),
    ),
    "finding its artifact": (
        lambda cast: [cast.maintainer.reads(MODEL, "1")],
        over_mlflow("GET", "model-versions/get-download-uri", **FIRST),
    ),
    "reading an alias": (
        lambda cast: [cast.maintainer.reads(MODEL, "@champion")],
        over_mlflow("GET", "registered-models/alias", **FRAUD, alias="champion"),
    ),
    "reading the latest": (
        lambda cast: [cast.maintainer.reads(MODEL, "latest")],
        over_mlflow("GET", "registered-models/alias", **FRAUD, alias="latest"),
    ),
    "reading a model": (
        lambda cast: [cast.maintainer.reads(MODEL)],
        over_mlflow("GET", "registered-models/get", **FRAUD),
    ),
    "listing models": (
        lambda cast: [cast.maintainer.lists("models")],
        over_mlflow("GET", "registered-models/search"),
    ),
    "listing models by their last change": (
        lambda cast: [cast.maintainer.lists("models", ordering="-updatedAt")],
        over_mlflow("GET", "registered-models/search", order_by="timestamp DESC"),
    ),
    "listing a model's versions": (
        lambda cast: [cast.maintainer.gets(f"models/{MODEL}/versions")],
        over_mlflow("GET", "model-versions/search", filter="name = 'fraud'"),
    ),
    "describing a version": (
        lambda cast: [cast.maintainer.patches(MODEL, "1", {"description": "x"})],
        over_mlflow("PATCH", "model-versions/update", **FIRST, description="x"),
    ),
    "tagging a version": (
        lambda cast: [cast.maintainer.patches(MODEL, "1", {"tags": {"owner": "risk"}})],
        over_mlflow("POST", "model-versions/set-tag", **FIRST, key="owner", value="risk"),
    ),
    "taking a tag away": (
        lambda cast: [cast.maintainer.patches(MODEL, "1", {"tags": {"there": None}})],
        over_mlflow("DELETE", "model-versions/delete-tag", **FIRST, key="there"),
    ),
    "putting a version in a stage": (
        lambda cast: [cast.maintainer.patches(MODEL, "1", {"tags": {"stage": "Staging"}})],
        over_mlflow("POST", "model-versions/transition-stage", **FIRST, stage="Staging"),
    ),
    "putting it there alone": (
        lambda cast: [
            cast.maintainer.gets(f"models/{MODEL}/versions"),
            *(cast.maintainer.patches(MODEL, label, {"tags": {"stage": "x"}}) for label in "13"),
        ],
        over_mlflow(
            "POST", "model-versions/transition-stage", **FIRST, stage="Production", archive_existing_versions=True
        ),
    ),
    "describing a model": (
        lambda cast: [cast.maintainer.describes(MODEL, {"description": "x"})],
        over_mlflow("PATCH", "registered-models/update", **FRAUD, description="x"),
    ),
    "tagging a model": (
        lambda cast: [cast.maintainer.describes(MODEL, {"tags": {"owner": "risk"}})],
        over_mlflow("POST", "registered-models/set-tag", **FRAUD, key="owner", value="risk"),
    ),
    "renaming a model": (
        lambda cast: [cast.maintainer.renames(MODEL, "scam")],
        over_mlflow("POST", "registered-models/rename", **FRAUD, new_name="scam"),
    ),
    "deleting a model": (
        lambda cast: [cast.maintainer.deletes_model(MODEL)],
        over_mlflow("DELETE", "registered-models/delete", **FRAUD),
    ),
    "moving an alias": (
        lambda cast: [cast.maintainer.moves(MODEL, "champion", "1")],
        over_mlflow("POST", "registered-models/alias", **FIRST, alias="champion"),
    ),
    "removing an alias": (
        lambda cast: [cast.maintainer.removes(MODEL, "champion")],
        over_mlflow("DELETE", "registered-models/alias", **FRAUD, alias="champion"),
    ),
    "deleting a version": (
        lambda cast: [cast.maintainer.deletes(MODEL, "1")],
        over_mlflow("DELETE", "model-versions/delete", **FIRST),
    ),
    "deleting the highest version": (
        lambda cast: [cast.maintainer.deletes(MODEL, "4")],
        over_mlflow("DELETE", "model-versions/delete", name="fraud", version="4"),
    ),
    "deleting a version with an alias": (
        lambda cast: [
            cast.maintainer.deletes(MODEL, "3"),  # refused, and tells why
            cast.maintainer.removes(MODEL, "shadow"),
            cast.maintainer.deletes(MODEL, "3"),
        ],
        over_mlflow("DELETE", "model-versions/delete", name="fraud", version="3"),
    ),
}


def calls_of(cast: Cast, does: Does) -> list[str]:
    """What a job sends to DynamoDB, over a model made for it."""
    asks(cast.maintainer, "POST", "registered-models/create", FRAUD)
    for number in range(4):
        given = {"name": "fraud", "source": f"s3://models/{number}", "tags": [{"key": "there", "value": "x"}]}
        asks(cast.maintainer, "POST", "model-versions/create", given)
    cast.maintainer.moves(MODEL, "champion", "2")
    cast.maintainer.moves(MODEL, "shadow", "3")
    given = {"name": "fraud", "version": "3", "stage": "Production"}
    asks(cast.maintainer, "POST", "model-versions/transition-stage", given)
    with counted_calls() as calls:
        answers = does(cast)
    assert answers[-1].status < 300, answers[-1].body
    return calls


@pytest.mark.parametrize("job", JOBS)
def test_no_job_costs_more_calls_than_over_the_rest_api(engine: Engine, payments: Cast, job: str) -> None:
    over_rest, here = JOBS[job]

    rest = calls_of(payments, over_rest)
    drop_table(engine)
    make_table(engine)
    forget_tokens()
    mlflow = calls_of(put_team(engine), here)

    assert len(mlflow) <= len(rest), (mlflow, rest)

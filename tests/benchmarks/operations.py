"""What is measured: MLflow's calls, which both servers answer, and the same deeds through this registry's own API.

Reads ask for any of the planted models; what is written is new each time.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.benchmarks.client import Request
from tests.benchmarks.planted import ALIAS, SOURCE, TAG, TEAM, name_of

PAGE = 100
MLFLOW = "/api/2.0/mlflow"
API = "/api/v1/models"
KEY, VALUE = TAG


@dataclass
class Draw:
    """What the requests of a run are about: one of so many planted models, or names that nobody has."""

    models: int
    chance: random.Random = field(default_factory=lambda: random.Random(4711))
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def planted(self) -> str:
        """The name of any of them."""
        return name_of(self.chance.randrange(self.models))

    def fresh(self) -> str:
        """A name that is given once."""
        return f"new-{next(self.numbers):06}"


@dataclass(frozen=True)
class Operation:
    """One kind of request.

    Attributes:
        holds: whether an answer is what was asked for.
        changes: whether it leaves something behind, of which there shall not be too much.
        at_least: how many times MLflow's throughput it shall have; None where nothing is promised.
        headers: that it is sent with, besides those of the server.
    """

    name: str
    request: Callable[[Draw], Request]
    holds: Callable[[Any], bool]
    changes: bool = False
    at_least: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_answered_by(self, body: bytes) -> bool:
        """The same of an answer as it was read."""
        return self.holds(json.loads(body))


GET_VERSION, GET_ALIAS, LIST, CREATE_VERSION, CREATE_MODEL = (
    "get a version",
    "get a version by its alias",
    f"list {PAGE} models",
    "create a version",
    "create a model",
)

# MLflow's own client says who it is, and this registry then makes what it creates safe to repeat: two requests.
ITS_CLIENT = {"User-Agent": "mlflow-python-client/3.17.2"}
CREATING = Operation(
    CREATE_VERSION,
    lambda draw: Request(
        "POST",
        f"{MLFLOW}/model-versions/create",
        {"name": draw.planted(), "source": SOURCE, "tags": [{"key": KEY, "value": VALUE}]},
    ),
    lambda said: int(said["model_version"]["version"]) > 1,
    changes=True,
    at_least=4,
)

OVER_MLFLOW = (
    Operation(
        GET_VERSION,
        lambda draw: Request("GET", f"{MLFLOW}/model-versions/get?name={draw.planted()}&version=1"),
        lambda said: said["model_version"]["version"] == "1" and said["model_version"]["source"] == SOURCE,
        at_least=8,
    ),
    Operation(
        GET_ALIAS,
        lambda draw: Request("GET", f"{MLFLOW}/registered-models/alias?name={draw.planted()}&alias={ALIAS}"),
        lambda said: said["model_version"]["tags"] == [{"key": KEY, "value": VALUE}],
        at_least=8,
    ),
    Operation(
        LIST,
        lambda _: Request("GET", f"{MLFLOW}/registered-models/search?max_results={PAGE}"),
        lambda said: len(said["registered_models"]) == PAGE and "latest_versions" in said["registered_models"][-1],
        at_least=8,
    ),
    CREATING,
    replace(CREATING, name=f"{CREATE_VERSION}, as MLflow's own client does", headers=ITS_CLIENT, at_least=None),
    Operation(
        CREATE_MODEL,
        lambda draw: Request("POST", f"{MLFLOW}/registered-models/create", {"name": draw.fresh()}),
        lambda said: said["registered_model"]["name"].startswith("new-"),
        changes=True,
    ),
)

REGISTRATION = {"framework": "scikit-learn", "s3Uri": SOURCE, "deploymentTarget": "EKS", "tags": {KEY: VALUE}}

OVER_REST = (
    Operation(
        GET_VERSION,
        lambda draw: Request("GET", f"{API}/{TEAM}.{draw.planted()}/1"),
        lambda said: said["version"] == "1" and said["s3Uri"] == SOURCE,
    ),
    Operation(
        GET_ALIAS,
        lambda draw: Request("GET", f"{API}/{TEAM}.{draw.planted()}/@{ALIAS}"),
        lambda said: said["tags"] == {KEY: VALUE},
    ),
    Operation(LIST, lambda _: Request("GET", f"{API}?limit={PAGE}"), lambda said: len(said["results"]) == PAGE),
    Operation(
        CREATE_VERSION,
        lambda draw: Request("POST", API, REGISTRATION | {"modelName": draw.planted()}),
        lambda said: int(said["version"]) > 1,
        changes=True,
    ),
    Operation(
        CREATE_MODEL,
        lambda draw: Request("POST", API, REGISTRATION | {"modelName": f"rest-{draw.fresh()}", "version": "1"}),
        lambda said: said["version"] == "1",
        changes=True,
    ),
)

"""Every endpoint of REST v1 and of the MLflow face, asked for what it does; and its cases that cost otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from models_app.mlflow.urls import PREFIXES
from tests.builders import a_registration
from tests.costing.measurements import a_usual_version
from tests.proof.faults.asked import MLFLOW, Asked, of_mlflow, of_the_api
from tests.proof.faults.world import World
from tests.routes import METHODS

ONE = "/api/v1/models/{modelId}/{version}"
MODELS = "/api/v1/models"


KEY = "idempotency-key"


@dataclass(frozen=True)
class Case:
    """What of an endpoint's request is different, and how the page names it."""

    name: str = ""
    path: str | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def of(self, asked: Asked) -> Asked:
        """The request in this case."""
        path = asked.path if self.path is None else self.path
        data = asked.data if self.body is None else json.dumps(self.body).encode()
        return replace(asked, path=path, data=data, headers={**asked.headers, **self.headers})


def every_endpoint(world: World) -> Iterator[tuple[str, Asked]]:
    """Each endpoint as the page names it, and a request for it; those with several cases in each of them."""
    cases = _cases(world)
    for asked in sorted([*of_the_api(world), *of_mlflow(world)], key=_place):
        if "<path:rest>" in asked.route:
            continue  # where nothing lives
        plain = replace(asked, headers={name: text for name, text in asked.headers.items() if name != KEY})
        named = f"`{asked.method} {_named(asked.route)}`"
        for case in cases.pop(named.strip("`"), [Case()]):
            yield f"{named}: {case.name}" if case.name else named, case.of(plain)
    assert not cases, cases


def _place(asked: Asked) -> tuple[bool, str, int]:
    """Where it stands on the page: MLflow's addresses behind all others, each with its methods in their usual order."""
    return asked.face == MLFLOW, asked.route, METHODS.index(asked.method)


def _named(route: str) -> str:
    """As docs/api.md and docs/mlflow.md name it."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: "{" + _camel(name[1]) + "}", route)
    return path.removeprefix(f"{PREFIXES[0]}/") if path.startswith(PREFIXES[0]) else f"/{path}"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def _cases(world: World) -> dict[str, list[Case]]:
    """The cases of those endpoints that have several. The model cards is there for them alone."""
    usual = a_usual_version(teamId="payments")
    owner = world.cast.maintainer
    for version in ("1", "2", "3", "4"):
        owner.registers("cards", **a_usual_version(version=version))
    owner.reports(owner.deploys("payments.cards", "1", environment="prod"), "SUCCEEDED")
    replacing = owner.deploys("payments.cards", "2", environment="prod").body["deploymentId"]
    owner.registers("numbered", **a_usual_version())

    def registers(name: str, model: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Case:
        return Case(name, body=a_registration(modelName=model, **usual, **more), headers=headers or {})

    def looks(name: str, path: str, **query: str) -> Case:
        return Case(name, path=f"{MODELS}/{path}".rstrip("/") + (f"?{urlencode(query)}" if query else ""))

    def reports(name: str, deployment: str, status: str) -> Case:
        return Case(name, path=f"/api/v1/deployments/{deployment}/status", body={"status": status})

    return {
        "GET /api/v1/models": [
            looks("", ""),
            looks("filtered by a tag", "", tag="env:prod"),
            looks("by last change", "", ordering="-updatedAt"),
        ],
        "POST /api/v1/models": [
            registers("the first version of a model", "new", version="1.0.0"),
            registers("with a label", "cards", version="5.0.0"),
            registers("with a whole number as its label", "cards", version="5"),
            registers("with a label below the highest", "cards", version="2.5.0"),
            registers("the next number", "numbered"),
            registers("with an `Idempotency-Key`", "cards", version="5.0.0", headers={KEY: "a-key-of-its-own"}),
            registers("the same once more", "cards", version="4"),
        ],
        f"GET {ONE}": [
            looks("", "payments.fraud/4"),
            looks("`@champion`", "payments.fraud/@champion"),
            looks("`latest`", "payments.fraud/latest"),
        ],
        f"DELETE {ONE}": [
            Case("the highest"),
            Case("another", path=f"{MODELS}/payments.cards/3"),
        ],
        f"POST {ONE}/deploy": [
            Case(),
            Case("with an `Idempotency-Key`", headers={KEY: "a-key-of-its-own"}),
            Case("`latest`", path=f"{MODELS}/payments.fraud/latest/deploy"),
            Case("`dryRun=true`", path=f"{MODELS}/payments.fraud/4/deploy?dryRun=true"),
        ],
        f"GET {ONE}/deployments": [
            looks("", "payments.fraud/1/deployments"),
            looks("`@champion`", "payments.fraud/@champion/deployments"),
            looks("there are none", "payments.fraud/4/deployments"),
        ],
        "GET /api/v1/models/{modelId}/deployments": [
            looks("", "payments.fraud/deployments"),
            looks("there are none", "payments.spare/deployments"),
        ],
        "GET /api/v1/models/{modelId}/resolve": [
            looks("an alias", "payments.fraud/resolve", alias="champion"),
            looks("`latest`", "payments.fraud/resolve", alias="latest"),
            looks("an environment", "payments.fraud/resolve", environment="dev"),
            looks("at a time", "payments.fraud/resolve", alias="champion", at="2040-01-01T00:00:00Z"),
        ],
        "PUT /api/v1/models/{modelId}/aliases/{alias}": [
            Case("from another version"),
            Case("new", path=f"{MODELS}/payments.fraud/aliases/challenger"),
            Case("to `latest`", body={"version": "latest"}),
            Case("there already", body={"version": "1"}),
        ],
        "POST /api/v1/deployments/{deploymentId}/status": [
            reports("under way", world.deployment, "IN_PROGRESS"),
            reports("success", world.deployment, "SUCCEEDED"),
            reports("success of one that replaces another", replacing, "SUCCEEDED"),
        ],
    }

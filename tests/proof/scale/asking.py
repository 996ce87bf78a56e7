"""What both registries are asked: every endpoint, and whatever an endpoint may be asked among many versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import inf
from typing import Any
from urllib.parse import urlencode

from models_app.domain.pages import FILTERED_BATCH
from models_app.mlflow import pages
from models_app.mlflow.searches import MOST_VERSIONS
from models_app.mlflow.stages import MAX_PAGES
from models_app.mlflow.urls import PREFIXES
from models_app.storage.pages import MAX_QUERIES
from tests.benchmarks.planted import name_of
from tests.builders import a_registration
from tests.costing.endpoints import every_endpoint
from tests.costing.measurements import a_usual_version
from tests.proof.faults.asked import Asked
from tests.proof.scale.worlds import Registry

API = "/api/v1"

# These read until they have found what was asked for, so they have bounds instead: the most calls and items.
# get-latest-versions reads whole megabytes, of whatever size versions are.
BOUNDED = {
    "`GET /api/v1/models`: filtered by a tag": (MAX_QUERIES, MAX_QUERIES * FILTERED_BATCH),
    "`GET model-versions/search`": (MAX_QUERIES, MOST_VERSIONS + 2),
    "`GET registered-models/get-latest-versions`": (1 + MAX_PAGES * MAX_QUERIES, inf),
    "`POST registered-models/get-latest-versions`": (1 + MAX_PAGES * MAX_QUERIES, inf),
}
# These move every row of a model, step by step. What many models are beside it is asked with a planted one.
MOVES = {"`DELETE registered-models/delete`", "`POST registered-models/rename`"}


def every_request(registry: Registry) -> dict[str, Asked]:
    """Each request by its name; it does the same in a registry of any size."""
    with registry.wire.in_use():
        endpoints = endpoints_of(registry)
        assert endpoints.keys() >= BOUNDED.keys() | MOVES
        asked = {name: each for name, each in endpoints.items() if name not in BOUNDED}
        for name in MOVES:
            body = json.loads(asked[name].data) | {"name": name_of(0)}
            asked[name] = replace(asked[name], data=json.dumps(body).encode())
        for name, each in _among_many(registry, _Caller(endpoints)):
            assert name not in asked
            asked[name] = each
    return asked


@cache
def endpoints_of(registry: Registry) -> dict[str, Asked]:
    """A request for each endpoint, and for each of its cases."""
    with registry.wire.in_use():
        return dict(every_endpoint(registry.world))


class _Caller:
    """Asks on behalf of those who ask for the endpoints, each request under its method and address."""

    def __init__(self, endpoints: dict[str, Asked]) -> None:
        self.plain = endpoints["`GET /api/v1/me`"]
        self.over_mlflow = endpoints["`GET registered-models/get`"]
        self.patching = endpoints["`PATCH /api/v1/models/{modelId}/{version}`"].headers

    def asks(self, method: str, path: str, body: Any = None) -> tuple[str, Asked]:
        headers = self.patching if method == "PATCH" else self.plain.headers
        data = b"" if body is None else json.dumps(body).encode()
        asked = replace(self.plain, method=method, path=f"{API}/{path}", data=data, headers=headers)
        return f"{method} {path}", asked

    def asks_mlflow(self, method: str, address: str, **given: Any) -> tuple[str, Asked]:
        query = f"?{urlencode(given)}" if method == "GET" else ""
        data = b"" if method == "GET" else json.dumps(given).encode()
        path = f"/{PREFIXES[0]}/{address}{query}"
        return f"{method} {address}", replace(self.over_mlflow, method=method, path=path, data=data)


def _among_many(registry: Registry, caller: _Caller) -> Iterator[tuple[str, Asked]]:
    """Requests about the highest version and one in the middle, registrations among them, and pages."""
    for where, version in (("the highest", registry.highest), ("in the middle", registry.middle)):
        for name, asked in _about(version, caller):
            yield f"{where}: {name.replace(version, '{version}')}", asked
    above, below = f"{registry.highest}.1.0", f"{registry.middle}.5.0"
    for where, label in (("the next number", None), ("above all", above), ("between", below)):
        body = a_registration(**a_usual_version(teamId="payments", modelName="fraud", version=label))
        name, asked = caller.asks("POST", "models", body)
        yield f"{where}: {name}", asked
    yield from _pages(registry, caller)


def _about(version: str, caller: _Caller) -> Iterator[tuple[str, Asked]]:
    one, same = f"models/payments.fraud/{version}", {"name": "fraud", "version": version}
    yield caller.asks("GET", one)
    yield caller.asks("PATCH", one, {"description": "x"})
    yield caller.asks("PUT", one, {"deploymentTarget": "Lambda"})
    yield caller.asks("DELETE", one)
    yield caller.asks("POST", f"{one}/deploy", {"environment": "prod"})
    yield caller.asks("GET", f"{one}/deployments")
    yield caller.asks("PUT", "models/payments.fraud/aliases/champion", {"version": version})
    yield caller.asks_mlflow("GET", "model-versions/get", **same)
    yield caller.asks_mlflow("GET", "model-versions/get-download-uri", **same)
    yield caller.asks_mlflow("PATCH", "model-versions/update", **same, description="x")
    yield caller.asks_mlflow("POST", "model-versions/set-tag", **same, key="owner", value="risk")
    yield caller.asks_mlflow("POST", "model-versions/transition-stage", **same, stage="Staging")
    yield caller.asks_mlflow("DELETE", "model-versions/delete", **same)
    yield caller.asks_mlflow("POST", "registered-models/alias", **same, alias="second")


def _pages(registry: Registry, caller: _Caller) -> Iterator[tuple[str, Asked]]:
    """Pages that the small registry fills as well: the first ones in every order, and some that follow."""
    for path in ("models?teamId=payments", "models?ordering=-updatedAt&limit=100", "events?teamId=payments"):
        yield caller.asks("GET", path)
    for path in ("models/payments.fraud/versions", "models/payments.fraud/events", "models", "events"):
        _, first = caller.asks("GET", f"{path}?limit=40")
        following = first.send().json()["next"]
        assert following
        yield f"the next page: GET {path}", replace(first, path=following)
    for order in ("name", "timestamp DESC"):
        name, asked = caller.asks_mlflow("GET", "registered-models/search", order_by=order, max_results=50)
        yield f"by {order}: {name}", asked
    within = {"filter": "name = 'fraud'", "max_results": 20}
    within["page_token"] = pages.seal(name="fraud", version=registry.middle)
    name, asked = caller.asks_mlflow("GET", "model-versions/search", **within)
    yield f"in the middle: {name}", asked

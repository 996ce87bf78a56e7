"""The OpenAPI schema as a contract: every answer in every test is held against it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from django.http import HttpResponse
from django.urls import Resolver404
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

# A path parameter may come in any converter: <str:model_id> is {model_id}.
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The schema that the registry publishes."""
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return generated


def check(method: str, response: HttpResponse) -> None:
    """Fail if an answer is not one that the schema announces for its operation."""
    path = _path_of(response)
    if not path.startswith("/api/v1/"):
        return
    operation = schema()["paths"][path].get(method.lower() if method != "HEAD" else "get")
    if operation is None:
        assert response.status_code in {401, 405}, f"{method} {path} is not in the schema"
        return
    announced = operation["responses"]
    status = str(response.status_code)
    assert status in announced, f"{method} {path} answered {status}, announced are {sorted(announced)}"
    answer = _resolved(announced[status])
    if method == "HEAD" or not answer.get("content"):
        assert not response.content, f"{method} {path} answered {status} with a body that is not announced"
        return
    media_type = response.headers["Content-Type"].partition(";")[0]
    assert media_type in answer["content"], f"{method} {path} answered {status} as {media_type}"
    _validator(method, path, status, media_type).validate(response.json())


def camelize(name: str) -> str:
    """``model_id`` as the schema writes it: ``modelId``."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _path_of(response: HttpResponse) -> str:
    """The path in the schema that an answer belongs to; empty where nothing of ours lives at its address."""
    route = getattr(response, "resolver_match", None)
    try:
        return "/" + CONVERTER.sub(lambda found: f"{{{camelize(found[1])}}}", route.route) if route else ""
    except Resolver404:
        return ""  # Django's test client resolves when it is first asked


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = schema()
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: dict[str, Any] = found
    return resolved


@cache
def _validator(method: str, path: str, status: str, media_type: str) -> Any:
    operation = schema()["paths"][path][method.lower()]
    body = _resolved(operation["responses"][status])["content"][media_type]["schema"]
    whole = {"components": schema()["components"], **body}
    return validator_for(whole, default=Draft202012Validator)(whole)

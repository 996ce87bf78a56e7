"""What the OpenAPI schema needs to be told: our filters, our credentials, and that every call may be refused."""

from __future__ import annotations

from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from models_app.api.texts import PARSED

TAGS = {
    "models": "Models and versions",
    "events": "History",
    "deployments": "Deployments",
    "teams": "Teams, members and tokens",
    "me": "You",
    "health": "Health",
}

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "detail", "requestId"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Stable name; open it to read more."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and what to do about it."},
        "requestId": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "blockers": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    },
}

REFUSALS = {
    "400": "The request is wrong; `errors` names each field.",
    "401": "No credentials, or none that are accepted.",
    "403": "Your role does not allow this.",
    "404": "It is not there, or not for you.",
    "405": "The address has no such method.",
    "409": "It contradicts what is there.",
    "412": "It has changed since you read it.",
    "413": "The body is larger than 1 MB.",
    "415": "The body is no JSON in UTF-8.",
    "422": "The Idempotency-Key belongs to another request.",
    "429": "More requests than your quota: wait for `Retry-After` seconds.",
    "503": "Busy: repeat the request after `Retry-After` seconds.",
}
ON_WRITES_ONLY = {"409", "412", "413", "415", "422"}


class RegistrySchema(AutoSchema):
    """Operations grouped by what they are about."""

    def get_tags(self) -> list[str]:
        """One tag: the first word of the path behind the version."""
        word = self.path.removeprefix("/api/v1/").split("/")[0]
        return [TAGS.get(word, word)]

    def get_filter_backends(self) -> list[Any]:
        """Filters belong to the actions whose viewset declares them, and there to the list."""
        return super().get_filter_backends() if getattr(self.view, "filterset_class", None) else []


class QueryFilters(DjangoFilterExtension):
    """The parameters of a FilterSet without a Django model behind it."""

    target_class = "models_app.api.filters.QueryFilterBackend"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema: AutoSchema, *args: Any, **kwargs: Any) -> list[Any]:
        """One parameter a filter."""
        filterset_class = self.target.get_filterset_class(auto_schema.view, None)
        return (
            [_parameter(name, each) for name, each in filterset_class.base_filters.items()] if filterset_class else []
        )


def _parameter(name: str, declared: Any) -> dict[str, Any]:
    from models_app.api.filters import MAX_TAG_FILTERS  # loaded while DRF itself is: too early above

    schema: dict[str, Any] = {"type": "string"}
    if choices := declared.extra.get("choices"):
        schema["enum"] = [value for value, _ in choices]
    elif described := PARSED.get(declared.extra.get("parse")):
        schema = dict(described)  # what follows is of this parameter alone
    if name == "updatedAfter":
        schema["format"] = "date-time"
    if "max_length" in declared.extra:
        schema |= {"minLength": 1, "maxLength": declared.extra["max_length"]}
    if name == "tag":
        schema = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": MAX_TAG_FILTERS}
    return {"name": name, "in": "query", "schema": schema, "description": str(declared.label)}


class BearerScheme(OpenApiAuthenticationExtension):
    """Tokens in the Authorization header."""

    target_class = "models_app.identity.authentication.BearerAuthentication"
    name = ["token", "tokenAsPassword"]  # noqa: RUF012 - drf-spectacular's form

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        """A bearer token, or the same as the password of Basic."""
        return [
            {"type": "http", "scheme": "bearer", "description": "An API token (`mr_…`), or a single sign-on token."},
            {"type": "http", "scheme": "basic", "description": "Any user name, and an API token as the password."},
        ]


class CookieScheme(OpenApiAuthenticationExtension):
    """A session."""

    target_class = "models_app.identity.authentication.CookieAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A signed-in browser."""
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": "Signed in at /login."}


def add_problem_answers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of each operation which refusals it may answer with."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        f"Refusal{code}": {"description": text, "content": content} for code, text in REFUSALS.items()
    }
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if method == "patch":
                operation["requestBody"]["required"] = True  # drf-spectacular takes a patch for one that may be missing
            for code in REFUSALS:
                if code in ON_WRITES_ONLY and method == "get":
                    continue
                operation["responses"].setdefault(code, {"$ref": f"#/components/responses/Refusal{code}"})
    return result

"""Refusals as MLflow's client knows them: a code that it acts on, and a sentence that people match texts of.

The client repeats every 429 and 5xx for minutes, so a caller's mistake is never one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse

from models_app.domain import errors
from models_app.domain.errors import RegistryError
from models_app.domain.models import ModelTaken
from models_app.domain.rates import TooManyRequests
from models_app.domain.webhooks import WebhookNotFound
from models_app.identity.authentication import CHALLENGE

STATUS = {
    "BAD_REQUEST": 400,
    "INVALID_PARAMETER_VALUE": 400,
    "RESOURCE_ALREADY_EXISTS": 400,  # not 409: the client looks at the code, and its tests at the status
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "ENDPOINT_NOT_FOUND": 404,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "RESOURCE_CONFLICT": 409,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "TEMPORARILY_UNAVAILABLE": 503,
}

CODES: dict[type[RegistryError], str] = {
    ModelTaken: "RESOURCE_ALREADY_EXISTS",
    errors.AliasNotFound: "INVALID_PARAMETER_VALUE",
    errors.Invalid: "INVALID_PARAMETER_VALUE",
    errors.Unauthenticated: "UNAUTHENTICATED",
    errors.Denied: "PERMISSION_DENIED",
    errors.NotFound: "RESOURCE_DOES_NOT_EXIST",
    errors.Conflict: "RESOURCE_CONFLICT",
    errors.Stale: "RESOURCE_CONFLICT",
    errors.Busy: "TEMPORARILY_UNAVAILABLE",
}


class MlflowRefusal(Exception):
    """A refusal of this face's own, under one of MLflow's codes."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


def invalid(sentence: str) -> MlflowRefusal:
    """The commonest one: a value that cannot be."""
    return MlflowRefusal("INVALID_PARAMETER_VALUE", sentence)


def refused(failure: Exception) -> HttpResponse | None:
    """The answer to a request that failed; None where that is our mistake."""
    match failure:
        case MlflowRefusal():
            return _answer(failure.code, str(failure))
        case errors.Unauthenticated():
            return _answer("UNAUTHENTICATED", str(failure), {"WWW-Authenticate": CHALLENGE})
        case errors.Busy():
            code = "REQUEST_LIMIT_EXCEEDED" if isinstance(failure, TooManyRequests) else "TEMPORARILY_UNAVAILABLE"
            return _answer(code, str(failure), {"Retry-After": str(failure.retry_after_seconds)})
        case RegistryError():
            code = next(CODES[kind] for kind in type(failure).__mro__ if kind in CODES)
            return _answer(code, _sentence(failure))
        case RequestDataTooBig():
            return _answer("INVALID_PARAMETER_VALUE", "A request body has at most 1 MB.")
        case Http404():
            return _answer("ENDPOINT_NOT_FOUND", "No such endpoint here; docs/mlflow.md lists those that there are.")
    return None


def json_answer(
    body: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A JSON object as an answer."""
    return HttpResponse(orjson.dumps(body), status=status, headers=headers, content_type="application/json")


def _answer(code: str, message: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return json_answer({"error_code": code, "message": message}, status=STATUS[code], headers=headers)


def _sentence(failure: RegistryError) -> str:
    """The refusal in MLflow's words where it has any. The names in them are the caller's own."""
    details = failure.details
    match failure:
        case ModelTaken():
            return f"Registered Model (name={details['model'].name}) already exists."
        case errors.ModelNotFound():
            return f"Registered Model with name={_name(details['model'])} not found"
        case errors.VersionNotFound():
            return f"Model Version (name={_name(details['model'])}, version={details['version']}) not found"
        case errors.AliasNotFound():
            return f"Registered model alias {details['alias']} not found."
        case WebhookNotFound():
            return f"Webhook with ID {str(details['webhook'])[:100]} not found."
        case errors.InvalidFields():
            return " ".join(f"Invalid {each.field}: {each.detail}" for each in failure.errors)
    return str(failure)


def _name(model: Any) -> str:
    return str(getattr(model, "name", model))

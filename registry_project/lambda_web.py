"""A request of API Gateway (REST, payload 1.0), cleaned before Zappa's handler makes a WSGI request of it.

Zappa believes what it is told: an address in X-Forwarded-For, a header ``X_Forwarded_For`` that looks like another one,
``%2F`` within a segment, variables of the stage. Nothing of that reaches the application.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from models_app.api.problems import CONTENT_TYPE, unserved_body

if TYPE_CHECKING:
    from zappa.handler import LambdaHandler

# An event with one of these is a command to Zappa, or something else than a request.
NO_REQUEST = frozenset({"command", "manage", "raw_command", "Records", "detail-type", "job"})

# Of these, a second one would make two readers believe two things.
ONCE = frozenset({"authorization", "content-length", "content-type", "cookie", "host", "if-match", "if-none-match"})

# A slash or backslash that is part of a name would become a border between segments.
SLASH_IN_NAME = re.compile(r"%(?:2f|5c|00)", re.IGNORECASE)

# All that there is to a request; told more (``version``, say), Zappa would take it for one of another kind.
OF_A_REQUEST = (
    *("resource", "path", "httpMethod", "pathParameters", "requestContext", "body", "isBase64Encoded"),
    *("queryStringParameters", "multiValueQueryStringParameters"),
)

_loaded: list[LambdaHandler] = []


def load() -> None:
    """Load everything that the first request would have to load: AWS gives a start more time and CPU than a request."""
    from zappa.handler import LambdaHandler

    from models_app.storage.table import connection

    _loaded.append(LambdaHandler())  # it imports the application, which loads its addresses
    connection()


def is_request(event: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether API Gateway asks, with a REST API's payload."""
    if not isinstance(event, Mapping):
        return False
    context = event.get("requestContext")
    return (
        isinstance(context, Mapping)
        and isinstance(context.get("identity"), Mapping)
        and isinstance(event.get("httpMethod"), str)
        and isinstance(event.get("path"), str)
        and _are_headers(event.get("headers") or {}, lambda value: isinstance(value, str))
        and _are_headers(event.get("multiValueHeaders") or {}, _are_texts)
        and not NO_REQUEST & event.keys()
    )


def _are_headers(told: object, is_value: Callable[[object], bool]) -> bool:
    return isinstance(told, Mapping) and all(isinstance(name, str) and is_value(told[name]) for name in told)


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(value, str) for value in values)


def answer(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer a request."""
    headers = _headers_of(event)
    if doubled := sorted(name for name, values in headers.items() if name in ONCE and len(values) > 1):
        return _problem(event, 400, f"Send {', '.join(doubled)} once.")
    if not _is_readable(event):
        return _problem(event, 400)
    if SLASH_IN_NAME.search(event["path"]):
        return _problem(event, 404)
    # What API Gateway saw itself; what the caller says of it counts for nothing.
    headers |= {
        "x-forwarded-for": [f"{event['requestContext']['identity'].get('sourceIp', '')}, api-gateway"],
        "x-forwarded-port": ["443"],
        "x-forwarded-proto": ["https"],
    }
    cleaned = {
        **{name: event.get(name) for name in OF_A_REQUEST},
        "headers": {name.title(): values[-1] for name, values in headers.items()},
        "multiValueHeaders": {name.title(): values for name, values in headers.items()},
        "stageVariables": None,
    }
    [handler] = _loaded
    given: dict[str, Any] = handler.handler(cleaned, context)
    if "multiValueHeaders" not in given:  # Zappa's own way to say that something broke
        return _problem(event, 500)
    del given["headers"]  # the same again, with one value each
    return given | {
        "multiValueHeaders": {name: list(dict.fromkeys(v)) for name, v in given["multiValueHeaders"].items()}
    }


def _is_readable(event: Mapping[str, Any]) -> bool:
    """Whether its body is packed as it says, and no text holds half a character: Zappa breaks on either."""
    try:
        json.dumps(event, ensure_ascii=False).encode()
        if event.get("isBase64Encoded"):
            base64.b64decode(event.get("body") or "", validate=True)
    except ValueError:
        return False
    return True


def _headers_of(event: Mapping[str, Any]) -> dict[str, list[str]]:
    """The caller's headers by lower-case name; none with ``_``, which WSGI takes for ``-``."""
    told = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    headers: dict[str, list[str]] = {}
    for name, values in told.items():
        if "_" not in name:
            headers.setdefault(name.lower(), []).extend(values)
    return headers


def _problem(event: Mapping[str, Any], status: int, detail: str | None = None) -> dict[str, Any]:
    """A refusal of a request that the application never saw, or did not survive, in the form of its own."""
    request_id = str(event["requestContext"].get("requestId", ""))
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", "X-Request-Id": request_id}
    return {
        "statusCode": status,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "body": json.dumps(unserved_body(status, request_id=request_id, detail=detail)),
    }

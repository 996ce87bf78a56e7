"""Counting the requests of whoever proved an identity, and the headers that tell where they stand.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10, which is no RFC yet: their form is known only here.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

from models_app.domain.rates import Standing
from models_app.services import rates

POLICY = "default"


def count(request: HttpRequest | Request, caller: str) -> None:
    """Count a request of a caller, and keep where it stands for the answer's headers. Most often no call, else one.

    Raises:
        TooManyRequests: the caller has used up its quota for now.
    """
    standing = rates.count(caller)
    if standing is not None:
        plain = request._request if isinstance(request, Request) else request  # noqa: SLF001 - DRF's way to Django's
        plain.standing, plain.counted = standing, caller  # type: ignore[attr-defined]
        standing.check()


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say in an answer where its caller stands, if it was counted."""
    standing: Standing | None = getattr(request, "standing", None)
    if standing is not None:
        for name, value in headers_of(standing).items():
            response.headers[name] = value


def headers_of(standing: Standing) -> dict[str, str]:
    """The headers of an answer to a caller who is counted."""
    return {
        "RateLimit-Policy": f'"{POLICY}";q={standing.policy.quota};w={standing.policy.window_seconds}',
        "RateLimit": f'"{POLICY}";r={standing.left};t={standing.seconds}',
    }

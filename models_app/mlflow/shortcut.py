"""MLflow's addresses, answered ahead of all that is there for people: static files, sessions, forms, messages.

None of that says anything to a client with a token, and together it takes as long as reading a version.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve

from models_app.identity import quotas
from models_app.mlflow.urls import ADDRESSES, PREFIXES

PATHS = frozenset(f"/{prefix}/{address}" for prefix in PREFIXES for address in ADDRESSES)


class ShortcutMiddleware:
    """Answer what is asked of one of MLflow's fixed addresses; all else goes on as ever."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        if request.path_info not in PATHS:
            return self.get_response(request)
        found = _found(request.path_info)
        request.resolver_match = found
        response: HttpResponse = found.func(request)
        quotas.tell(request, response)
        return response


@cache
def _found(path: str) -> ResolverMatch:
    return resolve(path)

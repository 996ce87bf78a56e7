"""Every address that the registry answers, with the methods that it answers there: as the resolver has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each route with each of its methods: ``("api/v1/models/<str:model_id>", "GET")``. HEAD goes with GET."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern).removeprefix("^")  # as a resolved address names it
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield from ((path, method) for method in _methods(entry.callback, is_admins=path.startswith("admin/")))


def _methods(view: Any, *, is_admins: bool) -> Iterator[str]:
    if (actions := getattr(view, "actions", None)) is not None:
        named = {method.upper() for method in actions}
    elif "deeds" in (given := getattr(view, "view_initkwargs", {})):
        named = set(given["deeds"]) or set(METHODS)  # without any, it refuses all
    elif (kind := getattr(view, "view_class", None) or getattr(view, "cls", None)) is not None:
        allowed = {method.upper() for method in kind.http_method_names}
        named = {method for method in METHODS if hasattr(kind, method.lower())} & allowed
    else:  # a function: the admin's take forms, ours look
        named = {"GET", "POST"} if is_admins else {"GET"}
    return (method for method in METHODS if method in named)

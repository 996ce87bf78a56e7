"""Every door through which a body comes in, as the URL resolver has them: route, method, and a body that is good there.

A route that is added takes part by itself; where its face reads JSON, ``GOOD`` must say what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver
from django.views.generic import RedirectView

from models_app.mlflow.urls import PREFIXES
from tests.builders import a_registration
from tests.mlflow.test_addresses import CALLS
from tests.test_documentation import walk

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

MODEL, TEAM = "api/v1/models/<str:model_id>", "api/v1/teams/<str:team>"
DEPLOYMENT = "api/v1/deployments/<str:deployment_id>"
NOWHERE = "http://127.0.0.1:9"  # where nobody listens
WEBHOOK = {"name": "ci", "url": NOWHERE, "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}

# What each door of the API reads; None where it reads nothing, so that a body is only carried past it.
OF_THE_API: dict[tuple[str, str], dict[str, Any] | None] = {
    ("POST", "api/v1/models"): a_registration(metadata={}, metrics={}, tags={}, signature={}, lineage={}),
    ("PATCH", MODEL): {"description": "x", "tags": {}},
    ("POST", f"{MODEL}/rename"): {"modelName": "other"},
    ("POST", f"{MODEL}/restore"): None,
    ("POST", f"{MODEL}/rollback"): {"environment": "prod", "deploymentTarget": "EKS", "detail": "x", "parameters": {}},
    ("PUT", f"{MODEL}/aliases/<str:alias>"): {"version": "1"},
    ("PUT", f"{MODEL}/<str:version>"): {"deploymentTarget": "Lambda", "description": "x", "metadata": {}, "tags": {}},
    ("PATCH", f"{MODEL}/<str:version>"): {"description": "x", "metadata": {}, "metrics": {}, "status": "REGISTERED"},
    ("POST", f"{MODEL}/<str:version>/restore"): None,
    ("POST", f"{MODEL}/<str:version>/deploy"): {"environment": "x", "deploymentTarget": "EKS", "parameters": {}},
    ("POST", f"{DEPLOYMENT}/status"): {"status": "IN_PROGRESS", "detail": "x"},
    ("POST", f"{DEPLOYMENT}/cancel"): {"detail": "x"},
    ("POST", "api/v1/teams"): {"teamId": "new", "displayName": "x", "protectedAliases": []},
    ("PATCH", TEAM): {"displayName": "x", "protectedAliases": []},
    ("POST", f"{TEAM}/members"): {"username": "ada", "role": "viewer"},
    ("PATCH", f"{TEAM}/members/<str:username>"): {"role": "viewer"},
    ("POST", f"{TEAM}/tokens"): {"name": "ci", "role": "viewer", "expiresAt": None},
    **dict.fromkeys(
        (
            *(("DELETE", MODEL), ("DELETE", f"{MODEL}/<str:version>"), ("DELETE", f"{MODEL}/aliases/<str:alias>")),
            *(("DELETE", TEAM), ("DELETE", f"{TEAM}/members/<str:username>")),
            ("DELETE", f"{TEAM}/tokens/<str:token_id>"),
        )
    ),
}
OF_MLFLOW: dict[tuple[str, str], dict[str, Any] | None] = {
    **{call: given for call, (given, _, _) in CALLS.items() if call[0] in UNSAFE},
    ("POST", "webhooks"): WEBHOOK,
    ("PATCH", "webhooks/<str:webhook_id>"): WEBHOOK | {"status": "ACTIVE", "description": "x", "secret": "x"},
    ("DELETE", "webhooks/<str:webhook_id>"): None,
    ("POST", "webhooks/<str:webhook_id>/test"): {"event": WEBHOOK["events"][0]},
    ("POST", "<path:rest>"): None,
}
GOOD = OF_THE_API | {
    (method, f"{prefix}/{rest}"): good for prefix in PREFIXES for (method, rest), good in OF_MLFLOW.items()
}


@dataclass(frozen=True)
class Door:
    """Where a body comes in. ``good`` is one that is read there, None if none is; forms tell theirs on their page."""

    face: str
    method: str
    route: str
    good: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.method} /{self.route}"

    @property
    def ends_something(self) -> bool:
        """Whether what stands behind it may be gone afterwards. These come last."""
        ends = ("delete", "remove", "revoke", "deregister", "cancel", "rename", "logout", "restore", "password")
        return self.method == "DELETE" or any(word in self.route for word in ends)

    def address(self, **names: str) -> str:
        """Its address, with these names in it."""
        address = self.route
        for name, value in names.items():
            for kind in ("str", "path", "slug"):
                address = address.replace(f"<{kind}:{name}>", value)
        address = address.removesuffix("$").replace("^(?P<app_label>models_app)/", "models_app/")
        address = address.replace("(?P<url>.*)", "nothing")
        assert "<" not in address, f"{self}: which one?"
        return f"/{address}"


def doors(patterns: list[object] | None = None) -> list[Door]:
    """All of them. KeyError: one that reads JSON is not told of above."""
    found = [
        Door("form", method, route) if (face := face_of(route)) == "form" else Door(face, method, route, good)
        for pattern, route in walk(get_resolver().url_patterns if patterns is None else patterns)
        for method in methods_of(pattern)
        for good in [None if face_of(route) == "form" else GOOD[method, route]]
    ]
    return sorted(found, key=lambda door: door.ends_something)


def face_of(route: str) -> str:
    """Which contract a door's answers keep."""
    if route.startswith("api/v1/"):
        return "api"
    return "mlflow" if route.startswith(PREFIXES) and "server-info" not in route else "form"


def methods_of(pattern: URLPattern) -> Iterator[str]:
    """The methods of a route that may have a body. What does not say what it takes is sent a POST."""
    view = pattern.callback
    if actions := getattr(view, "actions", None):
        known = {method.upper() for method in actions}
    elif "mlflow" in str(pattern.pattern) and hasattr(view, "view_initkwargs"):
        known = set(view.view_initkwargs.get("deeds", {"POST": None}))
    elif (view_class := getattr(view, "view_class", None)) is RedirectView:
        known = set()  # it leads on whatever it is sent, and reads none of it
    elif view_class:
        known = {method.upper() for method in view_class.http_method_names if hasattr(view_class, method)}
    else:
        known = {"POST"}
    return iter(sorted(known & UNSAFE))

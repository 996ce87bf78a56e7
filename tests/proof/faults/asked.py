"""Every request that the registry answers: each route with each of its methods, and somebody for whom it does its work.

The routes come from the resolver. One that stands in no table below fails ``test_no_route_is_forgotten``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from models_app.mlflow.urls import PREFIXES
from tests.api.test_isolation import MODEL, NAMED_ELSEWHERE, NOBODYS, OBJECTS, address
from tests.builders import a_registration
from tests.identity.people import PASSWORD
from tests.mlflow.test_addresses import CALLS
from tests.mlflow.test_webhooks import CALLS as WEBHOOK_CALLS
from tests.proof.faults.world import World
from tests.web.test_forms_are_safe import FORMS
from tests.web.visitors import ACCEPT

NEW = "a-brand-new-one-and-long"
API, MLFLOW, PAGE, ADMIN = "api", "mlflow", "page", "admin"
VERSION = f"{MODEL}/<str:version>"
TEAM = "api/v1/teams/<str:team>"
ROWS = "admin/models_app"


@dataclass(frozen=True)
class Asked:
    """One request. ``route`` is the resolver's, and ``face`` says in whose words it is answered."""

    face: str
    method: str
    route: str
    path: str
    client: Client
    data: bytes | Mapping[str, Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.face} {self.method} {self.path}"

    def send(self) -> HttpResponse:
        """The answer, read to its end. Whoever is signed in stays so, whatever was asked for."""
        cookies = deepcopy(self.client.cookies)
        try:
            return self._send()
        finally:
            self.client.cookies = cookies

    def _send(self) -> HttpResponse:
        if isinstance(self.data, bytes):
            more = {"content_type": "application/json"}
            answer = self.client.generic(self.method, self.path, self.data, headers=self.headers, **more)
        else:
            answer = self.client.post(self.path, self.data, headers=self.headers)
        if answer.streaming:
            list(answer.streaming_content)
        return answer


# The objects that a method needs, where it is not payments.fraud's version 1 under the alias champion.
ELSEWHERE = {
    (MODEL, "DELETE"): ("payments.fraud", "payments.spare"),
    (f"{MODEL}/rename", "POST"): ("payments.fraud", "payments.spare"),
    (f"{MODEL}/restore", "POST"): ("payments.fraud", "payments.gone"),
    (VERSION, "DELETE"): ("fraud/1", "fraud/4"),
    (f"{VERSION}/restore", "POST"): ("fraud/1", "fraud/3"),
    (f"{VERSION}/deploy", "POST"): ("fraud/1", "fraud/4"),
    (TEAM, "DELETE"): ("payments", "lab"),
    (f"{TEAM}/members/<str:username>", "PATCH"): ("ada", "eve"),
    (f"{TEAM}/members/<str:username>", "DELETE"): ("ada", "eve"),
}
BODIES = {
    (f"{TEAM}/members", "POST"): {"username": "bob", "role": "viewer"},
    (f"{MODEL}/rollback", "POST"): {"environment": "dev", "deploymentTarget": "EKS"},
    (f"{MODEL}/aliases/<str:alias>", "PUT"): {"version": "2"},
    ("api/v1/models", "POST"): a_registration(teamId="payments", modelName="new"),
    ("api/v1/teams", "POST"): {"teamId": "fresh"},
}
QUERIES = {f"{MODEL}/resolve": "?alias=champion", f"{MODEL}/events": "?limit=2"}
KEYED = {("api/v1/models", "POST"), (f"{VERSION}/deploy", "POST"), (f"{MODEL}/rollback", "POST")}
BY_ADMIN = {("api/v1/teams", "POST"), (TEAM, "DELETE")}

# What is typed into each form of the web interface, beside what stands in it; which of them are about other things.
TYPED: dict[str, dict[str, str]] = {
    "register-form": {
        "modelName": "new",
        "framework": "pytorch",
        "s3Uri": "s3://models/1",
        "deploymentTarget": "EKS",
    },
    "model-form": {"description": "new"},
    "rename-form": {"modelName": "other"},
    "alias-form": {"alias": "challenger", "version": "2"},
    "version-form": {"description": "new"},
    "deploy-form": {"step": "deploy"},
    "report-form": {"status": "SUCCEEDED"},
    "team-new-form": {"teamId": "fresh"},
    "team-form": {"displayName": "new"},
    "member-new-form": {"username": "bob", "role": "viewer"},
    "member-form": {"role": "contributor"},
    "token-new-form": {"name": "ci", "role": "viewer"},
    "password-form": {"currentPassword": PASSWORD, "newPassword": NEW, "newPasswordAgain": NEW},
}
ABOUT = {
    "rename-form": ("fraud", "spare"),
    "delete-form": ("fraud", "spare"),
    "restore-model-form": ("fraud", "gone"),
    "restore-form": ("1.2.0", "3"),
    "deploy-form": ("1.2.0", "4"),
    "deregister-form": ("1.2.0", "4"),
}
FILLED = {
    "register-form": "?teamId=payments",
    "rollback-form": "?environment=dev&deploymentTarget=EKS",
}
LOOKED_AT = {
    "web/models": "",
    "web/deployments": "",
    "web/models/<str:model_id>/compare": "?version=1&version=2",
}
OPEN = ("", "login", "admin", "problems/<slug:slug>", "api/v1/health", "api/schema", "api/docs")

# The admin's rows, what is typed to add one, and what may be done to several.
NOUNS: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "team": ("lab", {"slug": "fresh"}, ("delete_teams",)),
    "member": (
        "payments_2Feve",
        {"team": "payments", "username": "bob", "role": "viewer"},
        ("remove_members",),
    ),
    "user": ("bob", {"username": "new", "new_password": NEW, "repeated_password": NEW}, ("deactivate",)),
    "token": ("{token}", {"team": "payments", "name": "ci", "role": "viewer", "days": "7"}, ("revoke",)),
    "registeredmodel": ("payments.fraud", {}, ()),
    "modelversion": (
        "payments.fraud_2F4",
        {"team": "payments", "model_name": "new", "framework": "pytorch", "s3_uri": "s3://models/1"},
        ("deprecate", "delete_versions"),
    ),
    "deployment": ("{deployment}", {}, ("cancel",)),
    "event": ("payments_2F{event}", {}, ()),
}
CHANGED = {
    "team": {"display_name": "new"},
    "member": {"role": "contributor"},
    "user": {"email": "bob@example.org"},
    "modelversion": {"description": "new"},
    "registeredmodel": {"description": "new"},
}
SITE = (
    "admin/",
    "admin/login/",
    "admin/logout/",
    "admin/jsi18n/",
    "admin/password_change/",
    "admin/password_change/done/",
)
APP, REST = "admin/(?P<app_label>models_app)/$", "admin/(?P<url>.*)$"


def every_request(world: World) -> list[Asked]:
    """All of them. Forms are looked at first, for what stands in them."""
    return [*of_the_api(world), *of_mlflow(world), *_pages(world), *_forms(world), *_of_the_admin(world)]


def of_the_api(world: World) -> Iterator[Asked]:
    """Every endpoint of REST v1 with each of its methods."""
    for (route, method), given in (OBJECTS | NAMED_ELSEWHERE | dict.fromkeys(NOBODYS)).items():
        path = _path(world, route, method)
        caller = world.cast.admin if (route, method) in BY_ADMIN else world.cast.maintainer
        body = BODIES.get((route, method), given)
        headers = {"authorization": str(caller.authorization)}
        if method == "PATCH" and "version>" in route:
            headers["content-type"] = "application/merge-patch+json"
        if (route, method) in KEYED:
            headers["idempotency-key"] = "a-key-of-its-own"
        data = json.dumps(body).encode() if body is not None else b""
        yield Asked(API, method, route, path, Client(raise_request_exception=False), data, headers)
    yield Asked(API, "GET", "api/v1/health", "/api/v1/health", Client(raise_request_exception=False))
    yield Asked(API, "GET", "api/schema", "/api/schema", Client(raise_request_exception=False))


def of_mlflow(world: World) -> Iterator[Asked]:
    """Every address of the MLflow face with each of its methods."""
    headers = {"authorization": str(world.cast.outsider.authorization)}
    webhooks = {call: body for call, (body, _) in WEBHOOK_CALLS.items()}
    made = {"url": world.receiver}
    calls: dict[tuple[str, str], Any] = {call: given for call, (given, *_) in CALLS.items()}
    for (method, called), given in (calls | webhooks).items():
        route = f"{PREFIXES[0]}/{called}".replace("{webhook_id}", "<str:webhook_id>")
        path = f"/{PREFIXES[0]}/{called.format(webhook_id=world.webhook)}"
        if method == "GET":
            path, data = f"{path}?{urlencode(given or {}, doseq=True)}", b""
        else:
            body = (given or {}) | (made if called == "webhooks" else {})
            data = json.dumps(body).encode()
        yield Asked(MLFLOW, method, route, path, Client(raise_request_exception=False), data, headers)
    for route in (f"{PREFIXES[0]}/<path:rest>", "api/3.0/mlflow/server-info"):
        path = "/" + route.replace("<path:rest>", "nothing/here")
        yield Asked(MLFLOW, "GET", route, path, Client(raise_request_exception=False), b"", headers)


def _pages(world: World) -> Iterator[Asked]:
    page = {"accept": ACCEPT}
    for route, method in OBJECTS | NAMED_ELSEWHERE | dict.fromkeys(NOBODYS):
        if method == "GET":
            yield Asked(PAGE, "GET", route, _path(world, route, method), world.ada.client, b"", page)
    for route in OPEN:
        path = "/" + route.replace("<slug:slug>", "storage-busy")
        yield Asked(PAGE, "GET", route, path, world.ada.client, b"", page)
    for route, query in LOOKED_AT.items():
        path = "/" + route.replace("<str:model_id>", "payments.fraud") + query
        yield Asked(PAGE, "GET", route, path, world.ada.client, b"", page)
    visitor = Client(raise_request_exception=False)
    signing_in = {"username": "ada", "password": PASSWORD}
    yield Asked(PAGE, "POST", "login", "/login", visitor, signing_in, page)
    leaving = Client(raise_request_exception=False)
    leaving.cookies = deepcopy(world.ada.client.cookies)
    yield Asked(PAGE, "POST", "logout", "/logout", leaving, {}, page)


def _forms(world: World) -> Iterator[Asked]:
    from models_app.web.urls import urlpatterns

    routes = {pattern.name: f"web/{pattern.pattern}" for pattern in urlpatterns}
    for name, (where, least) in FORMS.items():
        path = where.format(deployment=world.deployment, token=world.token)
        path += FILLED.get(name, "")
        path = path.replace(*ABOUT.get(name, ("", ""))).replace("1.2.0", "1")
        visitor = world.root if least == "admin" else world.ada
        headers = {"accept": ACCEPT}
        yield Asked(PAGE, "GET", routes[name], path, visitor.client, b"", headers)
        if name != "account":
            forms = [form for form in world.ada.sees(path).forms if form.action != "/logout"]
            values = forms[0].values if forms else {}
            filled = {**values, **TYPED.get(name, {}), "csrfmiddlewaretoken": "c" * 32}
            visitor.client.cookies["csrftoken"] = "c" * 32
            yield Asked(PAGE, "POST", routes[name], path, visitor.client, filled, headers)


def _of_the_admin(world: World) -> Iterator[Asked]:
    root, named = world.root, {"token": world.token, "deployment": world.deployment, "event": world.event}

    def ask(method: str, route: str, path: str, fields: Mapping[str, Any] | None = None) -> Asked:
        data = b"" if fields is None else {"csrfmiddlewaretoken": "c" * 32, **fields}
        return Asked(ADMIN, method, route, path, root.client, data, {"accept": ACCEPT})

    for route in SITE:
        if route not in {"admin/login/", "admin/logout/"}:
            yield ask("GET", route, f"/{route}")
    stranger = Client(raise_request_exception=False)
    for route in ("admin/login/", "admin/logout/"):
        yield Asked(ADMIN, "GET", route, f"/{route}", stranger, b"", {"accept": ACCEPT})
    yield ask("GET", APP, "/admin/models_app/")
    yield ask("GET", REST, "/admin/nothing")
    root.client.cookies["csrftoken"] = "c" * 32
    for noun, (key, added, actions) in NOUNS.items():
        row, rows = key.format(**named), f"{ROWS}/{noun}"
        one = f"{rows}/<path:object_id>"
        yield ask("GET", f"{rows}/", f"/{rows}/")
        yield ask("GET", f"{one}/", f"/{rows}/{row}/")
        for page in ("change", "delete", "history"):
            yield ask("GET", f"{one}/{page}/", f"/{rows}/{row}/{page}/")
        yield ask("GET", f"{rows}/add/", f"/{rows}/add/")
        yield ask("POST", f"{rows}/add/", f"/{rows}/add/", root.sees(f"{noun}/add/").fields | added)
        changed = root.sees(f"{noun}/{row}/change/").fields | CHANGED.get(noun, {})
        yield ask("POST", f"{one}/change/", f"/{rows}/{row}/change/", changed)
        yield ask("POST", f"{one}/delete/", f"/{rows}/{row}/delete/", {"post": "yes"})
        for action in actions:
            selected = {"action": action, "_selected_action": [row.replace("_2F", "/")], "confirmed": "yes"}
            yield ask("POST", f"{rows}/", f"/{rows}/", selected)


def _path(world: World, route: str, method: str) -> str:
    deployment = world.deployment.partition(".")[2]
    path = address(route, team="payments", token=world.token, deployment=deployment)
    return path.replace(*ELSEWHERE.get((route, method), ("", ""))) + QUERIES.get(route, "")

"""What a row of the matrix says, and how a cell of it is tried.

A row is one request. Behind it stands what each standing gets, in the order of ``Standing``: nobody, stranger, viewer,
contributor, maintainer, administrator. A number is the status; ``login`` is being sent to sign in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from tests.identity.people import PASSWORD
from tests.proof.permissions.world import WRITING, Principal, Standing, World, recorded
from tests.web.visitors import ACCEPT

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CSRF = "c" * 32
# Names of things, and what to say instead.
Renaming = Mapping[str, str]

NEW_PASSWORD = "brand-new-battery-staple"


class Face(Enum):
    """How a request is sent, and whose credentials it takes."""

    API = "api"  # JSON; tokens and sessions
    MLFLOW = "mlflow"  # JSON, with a workspace; tokens alone
    FORM = "form"  # a form of ours; sessions alone
    PAGE = "page"  # the API's answer as a page; tokens and sessions
    ADMIN = "admin"  # Django's forms; sessions alone
    OPEN = "open"  # whoever asks, and nobody is asked who it is

    def standing(self, principal: Principal) -> Standing:
        """What somebody is here: a token is nobody where only sessions count, and the other way round."""
        if (self in {Face.FORM, Face.ADMIN} and not principal.is_person) or (
            self is Face.MLFLOW and principal.is_person
        ):
            return Standing.NOBODY
        return principal.standing


@dataclass(frozen=True)
class Row:
    """One request, and what each standing gets.

    Attributes:
        gets: what each standing gets, in the order of ``Standing``.
        body: the JSON body; for a form, what is typed over the form that an administrator finds there.
        events: how many events it writes where it succeeds; a rename is told under both names.
        unlike: principals that get something else than their standing does, with why in a comment beside it.
    """

    face: Face
    method: str
    address: str
    gets: str
    body: Mapping[str, Any] | None = None
    events: int = 0
    unlike: Mapping[str, str] = field(default_factory=dict)

    @property
    def route(self) -> str:
        """The route that answers it, as the resolver calls it."""
        path = self.address.partition("?")[0].format_map(_Zeros())
        try:
            return resolve(path).route
        except Resolver404:
            return path.strip("/").partition("/")[0]  # files are served before any route

    def declared(self, principal: Principal) -> str:
        """What somebody gets."""
        column = [*Standing].index(self.face.standing(principal))
        declared = self.unlike.get(principal.name, self.gets.split()[column])
        # Only who comes with nothing is sent to sign in: whose header is refused hears so, whatever it accepts.
        return "401" if declared == "login" and self.face is Face.PAGE and principal.authorization else declared

    def __str__(self) -> str:
        return f"{self.method} {self.address} ({self.face.value})"


class _Zeros(dict[str, str]):
    """An id for each name, where only the route matters."""

    def __missing__(self, name: str) -> str:
        return f"payments.{'0' * 26}" if name == "deployment" else "0" * 26


@dataclass(frozen=True)
class Outcome:
    """What came of a cell: ``login``, or the status; the calls to DynamoDB; the answer."""

    said: str
    calls: list[tuple[str, dict[str, Any]]]
    response: HttpResponse

    @property
    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        """The calls that change something."""
        return [call for call in self.calls if call[0] in WRITING]


class Door:
    """Where requests are sent in, with whatever credentials somebody has. Browsers are asked for CSRF tokens."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.forms: dict[str, dict[str, Any]] = {}

    def tries(
        self,
        row: Row,
        principal: Principal,
        *,
        csrf: str | None = CSRF,
        instead: Renaming | None = None,
        **headers: str,
    ) -> Outcome:
        """One request of somebody; the registry is not put back.

        ``csrf`` is what is sent as its token, ``instead`` what to say for the names of things, wherever they stand.
        """
        said = instead or {}
        content, content_type = self.content(row)
        for name, other in said.items():
            content = content.replace(name.encode(), other.encode())
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if principal.authorization:
            sent["authorization"] = principal.authorization
        if row.face is Face.MLFLOW:
            sent["x-mlflow-workspace"] = said.get("payments", "payments")
        if row.face in {Face.PAGE, Face.FORM, Face.ADMIN, Face.OPEN}:
            sent["accept"] = ACCEPT
        self.client.cookies.clear()
        if principal.session:
            self.client.cookies["session"] = principal.session
        if csrf is not None:
            self.client.cookies["csrftoken"] = CSRF
            if row.method in UNSAFE:
                sent["x-csrftoken"] = csrf
        address = row.address.format_map(self.world.names)
        for name, other in said.items():
            address = address.replace(name, other)
        with recorded() as calls:
            response = self.client.generic(row.method, address, content, content_type=content_type, headers=sent)
        if response.streaming:
            list(response.streaming_content)  # a file stays open until it is read
        return Outcome(_said(response), calls, response)

    def content(self, row: Row) -> tuple[bytes, str]:
        """The body of a request, as its face takes it."""
        filled = _filled(row.body, self.world.names)
        if row.face in {Face.FORM, Face.ADMIN, Face.OPEN} and row.method != "GET":
            values = self.form(row) | (filled or {})
            return urlencode(values, doseq=True).encode(), "application/x-www-form-urlencoded"
        return json.dumps(filled).encode() if filled is not None else b"", "application/json"

    def form(self, row: Row) -> dict[str, Any]:
        """What an administrator finds in the form at that address, kept for the next time."""
        from tests.admin.people import Page as AdminPage
        from tests.web.visitors import Page

        if row.address not in self.forms:
            self.client.cookies.clear()
            self.client.cookies["session"] = self.world.principals["session, root"].session
            response = self.client.get(row.address.format_map(self.world.names), headers={"accept": ACCEPT})
            values: dict[str, Any] = {}
            if response.status_code == 200 and row.face is Face.ADMIN:
                values = AdminPage(response).fields
            elif response.status_code == 200 and row.face is Face.FORM:
                forms = [form for form in Page(response, row.address).forms if form.action != "/logout"]
                values = forms[0].values if forms else {}
            values.pop("csrfmiddlewaretoken", None)
            self.forms[row.address] = values
        return self.forms[row.address]


def _said(response: HttpResponse) -> str:
    where = response.headers.get("Location", "")
    if response.status_code == 302 and where.partition("?")[0] in {"/login", "/admin/login/"} and "next=" in where:
        return "login"
    return str(response.status_code)


def _filled(body: Any, names: Mapping[str, str]) -> Any:
    """The body with the ids that differ from world to world, and with passwords that no table shows."""
    if isinstance(body, Mapping):
        return {name: _filled(value, names) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [_filled(value, names) for value in body]
    if isinstance(body, str):
        for name, value in {**names, "password": PASSWORD, "new password": NEW_PASSWORD}.items():
            body = body.replace(f"{{{name}}}", value)
    return body

"""The cast. Each plays its part through HTTP alone, and every answer is held against the published contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client

from models_app.domain.actors import command_line
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.services import teams, tokens, users
from tests import contract
from tests.builders import a_registration

API = "/api/v1"

# What differs from run to run: when, by which token, under which id.
PASSING = {
    *("createdAt", "createdBy", "updatedAt", "updatedBy", "movedAt", "movedBy"),
    *("occurredAt", "actor", "at", "since", "eventId", "requestId"),
}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any
    raw: bytes = b""

    @property
    def etag(self) -> str:
        """The state that the answer names."""
        return str(self.headers["ETag"])

    @property
    def location(self) -> str:
        """Where the new thing is."""
        return str(self.headers["Location"])

    @property
    def lasting(self) -> Any:
        """The body without what differs from run to run, for snapshots."""
        return _without_passing(self.body)

    @property
    def problem(self) -> dict[str, Any]:
        """The refusal, without the id that no two requests share."""
        assert_is_problem(self)
        return {name: value for name, value in self.body.items() if name != "requestId"}

    @property
    def slug(self) -> str:
        """Which problem it is."""
        return str(self.problem["type"]).removeprefix("/problems/")

    @property
    def wrong_fields(self) -> dict[str, str]:
        """Each wrong field with its code."""
        return {error["field"]: error["code"] for error in self.problem["errors"]}


@dataclass
class Caller:
    """Somebody who calls the API with certain credentials."""

    name: str
    authorization: str | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False, headers={}))

    def calls(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Answer:
        """Send one request. ``headers`` are written with underscores: ``if_match='"1"'``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.authorization:
            sent.setdefault("authorization", self.authorization)
        content_type = sent.pop("content-type", "application/json")
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else b""
        url = path if path.startswith(("/", "http")) else f"{API}/{path}"
        response = self.client.generic(method, url, data, content_type=content_type, headers=sent)
        contract.check(method, response)
        is_json = "json" in response.headers.get("Content-Type", "")
        parsed = json.loads(response.content) if is_json and response.content else None
        return Answer(response.status_code, parsed, response.headers, response.content)

    def gets(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.calls("GET", path, **headers)

    # Models and versions ----------------------------------------------------------------------------------------------

    def registers(self, model: str = "fraud", *, key: str | None = None, **different: Any) -> Answer:
        """Register a version of a model."""
        return self.calls("POST", "models", a_registration(modelName=model, **different), **under(key))

    def finds(self, **query: Any) -> list[str]:
        """The ids of the models on the first page of a list."""
        return [model["modelId"] for model in self.lists("models", **query).body["results"]]

    def lists(self, path: str, **query: Any) -> Answer:
        """A page of a list."""
        from urllib.parse import urlencode

        return self.gets(f"{path}?{urlencode(query, doseq=True)}" if query else path)

    def reads(self, model: str, version: str | None = None, **headers: str) -> Answer:
        """A model, or one of its versions."""
        return self.gets(f"models/{model}" + (f"/{version}" if version else ""), **headers)

    def replaces(self, model: str, version: str, body: dict[str, Any], **headers: str) -> Answer:
        """PUT a version."""
        return self.calls("PUT", f"models/{model}/{version}", body, **headers)

    def patches(self, model: str, version: str, patch: dict[str, Any], **headers: str) -> Answer:
        """PATCH a version."""
        headers.setdefault("content_type", "application/merge-patch+json")
        return self.calls("PATCH", f"models/{model}/{version}", patch, **headers)

    def deletes(self, model: str, version: str, *, query: str = "", **headers: str) -> Answer:
        """DELETE a version."""
        return self.calls("DELETE", f"models/{model}/{version}{query}", **headers)

    def restores(self, model: str, version: str) -> Answer:
        """Bring a version back."""
        return self.calls("POST", f"models/{model}/{version}/restore")

    def renames(self, model: str, to: str, **headers: str) -> Answer:
        """Give a model another name."""
        return self.calls("POST", f"models/{model}/rename", {"modelName": to}, **headers)

    def deletes_model(self, model: str, *, query: str = "", **headers: str) -> Answer:
        """DELETE a model."""
        return self.calls("DELETE", f"models/{model}{query}", **headers)

    def restores_model(self, model: str) -> Answer:
        """Bring a model back."""
        return self.calls("POST", f"models/{model}/restore")

    def moves(self, model: str, alias: str, to: str, **headers: str) -> Answer:
        """Point an alias to a version."""
        return self.calls("PUT", f"models/{model}/aliases/{alias}", {"version": to}, **headers)

    def removes(self, model: str, alias: str, **headers: str) -> Answer:
        """Take an alias away."""
        return self.calls("DELETE", f"models/{model}/aliases/{alias}", **headers)

    def resolves(self, model: str, **query: str) -> Answer:
        """Which version an alias means or meant."""
        return self.lists(f"models/{model}/resolve", **query)

    # Deployments ------------------------------------------------------------------------------------------------------

    def deploys(self, model: str, version: str, *, key: str | None = None, **order: Any) -> Answer:
        """Ask for a version to be run."""
        return self.calls("POST", f"models/{model}/{version}/deploy", order, **under(key))

    def plans(self, model: str, version: str, **order: Any) -> Answer:
        """What would come of asking."""
        return self.calls("POST", f"models/{model}/{version}/deploy?dryRun=true", order)

    def reports(self, deployment: Answer, status: str, **more: Any) -> Answer:
        """Say how a deployment that was asked for is doing."""
        return self.calls("POST", f"deployments/{deployment.body['deploymentId']}/status", {"status": status, **more})

    def cancels(self, deployment: Answer, **more: Any) -> Answer:
        """Call a deployment off."""
        return self.calls("POST", f"deployments/{deployment.body['deploymentId']}/cancel", more or None)

    def follows(self, deployment: Answer) -> dict[str, Any]:
        """A deployment as it stands."""
        found: dict[str, Any] = self.gets(f"deployments/{deployment.body['deploymentId']}").body
        return found

    def rolls_back(self, model: str, *, key: str | None = None, **where: Any) -> Answer:
        """Go back to what ran before."""
        return self.calls("POST", f"models/{model}/rollback", {"deploymentTarget": "EKS", **where}, **under(key))

    # The rest of a model ----------------------------------------------------------------------------------------------

    def describes(self, model: str, body: dict[str, Any], **headers: str) -> Answer:
        """PATCH a model."""
        return self.calls("PATCH", f"models/{model}", body, **headers)

    def alias(self, model: str, alias: str, **headers: str) -> Answer:
        """Where an alias points."""
        return self.gets(f"models/{model}/aliases/{alias}", **headers)

    def labels(self, model: str) -> list[str]:
        """The versions on a model's first page, the highest first."""
        return [version["version"] for version in self.reads(model).body["versions"]["results"]]

    def pages(self, path: str, **query: Any) -> list[list[dict[str, Any]]]:
        """Every page of a list, by following ``next`` to the end."""
        page = self.lists(path, **query)
        found = [page.body["results"]]
        while page.body["next"]:
            page = self.gets(page.body["next"])
            found.append(page.body["results"])
        return found

    def history(self, model: str) -> list[str]:
        """The kinds of a model's events, the oldest first."""
        events = self.gets(f"models/{model}/events").body["results"]
        return [event["eventType"] for event in reversed(events)]


@dataclass
class Cast:
    """A team with one caller for each role; beside it an outsider, an administrator and a stranger."""

    team: str
    viewer: Caller
    contributor: Caller
    maintainer: Caller
    outsider: Caller
    admin: Caller
    anonymous: Caller


def a_team(slug: str = "payments", *, outsider_team: str = "vision") -> Cast:
    """Found two teams and issue a token of each kind, as an operator would."""
    for each in (slug, outsider_team):
        teams.create_team(actor=command_line(), slug=TeamSlug(each))
    return Cast(
        team=slug,
        viewer=token_holder(slug, Role.VIEWER),
        contributor=token_holder(slug, Role.CONTRIBUTOR),
        maintainer=token_holder(slug, Role.MAINTAINER),
        outsider=token_holder(outsider_team, Role.MAINTAINER),
        admin=token_holder(None, Role.MAINTAINER),
        anonymous=Caller("anonymous"),
    )


def token_holder(team: str | None, role: Role) -> Caller:
    """A caller with a new token."""
    name = f"{team or 'platform'} {role}"
    issued = tokens.issue_token(actor=command_line(), team=TeamSlug(team) if team else None, name=name, role=role)
    return Caller(name, f"Bearer {issued.text.text}")


def a_person(username: str, *, roles: Mapping[str, Role], is_platform_admin: bool = False) -> Caller:
    """Somebody signed in with a browser, with a role in each of several teams that exist."""
    from models_app.identity.user import User

    account = users.create_user(
        actor=command_line(),
        username=Username(username),
        password=make_password(None),
        is_platform_admin=is_platform_admin,
    )
    for team, role in roles.items():
        teams.add_member(actor=command_line(), slug=TeamSlug(team), username=account.username, role=role)
    caller = Caller(username)
    caller.client.force_login(User.of(account))
    return caller


def under(key: str | None) -> dict[str, str]:
    """The header of a request that may be repeated."""
    return {"idempotency_key": key} if key is not None else {}


def _without_passing(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_passing(value) for name, value in body.items() if name not in PASSING}
    if isinstance(body, list):
        return [_without_passing(each) for each in body]
    return body


def assert_is_problem(answer: Answer) -> None:
    """The contract of every refusal: RFC 9457, a stable type, a sentence, the request's id, nothing internal."""
    assert answer.status >= 400, answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail", "requestId"} <= set(answer.body), answer.body
    assert answer.body["status"] == answer.status
    assert answer.body["requestId"] == answer.headers["X-Request-Id"]
    for secret in (b"Traceback", b"models_app", b"pynamodb", b"botocore", b"MODEL#", b"arn:"):
        assert secret not in answer.raw
    if answer.status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    if answer.status in {429, 503}:
        assert int(answer.headers["Retry-After"]) > 0

"""Another team's object and a missing one are the same answer: to the letter, and to the calls that it takes.

The routes come from the resolver: one that stands in none of the tables below fails the first test.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.builders import a_registration
from tests.callers import Caller
from tests.costs import counted_calls
from tests.engine import Engine
from tests.identity.people import an_account, signed_in
from tests.routes import routes
from tests.tables import kept

MODEL = "api/v1/models/<str:model_id>"
TEAM = "api/v1/teams/<str:team>"
DEPLOYMENT = "api/v1/deployments/<str:deployment_id>"

# Route and method: the body that it takes. Each names an object of the team payments.
OBJECTS: dict[tuple[str, str], Any] = {
    (MODEL, "GET"): None,
    (MODEL, "PATCH"): {"description": "x"},
    (MODEL, "DELETE"): None,
    (f"{MODEL}/rename", "POST"): {"modelName": "other-name"},
    (f"{MODEL}/restore", "POST"): None,
    (f"{MODEL}/versions", "GET"): None,
    (f"{MODEL}/events", "GET"): None,
    (f"{MODEL}/resolve", "GET"): None,
    (f"{MODEL}/aliases/<str:alias>", "GET"): None,
    (f"{MODEL}/aliases/<str:alias>", "PUT"): {"version": "1"},
    (f"{MODEL}/aliases/<str:alias>", "DELETE"): None,
    (f"{MODEL}/<str:version>", "GET"): None,
    (f"{MODEL}/<str:version>", "PUT"): {"deploymentTarget": "Lambda"},
    (f"{MODEL}/<str:version>", "PATCH"): {"description": "x"},
    (f"{MODEL}/<str:version>", "DELETE"): None,
    (f"{MODEL}/<str:version>/restore", "POST"): None,
    (f"{MODEL}/<str:version>/deploy", "POST"): {"environment": "prod"},
    (f"{MODEL}/<str:version>/deployments", "GET"): None,
    (f"{MODEL}/deployments", "GET"): None,
    (f"{MODEL}/rollback", "POST"): {"environment": "prod", "deploymentTarget": "EKS"},
    (DEPLOYMENT, "GET"): None,
    (f"{DEPLOYMENT}/status", "POST"): {"status": "SUCCEEDED"},
    (f"{DEPLOYMENT}/cancel", "POST"): {"detail": "x"},
    (TEAM, "GET"): None,
    (TEAM, "PATCH"): {"displayName": "x"},
    (TEAM, "DELETE"): None,
    (f"{TEAM}/members", "GET"): None,
    (f"{TEAM}/members", "POST"): {"username": "ada", "role": "viewer"},
    (f"{TEAM}/members/<str:username>", "GET"): None,
    (f"{TEAM}/members/<str:username>", "PATCH"): {"role": "contributor"},
    (f"{TEAM}/members/<str:username>", "DELETE"): None,
    (f"{TEAM}/tokens", "GET"): None,
    (f"{TEAM}/tokens", "POST"): {"name": "ci", "role": "viewer"},
    (f"{TEAM}/tokens/<str:token_id>", "GET"): None,
    (f"{TEAM}/tokens/<str:token_id>", "DELETE"): None,
}

# The team stands in the query or body.
NAMED_ELSEWHERE: dict[tuple[str, str], Any] = {
    ("api/v1/models", "GET"): None,
    ("api/v1/models", "POST"): a_registration(teamId="{team}"),
    ("api/v1/events", "GET"): None,
    ("api/v1/deployments", "GET"): None,
}

# About the caller, or nobody.
NOBODYS = {("api/v1/me", "GET"), ("api/v1/teams", "GET"), ("api/v1/teams", "POST")}
OPEN = {
    *(("", "GET"), ("login", "GET"), ("admin", "GET"), ("logout", "POST"), ("problems/<slug:slug>", "GET")),
    *(("api/v1/health", "GET"), ("api/schema", "GET"), ("api/docs", "GET")),
}
CLOSED = {*OBJECTS, *NAMED_ELSEWHERE, *NOBODYS}

QUERIES = {f"{MODEL}/resolve": "?alias=champion"}
NONE = "0" * 26
UNLIKE = frozenset({"X-Request-Id", "Date"})


def address(route: str, *, team: str, model: str = "fraud", token: str = NONE[:12], deployment: str = NONE) -> str:
    """The address of an object of a team."""
    names = {"model_id": f"{team}.{model}", "version": "1", "alias": "champion", "team": team, "username": "ada"}
    names |= {"token_id": token, "slug": "team-taken", "deployment_id": f"{team}.{deployment}"}
    for name, value in names.items():
        route = route.replace(f"<str:{name}>", value).replace(f"<slug:{name}>", value)
    return "/" + route


def theirs(cast: Any, route: str) -> str:
    """The address of an object of the team payments that is there."""
    there = address(route, team="payments", token=cast.token, deployment=cast.deployment)
    return there + QUERIES.get(route, "")


def said(caller: Caller, method: str, path: str, body: Any = None) -> tuple[Any, ...]:
    """All that a caller can tell from an answer, and what it took."""
    with counted_calls() as calls:
        answer = caller.calls(method, path, body)
    headers = {name: value for name, value in answer.headers.items() if name not in UNLIKE}
    shown = {name: value for name, value in (answer.body or {}).items() if name != "requestId"}
    return answer.status, shown, headers, calls


@pytest.fixture
def cast(engine: Engine, payments: Any) -> Any:
    """The team payments with one object of each kind; the outsider is known already, so that it costs no call."""
    payments.token, payments.deployment = kept(engine, one_of_each_kind, payments)
    payments.outsider.gets("me")
    return payments


def one_of_each_kind(payments: Any) -> tuple[str, str]:
    """An account, a model, a version, an alias; and a token and a deployment, whose ids these are."""
    an_account("ada", payments="viewer")
    payments.contributor.registers("fraud", version="1")
    payments.maintainer.moves("payments.fraud", "champion", "1")
    token = payments.viewer.gets("me").body["actor"].removeprefix("token:")
    deployment = payments.maintainer.deploys("payments.fraud", "1").body["deploymentId"]
    return token, deployment.partition(".")[2]


def test_no_route_is_forgotten() -> None:
    # All other faces stand in tests/proof/permissions.
    assert {route for route in routes() if route[0].startswith("api/v1/")} == CLOSED | {("api/v1/health", "GET")}


@pytest.mark.parametrize(("route", "method"), OBJECTS, ids=lambda text: text.removeprefix("api/v1/"))
def test_to_an_outsider_an_object_looks_as_if_there_were_none(cast: Any, route: str, method: str) -> None:
    body, query = OBJECTS[route, method], QUERIES.get(route, "")

    foreign = said(cast.outsider, method, theirs(cast, route), body)
    no_such_object = said(cast.outsider, method, address(route, team="payments", model="other") + query, body)
    no_such_team = said(cast.outsider, method, address(route, team="nowhere") + query, body)

    assert foreign[0] == 404
    assert foreign == no_such_object == no_such_team


@pytest.mark.parametrize(
    ("route", "method"),
    [key for key in OBJECTS if key[0].startswith(MODEL) and key[1] != "PUT"],
    ids=lambda text: text.removeprefix("api/v1/"),
)
def test_and_reads_as_what_is_missing_in_the_own_team(cast: Any, route: str, method: str) -> None:
    body, query = OBJECTS[route, method], QUERIES.get(route, "").replace("champion", "latest")

    foreign = said(cast.outsider, method, address(route, team="payments") + query, body)
    own = said(cast.outsider, method, address(route, team="vision") + query, body)

    assert foreign[:3] == own[:3]  # for the own one somebody had to look


@pytest.mark.parametrize("conditions", [{"if_match": "*"}, {"if_match": '"1-1"'}, {"if_none_match": "*"}])
@pytest.mark.parametrize(("route", "method"), OBJECTS, ids=lambda text: text.removeprefix("api/v1/"))
def test_no_condition_tells_more(cast: Any, route: str, method: str, conditions: dict[str, str]) -> None:
    assert cast.outsider.calls(method, theirs(cast, route), OBJECTS[route, method], **conditions).status == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"version": 7}', b'{"x": 1}'], ids=ascii)
def test_a_wrong_body_tells_no_more_either(cast: Any, body: bytes) -> None:
    for route, method in OBJECTS:
        assert cast.outsider.calls(method, theirs(cast, route), raw=body).status == 404


@pytest.mark.parametrize(("route", "method"), NAMED_ELSEWHERE, ids=lambda text: text.removeprefix("api/v1/"))
def test_naming_another_team_in_a_query_or_body_is_naming_none(cast: Any, route: str, method: str) -> None:
    def asks(team: str) -> tuple[Any, ...]:
        body = NAMED_ELSEWHERE[route, method]
        query = "" if body else "?" + urlencode({"teamId": team})
        return said(cast.outsider, method, f"/{route}{query}", {**body, "teamId": team} if body else None)

    assert asks("payments")[0] == 404
    assert asks("payments") == asks("nowhere")


def test_a_name_without_its_team_is_looked_for_in_the_named_one_only(cast: Any) -> None:
    for version in ("", "/1", "/latest", "/@champion", "/versions", "/events", "/aliases/champion"):
        foreign = said(cast.outsider, "GET", f"models/fraud{version}?teamId=payments")
        assert foreign == said(cast.outsider, "GET", f"models/fraud{version}?teamId=nowhere")
        assert foreign[0] == cast.outsider.gets(f"models/fraud{version}").status == 404


def test_somebody_of_no_team_at_all_finds_nothing_either(cast: Any) -> None:
    newcomer = signed_in("newcomer")

    for (route, method), body in OBJECTS.items():
        assert newcomer.calls(method, theirs(cast, route), body).status == 404


@pytest.mark.parametrize(("route", "method"), sorted(CLOSED), ids=lambda text: text.removeprefix("api/v1/"))
def test_nobody_is_let_in_without_credentials_and_it_costs_nothing(cast: Any, route: str, method: str) -> None:
    status, body, headers, calls = said(cast.anonymous, method, address(route, team="payments"), {"x": 1})

    assert (status, body["type"], calls) == (401, "/problems/credentials-missing", [])
    assert headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("route", "method"), sorted(OPEN))
def test_but_to_what_is_open_to_all(table: None, route: str, method: str) -> None:
    assert Caller("anonymous").calls(method, address(route, team="payments")).status in {200, 302}

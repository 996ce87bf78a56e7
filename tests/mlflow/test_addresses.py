"""Every address of the face: who may call it, what that takes, and that nobody learns of another team's models."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from models_app.domain.permissions import Permission
from models_app.mlflow.urls import ADDRESSES, PREFIXES
from tests.callers import Answer, Caller, Cast
from tests.costs import counted_calls
from tests.engine import Engine
from tests.tables import kept

DOCS = Path(__file__).parent.parent.parent / "docs" / "mlflow.md"
MODEL = {"name": "fraud"}
VERSION = {"name": "fraud", "version": "1"}
TAG = {"key": "owner", "value": "risk"}

# What each call sends, the permission that it takes, and how many calls to DynamoDB it may make; v1 takes as many.
CALLS: dict[tuple[str, str], tuple[dict[str, Any], Permission, int]] = {
    ("POST", "registered-models/create"): ({"name": "churn"}, Permission.REGISTER, 1),
    ("GET", "registered-models/get"): (MODEL, Permission.READ, 1),
    ("PATCH", "registered-models/update"): ({**MODEL, "description": "x"}, Permission.UPDATE, 2),
    ("POST", "registered-models/rename"): ({**MODEL, "new_name": "cards"}, Permission.RENAME, 4),
    ("DELETE", "registered-models/delete"): (MODEL, Permission.DELETE, 4),
    ("GET", "registered-models/search"): ({}, Permission.READ, 1),
    ("POST", "registered-models/get-latest-versions"): (MODEL, Permission.READ, 1),
    ("GET", "registered-models/get-latest-versions"): (MODEL, Permission.READ, 1),
    ("POST", "registered-models/set-tag"): (MODEL | TAG, Permission.UPDATE, 2),
    ("DELETE", "registered-models/delete-tag"): ({**MODEL, "key": "there"}, Permission.UPDATE, 2),
    ("GET", "registered-models/alias"): ({**MODEL, "alias": "first"}, Permission.READ, 1),
    ("POST", "registered-models/alias"): ({**VERSION, "alias": "second"}, Permission.MOVE_ALIAS, 2),
    ("DELETE", "registered-models/alias"): ({**MODEL, "alias": "first"}, Permission.MOVE_ALIAS, 2),
    ("POST", "model-versions/create"): ({**MODEL, "source": "s3://models/2"}, Permission.REGISTER, 2),
    ("GET", "model-versions/get"): (VERSION, Permission.READ, 1),
    ("PATCH", "model-versions/update"): ({**VERSION, "description": "x"}, Permission.UPDATE, 2),
    ("DELETE", "model-versions/delete"): ({"name": "fraud", "version": "2"}, Permission.DELETE, 3),
    ("GET", "model-versions/search"): ({"filter": "name = 'fraud'"}, Permission.READ, 1),
    ("GET", "model-versions/get-download-uri"): (VERSION, Permission.READ, 1),
    ("POST", "model-versions/transition-stage"): ({**VERSION, "stage": "Staging"}, Permission.UPDATE, 2),
    ("POST", "model-versions/set-tag"): (VERSION | TAG, Permission.UPDATE, 2),
    ("DELETE", "model-versions/delete-tag"): ({**VERSION, "key": "there"}, Permission.UPDATE, 2),
}
every_call = pytest.mark.parametrize(("method", "address"), CALLS)


def asks(caller: Caller, method: str, address: str, given: dict[str, Any], **headers: str) -> Answer:
    """Call an address as the client does."""
    path = f"/{PREFIXES[0]}/{address}"
    if method == "GET":
        return caller.calls(method, f"{path}?{urlencode(given, doseq=True)}", **headers)
    return caller.calls(method, path, given, **headers)


@pytest.fixture
def fraud(engine: Engine, payments: Cast) -> Cast:
    """A model with two versions; everybody is known already, so that knowing them costs no call."""
    kept(engine, two_versions, payments)
    for each in (payments.viewer, payments.contributor, payments.maintainer, payments.outsider):
        each.gets("me")
    return payments


def two_versions(payments: Cast) -> None:
    """A model with two versions, an alias of the first, and tags."""
    tags = [{"key": "there", "value": "x"}]
    asks(payments.contributor, "POST", "registered-models/create", {"name": "fraud", "tags": tags})
    for number in (1, 2):
        given = {"name": "fraud", "source": f"s3://models/{number}", "tags": tags}
        asks(payments.contributor, "POST", "model-versions/create", given)
    asks(payments.contributor, "POST", "registered-models/alias", {"name": "fraud", "version": "1", "alias": "first"})


def test_no_address_is_forgotten() -> None:
    assert set(CALLS) == {(method, address) for address, deeds in ADDRESSES.items() for method in deeds}


def test_each_has_its_row_in_the_documentation() -> None:
    page = DOCS.read_text()
    assert [call for call in CALLS if f"| `{call[0]} {call[1]}` |" not in page] == []


@every_call
def test_it_does_what_it_says_for_no_more_calls_than_promised(fraud: Cast, method: str, address: str) -> None:
    given, _, most = CALLS[method, address]

    with counted_calls() as calls:
        answer = asks(fraud.maintainer, method, address, given)

    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    assert len(calls) == most, calls


@every_call
def test_nobody_is_let_in_without_credentials_and_it_costs_nothing(fraud: Cast, method: str, address: str) -> None:
    with counted_calls() as calls:
        answer = asks(fraud.anonymous, method, address, CALLS[method, address][0])

    assert (answer.status, answer.body["error_code"], calls) == (401, "UNAUTHENTICATED", [])


@every_call
def test_a_role_that_is_too_low_is_refused_and_it_costs_nothing(fraud: Cast, method: str, address: str) -> None:
    given, permission, _ = CALLS[method, address]
    if permission is Permission.READ:
        assert asks(fraud.viewer, method, address, given).status == 200
        return
    with counted_calls() as calls:
        answer = asks(fraud.viewer, method, address, given)

    assert (answer.status, answer.body["error_code"], calls) == (403, "PERMISSION_DENIED", [])


@every_call
def test_another_teams_workspace_and_a_missing_one_are_refused_alike(fraud: Cast, method: str, address: str) -> None:
    def said(workspace: str) -> tuple[int, str]:
        with counted_calls() as calls:
            answer = asks(fraud.outsider, method, address, CALLS[method, address][0], x_mlflow_workspace=workspace)
        assert calls == []
        return answer.status, answer.body["message"].replace(workspace, "…")

    assert said("payments") == said("nowhere")
    assert said("payments")[0] == 403


@every_call
def test_a_model_of_another_team_is_not_found_in_the_own_one(fraud: Cast, method: str, address: str) -> None:
    answer = asks(fraud.outsider, method, address, CALLS[method, address][0])

    assert "payments" not in str(answer.body)
    assert (
        answer.status in {400, 404}
        or answer.body in ({"registered_models": []}, {"model_versions": []})
        or (
            address == "registered-models/create"  # a name of its own
        )
    )


def test_an_unknown_address_and_method_are_no_endpoint(fraud: Cast) -> None:
    for method, address in (("GET", "registered-models/nothing"), ("POST", "model-versions/get")):
        answer = asks(fraud.viewer, method, address, {})
        assert (answer.status, answer.body["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_both_spellings_of_the_prefix_lead_there(fraud: Cast) -> None:
    for prefix in PREFIXES:
        assert fraud.viewer.gets(f"/{prefix}/registered-models/get?name=fraud").status == 200

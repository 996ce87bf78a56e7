"""A caller's mistake is answered at once and never with a status that the client repeats."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.callers import Cast
from tests.mlflow.test_addresses import CALLS, asks

MODELS, VERSIONS = "registered-models/search", "model-versions/search"
REPEATED = {408, 429, 500, 502, 503, 504}


@pytest.mark.parametrize(
    ("address", "condition"),
    [
        (MODELS, "name"),
        (MODELS, "name = fraud"),
        (MODELS, "name = 'a' OR name = 'b'"),
        (MODELS, "NOT name = 'a'"),
        (MODELS, "name = 'a', name = 'b'"),
        (MODELS, "name = 'a'; DROP TABLE x"),
        (MODELS, "(name = 'a')"),
        (MODELS, "name is null"),
        (MODELS, "name IN ()"),
        (MODELS, "name IN (a)"),
        (MODELS, "tags.x IN ('a')"),
        (MODELS, "name > 'a'"),
        (MODELS, "run_id = 'a'"),
        (MODELS, "attributes.name = 'a'"),
        (MODELS, "'"),
        (MODELS, "name = '\x00'"),
        (VERSIONS, "version_number = 'x'"),
        (VERSIONS, "version_number LIKE '1'"),
        (VERSIONS, "version_number IN (1)"),
        (VERSIONS, "source_path IN ('a')"),
        (VERSIONS, "version_number > " + "9" * 400),
    ],
)
def test_what_is_no_filter_is_refused(payments: Cast, address: str, condition: str) -> None:
    answer = asks(payments.viewer, "GET", address, {"filter": condition})

    assert (answer.status, answer.body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "query",
    [
        {"order_by": "colour"},
        {"order_by": ["name", "name DESC"]},
        {"order_by": "name SIDEWAYS"},
        {"max_results": "0"},
        {"max_results": "1001"},
        {"max_results": "many"},
        {"page_token": "e30="},
        {"page_token": "WyJhIl0="},
        {"page_token": "é"},
        {"page_token": "eyJzaG93biI6ICJ4In0="},
    ],
    ids=str,
)
def test_what_is_no_page_is_refused(payments: Cast, query: dict[str, Any]) -> None:
    answer = asks(payments.viewer, "GET", MODELS, query)

    assert (answer.status, answer.body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "source",
    [
        "/tmp/x",
        "file:///tmp/x",
        "model",
        "s3://b/../x",
        "s3://b/%252e%252e/x",
        "s3://b/\x07",
        "FILE:/x",
        "s3://" + "x" * 3000,
    ],
)
def test_what_is_no_source_is_refused(payments: Cast, source: str) -> None:
    asks(payments.contributor, "POST", "registered-models/create", {"name": "fraud"})

    answer = asks(payments.contributor, "POST", "model-versions/create", {"name": "fraud", "source": source})

    assert (answer.status, answer.body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


HOSTILE = ["", "a/b", "..", "x" * 5000, "\u0000", -1, True, [], {"a": 1}]


@pytest.mark.parametrize(("method", "address"), CALLS)
def test_no_value_of_any_parameter_is_our_mistake(payments: Cast, method: str, address: str) -> None:
    given = CALLS[method, address][0]
    asks(payments.contributor, "POST", "registered-models/create", {"name": "fraud"})

    for name in {*given, "tags", "description", "filter", "page_token"}:
        for value in HOSTILE:
            assert asks(payments.maintainer, method, address, {**given, name: value}).status not in REPEATED


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b"7", b'"x"', b'"{\\"name\\": 1}', b"\xff", b'{"a":1,"a":2}', b"[" * 5000]
)
def test_a_body_that_is_none_is_refused(payments: Cast, body: bytes) -> None:
    answer = payments.contributor.calls("POST", "/api/2.0/mlflow/registered-models/create", raw=body)

    assert (answer.status, answer.body["error_code"]) == (400, "BAD_REQUEST")


def test_a_body_that_was_encoded_twice_is_read(payments: Cast) -> None:
    body = b'"{\\"name\\": \\"fraud\\"}"'

    assert payments.contributor.calls("POST", "/api/2.0/mlflow/registered-models/create", raw=body).status == 200


@pytest.mark.parametrize("source", ["s3://", "s3:///key", "s3://bucket", "s3://bucket/"])
def test_a_source_without_bucket_or_key_is_kept_but_is_none_in_s3(payments: Cast, source: str) -> None:
    asks(payments.contributor, "POST", "registered-models/create", {"name": "flow"})

    given = asks(payments.contributor, "POST", "model-versions/create", {"name": "flow", "source": source})

    assert (given.status, given.body["model_version"]["source"]) == (200, source)
    assert payments.maintainer.deploys("payments.flow", "1", deploymentTarget="EKS").status == 409


@pytest.mark.parametrize("place", [{"webhook": "\ud800"}, "\ud800", ["\ud800"]])
@pytest.mark.parametrize("address", [MODELS, VERSIONS, "webhooks"])
def test_a_page_token_of_half_a_character_is_refused(payments: Cast, address: str, place: object) -> None:
    token = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()

    answer = asks(payments.maintainer, "GET", address, {"page_token": token})

    assert answer.status == 400

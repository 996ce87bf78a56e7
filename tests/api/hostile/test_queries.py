"""Queries that try to mean something else: a 400 that names the parameter, never our mistake."""

import pytest

from tests.callers import assert_is_problem


@pytest.fixture
def payments(payments):
    """With something to find."""
    payments.contributor.registers("fraud", version="1")
    return payments


QUERIES = (
    *(
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1e2",
        "limit=",
        "limit=%00",
        "limit=1.0",
        "limit=٣",
        "limit=10%20",
        "limit=0x10",
    ),
    *(
        "cursor=",
        "cursor=x",
        "cursor=%00",
        "cursor=:::",
        "cursor=e30:1:1",
        "cursor=" + "a" * 8192,
        "cursor=" + "a" * 9000,
    ),
    *(
        "unknown=1",
        "Limit=1",
        "limit[]=1",
        "%00=1",
        "=1",
        "a" * 500 + "=1",
        "&".join(f"x{number}=1" for number in range(99)),
    ),
    *("limit=1&limit=2", "limit=1&limit=1", "limit=1&limit="),
    "&".join(f"x{number}=1" for number in range(150)),
)
FILTERS = (
    *(
        "framework=fortran",
        "framework=%00",
        "deploymentTarget=Mars",
        "status=NEW",
        "status=registered",
        "ordering=name",
    ),
    *(
        "ordering=-modelId",
        "updatedAfter=yesterday",
        "updatedAfter=%00",
        "tag=",
        "tag=" + "x" * 6000,
        "namePattern=%00",
    ),
    *("updatedAfter=9999-12-31T23:59:59-23:59", "updatedAfter=0001-01-01T00:00:00%2B23:59", "updatedAfter=99999-01-01"),
    *(
        "namePattern=" + "x" * 129,
        "teamId=No%20Team",
        "teamId=",
        "teamId=%00",
        "&".join(["tag=x"] * 11),
        "updatedAfter=-1",
    ),
    *("status=", "ordering=", "framework=", "deploymentTarget=", "namePattern=", "updatedAfter=", "tag=x&tag="),
    *("status=FAILED&status=DEPLOYED", "ordering=modelId&ordering=-updatedAt", "teamId=payments&teamId=vision"),
)


@pytest.mark.parametrize(
    "path",
    [
        *("models", "models/payments.fraud/versions", "models/payments.fraud/deployments"),
        *("events", "teams", "teams/payments/members"),
    ],
)
def test_a_strange_query_is_a_400_that_names_the_parameter(payments, path):
    wrong = {}
    for query in QUERIES + (FILTERS if path == "models" else ()):
        try:
            answer = payments.viewer.gets(f"{path}?{query}")
            assert_is_problem(answer)
            assert answer.status == 400, answer.status
        except AssertionError as problem:
            wrong[query[:60]] = str(problem).splitlines()[0][:120]

    assert wrong == {}


def test_a_query_that_says_nothing_wrong_is_answered(payments):
    for query in (
        "",
        "&&&",
        "tag=a&tag=b",
        "tag=%C3%A9",
        "tag=%FF",
        "namePattern=%E2%80%AE",
        "updatedAfter=2000-01-01T00:00:00Z",
    ):
        assert payments.viewer.gets(f"models?{query}").status == 200


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("models?limit=1&limit=2&status=", {"limit": "repeated", "status": "invalid"}),
        ("models?framework=sklearn&framework=torch", {"framework": "repeated"}),
        ("models/payments.fraud?teamId=payments&teamId=vision", {"teamId": "repeated"}),
        ("models/payments.fraud/versions?cursor=", {"cursor": "invalid"}),
        ("deployments?environment=&deploymentTarget=", {"environment": "invalid", "deploymentTarget": "invalid"}),
        ("events?teamId=", {"teamId": "invalid"}),
    ],
)
def test_a_parameter_that_stands_twice_or_is_empty_is_named(payments, path, wrong):
    assert payments.viewer.gets(path).wrong_fields == wrong


def test_so_it_is_where_something_would_be_done(payments):
    for query in ("dryRun=", "dryRun=true&dryRun=false"):
        assert payments.maintainer.calls("DELETE", f"models/payments.fraud/1?{query}").wrong_fields.keys() == {"dryRun"}
        assert payments.maintainer.calls("POST", f"models/payments.fraud/1/deploy?{query}", {}).status == 400
    assert payments.viewer.labels("payments.fraud") == ["1"]


@pytest.mark.parametrize(
    "at", ["x", "", "2026-01-01", "2026-01-01T00:00:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "%00"]
)
def test_a_time_is_rfc_3339_with_its_offset(payments, at):
    answer = payments.viewer.gets(f"models/payments.fraud/resolve?alias=latest&at={at}")

    assert answer.wrong_fields == {"at": "invalid"}
    answer = payments.viewer.gets(f"models/payments.fraud/resolve?environment=prod&at={at}")
    assert answer.wrong_fields == {"at": "invalid"}

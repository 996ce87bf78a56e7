"""Addresses that try to mean something else: never another object, never our mistake."""

from pathlib import Path

import pytest

from tests.callers import assert_is_problem

HERE = Path(__file__).parent
SEGMENTS = [*(HERE / "segments.txt").read_text().split(), "a" * 500, "a" * 5000, "%61" * 3000]
NOWHERE = [*(HERE / "nowhere.txt").read_text().split(), "/" + "a" * 20_000]

ROUTES = {
    "model": "/api/v1/models/{}",
    "versions": "/api/v1/models/{}/versions",
    "history": "/api/v1/models/{}/events",
    "resolving": "/api/v1/models/{}/resolve?alias=champion",
    "version": "/api/v1/models/payments.fraud/{}",
    "alias": "/api/v1/models/payments.fraud/aliases/{}",
    "team": "/api/v1/teams/{}",
    "members": "/api/v1/teams/{}/members",
    "member": "/api/v1/teams/payments/members/{}",
    "token": "/api/v1/teams/payments/tokens/{}",
    "problem": "/problems/{}",
    "nothing": "/{}",
    "version of the API": "/api/{}/models",
}


@pytest.fixture
def payments(payments):
    """Ours may be seen, theirs may not."""
    payments.contributor.registers("fraud", version="1")
    payments.outsider.registers("secret", version="1", description="ours alone")
    return payments


@pytest.mark.parametrize("route", ROUTES)
def test_a_strange_segment_leads_nowhere_or_to_what_it_says(payments, route):
    wrong = {}
    for segment in SEGMENTS:
        for method in ("GET", "DELETE", "POST"):
            if method == "DELETE" and segment == "latest":
                continue  # a good name: the version would be gone for the other tries
            path = ROUTES[route].format(segment)
            path = path if method == "GET" else path.removesuffix("?alias=champion")
            try:
                answer = payments.maintainer.calls(method, path, {} if method == "POST" else None)
                if answer.status >= 400:
                    assert_is_problem(answer)
                assert answer.status < 500, answer.status
                assert b"secret" not in answer.raw
                assert "X-Request-Id" in answer.headers
            except AssertionError as problem:
                wrong[f"{method} {path[:60]}"] = str(problem).splitlines()[0][:120]

    assert wrong == {}
    assert payments.outsider.reads("vision.secret", "1").status == 200


@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: path[:40])
def test_what_is_no_address_of_ours_is_not_found(payments, path):
    answer = payments.viewer.gets(path)

    assert (answer.status, answer.slug) == (404, "no-such-page")

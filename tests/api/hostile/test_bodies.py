"""Every hostile body at every endpoint that takes one: a refusal that helps, and nothing written."""

import json
import time

import pytest

from models_app.storage.soundness import _everything
from tests.api.hostile.corpus import corpus
from tests.callers import assert_is_problem
from tests.identity.people import an_account

BODIES = corpus()
SECONDS = 2.0  # the machine is busy with other tests; each takes a few milliseconds on its own
MAX_ANSWER_BYTES = 1024 * 1024

ENDPOINTS = {
    "registerVersion": ("POST", "models"),
    "describeModel": ("PATCH", "models/payments.fraud"),
    "updateVersion": ("PUT", "models/payments.fraud/1"),
    "patchVersion": ("PATCH", "models/payments.fraud/1"),
    "moveAlias": ("PUT", "models/payments.fraud/aliases/challenger"),
    "deploy": ("POST", "models/payments.fraud/1/deploy"),
    "rollBack": ("POST", "models/payments.fraud/rollback"),
    "reportDeploymentStatus": ("POST", "deployments/{deployment}/status"),
    "cancelDeployment": ("POST", "deployments/{deployment}/cancel"),
    "createTeam": ("POST", "teams"),
    "updateTeam": ("PATCH", "teams/payments"),
    "addMember": ("POST", "teams/payments/members"),
    "changeRole": ("PATCH", "teams/payments/members/ada"),
    "issueToken": ("POST", "teams/payments/tokens"),
}


# In a merge patch, null takes something away (RFC 7396): there these are good.
GOOD = {"patchVersion": {"description None", "metric None", "tag None"}}

NEED_NO_BODY = {"deploy", "cancelDeployment"}


def everything():
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in _everything())


def complaint(answer, seconds):
    """What is wrong with an answer to a hostile body, or None."""
    try:
        assert_is_problem(answer)
        assert answer.status in {400, 404, 409, 413, 415}, answer.status
        assert answer.body["detail"].strip().endswith((".", "'")), answer.body["detail"]
        assert all(each["detail"] and each["field"] for each in answer.body.get("errors", [])), answer.body
        assert answer.status != 400 or answer.slug != "invalid-fields" or answer.body["errors"], "no field is named"
        assert len(answer.raw) <= MAX_ANSWER_BYTES, f"{len(answer.raw)} bytes"
        assert seconds < SECONDS, f"{seconds:.1f} s"
    except AssertionError as wrong:
        return str(wrong).splitlines()[0][:200]
    return None


@pytest.fixture
def payments(payments):
    """A team with something in it that could be spoiled."""
    an_account("ada", payments="viewer")
    payments.contributor.registers("fraud", version="1")
    payments.contributor.moves("payments.fraud", "challenger", "1")
    payments.deployment = payments.maintainer.deploys("payments.fraud", "1", environment="other").body["deploymentId"]
    return payments


def test_there_are_many_of_them():
    assert len(BODIES) >= 120
    assert len({name for name, _, _ in BODIES}) == len(BODIES)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_is_refused_in_time_with_a_remedy_and_nothing_is_written(payments, endpoint):
    method, path = ENDPOINTS[endpoint]
    path = path.format(deployment=payments.deployment)
    caller = payments.admin if endpoint == "createTeam" else payments.maintainer
    before = everything()
    complaints = {}

    for name, body, content_type in BODIES:
        if name in GOOD.get(endpoint, ()):
            continue
        started = time.perf_counter()
        try:
            answer = caller.calls(method, path, raw=body, content_type=content_type)
        except AssertionError as broken_contract:
            complaints[name] = str(broken_contract).splitlines()[0][:200]
            continue
        if (wrong := complaint(answer, time.perf_counter() - started)) is not None:
            complaints[name] = wrong

    assert complaints == {}
    assert everything() == before


@pytest.mark.parametrize("endpoint", sorted(set(ENDPOINTS) - NEED_NO_BODY))
def test_no_body_at_all_is_no_object_either(payments, endpoint):
    method, path = ENDPOINTS[endpoint]
    path = path.format(deployment=payments.deployment)
    caller = payments.admin if endpoint == "createTeam" else payments.maintainer
    before = everything()

    answer = caller.calls(method, path)

    assert answer.status == 400
    assert everything() == before


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity", "x", ""])
def test_a_compressed_body_is_not_read(payments, encoding):
    import gzip

    from tests.api.hostile.corpus import registration

    answer = payments.contributor.calls("POST", "models", raw=gzip.compress(registration()), content_encoding=encoding)

    assert (answer.status, answer.slug) == (415, "media-type-unsupported")


@pytest.mark.parametrize("length", ["0", "-1", "-9999999", "x", "1e3", "1", "99999999999999999999", " ", "٣"])
def test_a_length_that_is_not_the_bodys_is_no_way_in(payments, length):
    answer = payments.contributor.calls("POST", "models", raw=b'{"modelName": "x"}', content_length=length)

    assert answer.status in {400, 413}


@pytest.mark.parametrize("header", ["x_http_method_override", "x_http_method", "x_method_override", "method_override"])
def test_no_header_makes_one_method_another(payments, header):
    before = everything()

    answer = payments.maintainer.calls("POST", "models?teamId=payments", {"_method": "DELETE"}, **{header: "DELETE"})

    assert answer.status == 400
    assert payments.maintainer.calls("GET", "models/payments.fraud/1", **{header: "DELETE"}).status == 200
    assert everything() == before

"""What else may be wrong with a body: there is none, it is packed, its length lies. The rest: tests/proof/hostile."""

import json

import pytest

from models_app.storage.soundness import _everything
from tests.identity.people import an_account

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


NEED_NO_BODY = {"deploy", "cancelDeployment"}


def everything():
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in _everything())


@pytest.fixture
def payments(payments):
    """A team with something in it that could be spoiled."""
    an_account("ada", payments="viewer")
    payments.contributor.registers("fraud", version="1")
    payments.contributor.moves("payments.fraud", "challenger", "1")
    payments.deployment = payments.maintainer.deploys("payments.fraud", "1", environment="other").body["deploymentId"]
    return payments


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

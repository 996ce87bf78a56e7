"""Taking a version out of service, and bringing it back."""

import pytest

from tests.costs import counted_calls
from tests.web.visitors import Visitor

VERSION = "/web/models/payments.fraud/versions/1.2.0"


@pytest.fixture
def ada(payments):
    payments.contributor.registers("fraud", version="1.2.0")
    return Visitor.signed_in("ada", payments="maintainer")


def test_what_forbids_it_is_shown_before_any_harm_with_the_way_out(ada):
    ada.moves("payments.fraud", "champion", "1.2.0")
    deployment = ada.deploys("payments.fraud", "1.2.0", environment="prod")

    with counted_calls() as calls:
        page = ada.sees(f"{VERSION}/deregister")

    assert [form.action for form in page.forms] == ["/logout"]
    assert "the alias champion points to it" in page.alerts[0]
    assert "in prod on EKS" in page.alerts[0]
    assert page.links["move champion"] == "/web/models/payments.fraud/alias?alias=champion"
    assert page.links["remove champion"] == "/web/models/payments.fraud/aliases/champion/remove"
    assert page.links["its deployment"] == f"/api/v1/deployments/{deployment.body['deploymentId']}"
    assert calls == ["Query", "GetItem"]


def test_it_is_gone_and_comes_back(ada):
    gone = ada.sends(ada.sees(f"{VERSION}/deregister"))
    assert "restored within 30 days" in gone.notices[0]
    assert ada.reads("payments.fraud", "1.2.0").status == 404

    back = ada.sends(ada.sees(f"{VERSION}/restore"))
    assert (back.address, back.notices) == ("/api/v1/models/payments.fraud/1.2.0", ["Version 1.2.0 is back."])


def test_what_came_to_depend_on_it_since_is_told(ada):
    form = ada.sees(f"{VERSION}/deregister")
    ada.moves("payments.fraud", "champion", "1.2.0")

    page = ada.sends(form)

    assert page.status == 412
    assert "the alias champion points to it" in " ".join(page.alerts)
    assert ada.reads("payments.fraud", "1.2.0").status == 200


def test_a_version_that_changed_since_is_looked_at_again(ada):
    form = ada.sees(f"{VERSION}/deregister")
    ada.patches("payments.fraud", "1.2.0", {"description": "precious"})

    page = ada.sends(form)
    assert page.status == 412
    assert ada.sends(page).notices[0].startswith("Version 1.2.0 is deregistered")


def test_what_never_was_cannot_be_restored(ada):
    page = ada.sees("/web/models/payments.fraud/versions/9.9.9/restore")

    assert ada.sends(page).status == 404

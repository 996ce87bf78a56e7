"""A session alone changes nothing: whoever changes something with one shows the CSRF token that goes with it."""

import pytest

from tests.callers import Caller
from tests.identity.people import Browser, an_account, signed_in

A_TOKEN = {"name": "ci", "role": "viewer"}


@pytest.fixture
def ada(payments):
    """A maintainer at her browser."""
    payments.contributor.registers("fraud", version="1")
    return signed_in("ada", payments="maintainer")


CALLS = {
    "registering": ("POST", "models", {"modelName": "x"}),
    "describing": ("PATCH", "models/payments.fraud", {"description": "x"}),
    "replacing": ("PUT", "models/payments.fraud/1", {"deploymentTarget": "EKS"}),
    "patching": ("PATCH", "models/payments.fraud/1", {"description": "x"}),
    "deleting": ("DELETE", "models/payments.fraud/1", None),
    "restoring": ("POST", "models/payments.fraud/1/restore", None),
    "moving": ("PUT", "models/payments.fraud/aliases/champion", {"version": "1"}),
    "removing": ("DELETE", "models/payments.fraud/aliases/champion", None),
    "founding": ("POST", "teams", {"teamId": "lab"}),
    "changing": ("PATCH", "teams/payments", {"displayName": "Pay"}),
    "ending": ("DELETE", "teams/payments", None),
    "taking in": ("POST", "teams/payments/members", {"username": "ada", "role": "maintainer"}),
    "raising": ("PATCH", "teams/payments/members/ada", {"role": "maintainer"}),
    "dismissing": ("DELETE", "teams/payments/members/ada", None),
    "issuing": ("POST", "teams/payments/tokens", A_TOKEN),
    "revoking": ("DELETE", "teams/payments/tokens/x", None),
}


NOT_IT = (None, "", "a" * 32, "b" * 64, "\xff")


@pytest.mark.parametrize("call", CALLS)
def test_without_the_right_one_every_change_is_refused_and_with_it_judged_as_any_other(ada, call):
    method, path, body = CALLS[call]

    for shown in NOT_IT:
        headers = {} if shown is None else {"x_csrftoken": shown}
        refused = Caller("ada", client=ada.client).calls(method, path, body, **headers)
        assert (refused.status, refused.slug) == (403, "cross-site-request")

    judged = ada.calls(method, path, body)
    assert judged.status < 400 or judged.slug != "cross-site-request"


def test_with_it_a_change_is_made(ada):
    assert ada.calls("POST", "teams/payments/tokens", A_TOKEN).status == 201


def test_another_browsers_is_not_good_enough(ada):
    an_account("grace")
    grace = Browser("grace")
    grace.signs_in("grace")

    answer = ada.calls("POST", "teams/payments/tokens", A_TOKEN, x_csrftoken=grace.csrf_token)

    assert answer.status == 403


def test_reading_takes_none(ada):
    assert Caller("ada", client=ada.client).gets("teams/payments").status == 200


def test_a_token_takes_none_and_counts_before_the_session(payments, ada):
    both = Caller("both", payments.viewer.authorization, client=ada.client)

    assert both.gets("me").body["kind"] == "token"
    assert both.calls("POST", "teams/payments/tokens", A_TOKEN).slug == "permission-denied"


def test_a_wrong_token_is_not_made_good_by_a_session(ada):
    assert Caller("both", "Bearer mr_x", client=ada.client).gets("me").status == 401


def test_no_other_site_may_read_an_answer(ada):
    answer = ada.gets("me", origin="https://evil.example")

    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]

"""Registering a version with the form."""

from typing import ClassVar

import pytest

from tests.builders import a_registration
from tests.costs import counted_calls
from tests.web.visitors import Visitor

FORM = "/web/models/new"
TYPED = {
    "modelName": "fraud",
    "version": "1.2.0",
    "framework": "pytorch",
    "s3Uri": "s3://models/fraud/model.pt",
    "deploymentTarget": "Lambda",
}


@pytest.fixture
def ada(payments):
    return Visitor.signed_in("ada", payments="contributor", vision="viewer")


def test_it_leads_to_the_page_of_the_version_and_says_so(ada):
    page = ada.sends(ada.sees(f"{FORM}?teamId=payments"), **TYPED)

    assert page.address == "/api/v1/models/payments.fraud/1.2.0"
    assert page.notices == ["Version 1.2.0 is registered."]
    assert ada.reads("payments.fraud", "1.2.0").body["framework"] == "pytorch"


def test_every_field_of_the_api_can_be_given(ada):
    more = {
        "description": "two\nlines",
        "metrics": "auc = 0.91\nrows = 1200000",
        "tags": 'team = risk\n"a = b" = "two\\nlines"',
        "frameworkVersion": "2.4",
        "sha256": "A" * 64,
        "sizeBytes": "1048576",
        "metadata": '{"features": ["amount"], "deep": {"x": 1.0}}',
        "signature": '{"inputs": [{"name": "amount", "type": "double"}]}',
        "lineage": '{"gitCommit": "abc", "parents": []}',
    }

    ada.sends(ada.sees(FORM), **TYPED, **more)

    version = ada.reads("payments.fraud", "1.2.0").body
    assert version["metrics"] == {"auc": 0.91, "rows": 1200000}
    assert version["tags"] == {"team": "risk", "a = b": "two\nlines"}
    assert (version["frameworkVersion"], version["sha256"], version["sizeBytes"]) == ("2.4", "a" * 64, 1048576)
    assert version["metadata"] == {"features": ["amount"], "deep": {"x": 1.0}}
    assert version["signature"]["inputs"][0]["name"] == "amount"
    assert version["lineage"] == {"gitCommit": "abc", "parents": []}
    assert version["description"] == "two\nlines"


def test_the_same_once_more_says_that_nothing_was_done(ada):
    form = ada.sees(FORM)
    ada.sends(form, **TYPED)

    assert "was registered before" in ada.sends(form, **TYPED).notices[0]


class TestRefusals:
    WRONG: ClassVar = {
        "modelName": (".x", "begins with a letter or digit"),
        "version": ("latest", "begins with a digit"),
        "s3Uri": ("https://x/y", "s3://"),
        "sha256": ("abc", "64"),
        "sizeBytes": ("-1", "0"),
        "metrics": ("auc: 0.9", "Line 1"),
        "tags": ("=x", "Line 1"),
        "metadata": ("{", "JSON object"),
        "signature": ("[1]", "JSON object"),
        "lineage": ('{"commit": "x"}', "no such field"),
    }

    @pytest.mark.parametrize("name", WRONG)
    def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(self, ada, name):
        wrong, said = self.WRONG[name]

        page = ada.sends(ada.sees(FORM), **TYPED | {name: wrong, "description": "a long story"})

        assert page.status == 400
        assert said in page.beside(name)
        assert page.form.values[name] == wrong
        assert page.form.values["description"] == "a long story"

    def test_what_is_folded_away_is_open_if_something_is_wrong_with_it(self, ada):
        folded = ada.sees(FORM)
        open_ = ada.sends(folded, **TYPED | {"sha256": "abc"})

        assert [
            "open" in given for page in (folded, open_) for tag, given in page.tags if given.get("class") == "further"
        ] == [False, True]

    def test_another_artifact_under_the_same_label_is_refused_above_the_form(self, ada, payments):
        payments.contributor.registers("fraud", version="1.2.0")

        page = ada.sends(ada.sees(FORM), **TYPED)

        assert page.status == 409
        assert "registered with another artifact" in page.alerts[0]


class TestWho:
    def test_only_teams_in_which_one_may_are_offered(self, ada):
        assert ada.sees(FORM).form.choices["teamId"] == ["payments"]

    def test_no_other_is_taken(self, ada):
        page = ada.sends(ada.sees(FORM), **TYPED | {"teamId": "vision"})

        assert page.status == 400
        assert page.beside("teamId")

    def test_who_may_nowhere_is_told(self, payments):
        page = Visitor.signed_in("eve", payments="viewer").sees(FORM)

        assert page.status == 403
        assert "takes the role contributor" in page.said

    def test_an_administrator_may_in_every_team_at_one_call_more(self, payments):
        root = Visitor.signed_in("root", is_platform_admin=True)

        with counted_calls() as calls:
            page = root.sees(FORM)

        assert page.form.choices["teamId"] == ["payments", "vision"]
        assert calls == ["Query", "Query"]

    def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(self, payments):
        answer = Visitor("nobody").client.get(f"{FORM}?teamId=payments", headers={"accept": "text/html"})

        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            "/login?next=/web/models/new%3FteamId%3Dpayments",
        )


def test_it_costs_the_user_and_the_registration(ada):
    form = ada.sees(FORM)
    with counted_calls() as calls:
        ada.client.post(FORM, form.form.values | TYPED, headers={"accept": "text/html"})

    assert calls == ["Query", "TransactWriteItems"]


def test_the_builders_fields_are_all_there(ada):
    assert set(a_registration()) <= set(ada.sees(FORM).form.values)

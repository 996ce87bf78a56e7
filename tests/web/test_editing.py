"""Changing a version, a model and a team; and what happens when somebody else does so at the same time."""

from typing import ClassVar

import pytest

from models_app.web.forms.fields import DocumentField, PairsField, ProseField
from tests.builders import SIGNATURE
from tests.costs import counted_calls
from tests.web.visitors import Visitor

VERSION = "/web/models/payments.fraud/versions/1.2.0/edit"
MODEL = "/web/models/payments.fraud/edit"
TEAM = "/web/teams/payments/settings"
BEFORE = {"description": "first", "metrics": {"auc": 0.5}, "tags": {"owner": "risk"}, "metadata": {"x": 1.0}}


@pytest.fixture
def ada(payments):
    payments.contributor.registers("fraud", version="1.2.0", signature=SIGNATURE, **BEFORE)
    return Visitor.signed_in("ada", payments="maintainer")


@pytest.fixture
def bob(ada):
    return Visitor.signed_in("bob", payments="maintainer")


class TestAVersion:
    def test_what_is_typed_is_saved_and_the_rest_stays_to_the_bit(self, ada):
        page = ada.sends(ada.sees(VERSION), description="second")

        assert (page.address, page.notices) == ("/api/v1/models/payments.fraud/1.2.0", ["Saved."])
        version = ada.reads("payments.fraud", "1.2.0").body
        assert {name: version[name] for name in BEFORE} == BEFORE | {"description": "second"}
        assert str(version["metadata"]["x"]) == "1.0"

    def test_saving_what_was_not_touched_is_no_change(self, ada):
        ada.sends(ada.sees(VERSION))

        assert ada.history("payments.fraud") == ["ModelVersionRegistered"]

    def test_it_is_deprecated_and_taken_back(self, ada):
        ada.sends(ada.sees(VERSION), status="DEPRECATED")
        assert ada.reads("payments.fraud", "1.2.0").body["status"] == "DEPRECATED"

        ada.sends(ada.sees(VERSION), status="REGISTERED")
        assert ada.reads("payments.fraud", "1.2.0").body["status"] == "REGISTERED"

    def test_a_known_target_does_not_become_open_again(self, ada):
        form = ada.sees(VERSION)
        assert form.form.choices["deploymentTarget"] == ["EKS", "Lambda"]

        page = ada.sends(form, deploymentTarget="")

        assert page.status == 400
        assert page.beside("deploymentTarget")

    def test_what_the_api_refuses_stands_beside_its_field(self, ada):
        page = ada.sends(ada.sees(VERSION), tags="a:b = c", description="stays")

        assert page.status == 400
        assert "no colon" in page.beside("tags")
        assert page.form.values["description"] == "stays"
        assert ada.reads("payments.fraud", "1.2.0").body["tags"] == BEFORE["tags"]

    def test_under_an_alias_it_leads_to_the_version_that_is_meant(self, ada):
        ada.moves("payments.fraud", "champion", "1.2.0")

        answer = ada.client.get("/web/models/payments.fraud/versions/@champion/edit", headers={"accept": "text/html"})

        assert answer.headers["Location"] == VERSION

    def test_it_costs_one_call_to_show_and_two_to_save(self, ada):
        with counted_calls() as shown:
            form = ada.sees(VERSION)
        with counted_calls() as saved:
            ada.client.post(VERSION, form.form.values | {"description": "x"}, headers={"accept": "text/html"})

        user = ["Query"]
        assert (shown, saved) == ([*user, "GetItem"], [*user, "BatchGetItem", "TransactWriteItems"])


class TestAtTheSameTime:
    def test_the_second_is_told_what_changed_and_overwrites_nothing(self, ada, bob):
        late = bob.sees(VERSION)
        ada.sends(ada.sees(VERSION), description="by ada", tags="owner = ada")

        page = bob.sends(late, description="by bob")

        assert page.status == 412
        assert "ada changed this" in page.alerts[0]
        assert "by ada" in page.alerts[0]
        assert "owner = ada" in page.alerts[0]
        assert page.form.values["description"] == "by bob"
        assert "Somebody else changed this too" in page.beside("description")
        assert page.form.values["tags"] == "owner = ada"
        assert not page.beside("tags")
        assert ada.reads("payments.fraud", "1.2.0").body["description"] == "by ada"

    def test_having_seen_it_the_second_may_put_theirs_in_its_place(self, ada, bob):
        late = bob.sees(VERSION)
        ada.sends(ada.sees(VERSION), description="by ada", tags="owner = ada")

        page = bob.sends(bob.sends(late, description="by bob"))

        assert page.notices == ["Saved."]
        version = ada.reads("payments.fraud", "1.2.0").body
        assert (version["description"], version["tags"]) == ("by bob", {"owner": "ada"})

    def test_not_if_there_was_a_third_meanwhile(self, ada, bob):
        late = bob.sees(VERSION)
        ada.sends(ada.sees(VERSION), description="by ada")
        told = bob.sends(late, description="by bob")
        ada.sends(ada.sees(VERSION), description="by ada again")

        page = bob.sends(told)

        assert page.status == 412
        assert "by ada again" in page.alerts[0]

    def test_two_who_changed_different_fields_are_told_too(self, ada, bob):
        late = bob.sees(VERSION)
        ada.sends(ada.sees(VERSION), tags="owner = ada")

        page = bob.sends(late, description="by bob")

        assert page.status == 412
        assert "not touched: taken over" in page.alerts[0]
        assert ada.reads("payments.fraud", "1.2.0").body["description"] == "first"

    def test_what_the_form_does_not_show_is_no_hindrance(self, ada, bob):
        late = bob.sees(VERSION)
        ada.moves("payments.fraud", "champion", "1.2.0")

        assert bob.sends(late, description="by bob").notices == ["Saved."]

    def test_of_a_model_as_well(self, ada, bob):
        late = bob.sees(MODEL)
        ada.sends(ada.sees(MODEL), description="by ada")

        page = bob.sends(late, description="by bob")

        assert page.status == 412
        assert "by ada" in page.alerts[0]
        assert bob.sends(page).address == "/api/v1/models/payments.fraud"
        assert ada.reads("payments.fraud").body["description"] == "by bob"

    def test_and_of_a_team(self, ada, bob):
        late = bob.sees(TEAM)
        ada.sends(ada.sees(TEAM), protectedAliases="champion\nlive")

        page = bob.sends(late, displayName="Pay")

        assert page.status == 412
        assert page.form.values["protectedAliases"] == "champion\nlive"
        assert bob.sends(page).notices == ["Saved."]
        team = ada.gets("teams/payments").body
        assert (team["displayName"], team["protectedAliases"]) == ("Pay", ["champion", "live"])


class TestRoundTrips:
    """What stands in a form and is not touched comes back as it was."""

    NASTY: ClassVar = {
        "plain": "value",
        "a = b": "c = d",
        ' "quoted" ': '"',
        "lines": "one\r\ntwo\nthree\u2028four\x85five\x0bsix",
        "spaces ": "  around  ",
        "empty": "",
        "backslash": "\\n",
        "ünï": "\u202e☃\U0001f600",
        "=": "=",
        '"': "'",
    }

    def test_pairs(self):
        assert PairsField().to_python(PairsField().prepare_value(self.NASTY)) == self.NASTY

    def test_documents(self):
        document = {"a": [1, 1.0, 1e300, -0.0, None, True], "ü\n": {"": "\u2028"}}

        assert repr(DocumentField().to_python(DocumentField().prepare_value(document))) == repr(document)

    def test_prose_of_two_lines(self):
        assert ProseField().to_python("one\r\ntwo ") == "one\ntwo "

    @pytest.mark.parametrize("line", ["x", "= y", '"x = y', '"x" y', '"x" = "y" z', "x = 1\nx = 2", '"" = y'])
    def test_what_is_no_pair_is_refused_with_its_line(self, line):
        with pytest.raises(Exception, match="Line "):
            PairsField().to_python(line)

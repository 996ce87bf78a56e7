"""Moving and removing aliases."""

import pytest

from tests.costs import counted_calls
from tests.web.visitors import Visitor

MOVE = "/web/models/payments.fraud/alias"
REMOVE = "/web/models/payments.fraud/aliases/champion/remove"


@pytest.fixture
def ada(payments):
    for label in ("1.1.0", "1.2.0"):
        payments.contributor.registers("fraud", version=label)
    payments.maintainer.moves("payments.fraud", "champion", "1.1.0")
    return Visitor.signed_in("ada", payments="maintainer")


def meaning(visitor, alias):
    return visitor.alias("payments.fraud", alias).body["version"]


class TestMoving:
    def test_it_begins_with_the_version_one_came_from_and_offers_what_there_is(self, ada):
        page = ada.sees(f"{MOVE}?version=1.2.0")

        assert page.form.values["version"] == "1.2.0"
        assert "Now: champion 1.1.0" in page.said
        options = [given["value"] for tag, given in page.tags if tag == "option"]
        assert options == ["champion", "production", "1.2.0", "1.1.0"]

    def test_one_that_is_there_is_moved(self, ada):
        page = ada.sends(ada.sees(f"{MOVE}?version=1.2.0"), alias="champion")

        assert page.address == "/api/v1/models/payments.fraud"
        assert page.notices == ["champion points to version 1.2.0."]
        assert meaning(ada, "champion") == "1.2.0"

    def test_a_new_one_is_made(self, ada):
        ada.sends(ada.sees(MOVE), alias="challenger", version="latest")

        assert meaning(ada, "challenger") == "1.2.0"

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"alias": "-x", "version": "1.2.0"}, "alias", "An alias is"),
            ({"alias": "latest", "version": "1.2.0"}, "alias", "cannot be moved"),
            ({"alias": "champion", "version": "9.9.9"}, "version", "no such version"),
            ({"alias": "champion", "version": "not a label"}, "version", "no such version"),
            ({"alias": "champion", "version": ""}, "version", "required"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, ada, typed, field, said):
        page = ada.sends(ada.sees(MOVE), **typed)

        assert page.status == 400
        assert said in page.beside(field)
        assert page.form.values["alias"] == typed["alias"]

    def test_who_did_not_see_where_it_points_now_is_told(self, ada):
        late = ada.sees(f"{MOVE}?version=1.1.0")
        ada.moves("payments.fraud", "champion", "1.2.0")

        page = ada.sends(late, alias="champion")

        assert page.status == 412
        assert "it now points to version 1.2.0" in page.beside("alias")
        assert meaning(ada, "champion") == "1.2.0"
        assert ada.sends(page).notices == ["champion points to version 1.1.0."]

    def test_nor_is_one_overwritten_that_was_made_meanwhile(self, ada):
        late = ada.sees(MOVE)
        ada.moves("payments.fraud", "blue", "1.1.0")

        page = ada.sends(late, alias="blue", version="1.2.0")

        assert page.status == 412
        assert meaning(ada, "blue") == "1.1.0"

    def test_a_protected_one_is_not_for_contributors_and_what_they_typed_stays(self, ada):
        eve = Visitor.signed_in("eve", payments="contributor")

        page = eve.sends(eve.sees(MOVE), alias="champion", version="1.2.0")

        assert page.status == 403
        assert "takes the role maintainer" in page.alerts[0]
        assert page.form.values["alias"] == "champion"
        assert meaning(ada, "champion") == "1.1.0"

    def test_it_costs_one_call_to_show_beside_the_user(self, ada):
        with counted_calls() as calls:
            ada.sees(MOVE)

        assert calls == ["Query", "Query"]


class TestRemoving:
    def test_it_says_what_it_comes_to_and_does_it(self, ada):
        shown = ada.sees(REMOVE)
        assert "It points to version 1.1.0" in shown.said

        assert ada.sends(shown).notices == ["The alias champion is removed."]
        assert ada.alias("payments.fraud", "champion").status == 404

    def test_not_if_it_points_elsewhere_since(self, ada):
        shown = ada.sees(REMOVE)
        ada.moves("payments.fraud", "champion", "1.2.0")

        page = ada.sends(shown)

        assert page.status == 412
        assert "It points to version 1.2.0" in page.said
        assert meaning(ada, "champion") == "1.2.0"

    @pytest.mark.parametrize("name", ["nothing", "latest", "1.2.0", "-"])
    def test_what_is_none_is_missing(self, ada, name):
        assert ada.sees(f"/web/models/payments.fraud/aliases/{name}/remove").status == 404

"""Giving a model another name, deleting it, and bringing it back."""

import pytest

from tests.web.visitors import Visitor

MODEL = "/web/models/payments.fraud"
PAGE = "/api/v1/models/payments.fraud"


@pytest.fixture
def ada(payments):
    payments.contributor.registers("fraud", version="1.2.0")
    payments.maintainer.moves("payments.fraud", "champion", "1.2.0")
    return Visitor.signed_in("ada", payments="maintainer")


class TestRenaming:
    def test_the_page_of_the_new_name_is_shown(self, ada):
        page = ada.sends(ada.sees(f"{MODEL}/rename"), modelName="cards")

        assert (page.address, page.notices) == ("/api/v1/models/payments.cards", ["The model is called cards now."])
        assert ada.reads("payments.cards", "@champion").status == 200

    def test_a_name_that_is_none_is_told_beside_the_field(self, ada):
        page = ada.sends(ada.sees(f"{MODEL}/rename"), modelName="a/b")

        assert page.status == 400
        assert "A model name is 1-128 letters" in page.beside("modelName")
        assert ada.reads("payments.fraud").status == 200

    def test_a_name_that_is_taken_stays_in_the_form(self, ada):
        ada.registers("cards", teamId="payments")

        page = ada.sends(ada.sees(f"{MODEL}/rename"), modelName="cards")

        assert page.status == 409
        assert "There is a model payments.cards already" in page.alerts[0]
        assert 'value="cards"' in page.html

    def test_what_forbids_it_is_shown_before_any_harm(self, ada):
        deployment = ada.deploys("payments.fraud", "1.2.0", environment="prod")

        page = ada.sees(f"{MODEL}/rename")

        assert [form.action for form in page.forms] == ["/logout"]
        assert page.links["its deployment"] == f"/api/v1/deployments/{deployment.body['deploymentId']}"


class TestDeleting:
    def test_what_goes_is_told_first(self, ada):
        page = ada.sees(f"{MODEL}/delete")

        assert "1 version, and the alias champion" in " ".join(page.html.split())

    def test_it_is_gone_and_comes_back_from_its_history(self, ada):
        gone = ada.sends(ada.sees(f"{MODEL}/delete"))
        assert gone.address == f"{PAGE}/events"
        assert "restored within 30 days" in gone.notices[0]
        assert ada.reads("payments.fraud").status == 404

        back = ada.sends(ada.sees(gone.links["Restore"]))
        assert (back.address, back.notices) == (PAGE, ["payments.fraud is back."])

    def test_what_came_since_is_not_deleted(self, ada):
        form = ada.sees(f"{MODEL}/delete")
        ada.registers("fraud", version="2.0.0", teamId="payments")

        page = ada.sends(form)

        assert page.status == 412
        assert "2 versions" in page.html
        assert ada.reads("payments.fraud").status == 200

    def test_what_is_not_deleted_cannot_be_restored(self, ada):
        page = ada.sends(ada.sees(f"{MODEL}/restore"))

        assert page.status == 404

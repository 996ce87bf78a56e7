"""The list of models."""

from __future__ import annotations

from models_app.domain.teams import Role
from models_app.web.pages.values import NONE
from tests.callers import Cast
from tests.web.looking.pages import a_reader


class TestTheTable:
    def test_it_shows_what_a_team_asks_first(self, payments: Cast) -> None:
        payments.contributor.registers("churn", version="1.0.0")
        payments.contributor.registers("fraud", version="1.0.0", frameworkVersion="1.9.1")
        payments.maintainer.reports(
            payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod"), "SUCCEEDED"
        )
        payments.contributor.registers("fraud", version="1.1.0", framework="pytorch", deploymentTarget="Lambda")

        page = a_reader(payments).opens("models")

        assert page.heading == "Models"
        assert page.row("payments.churn")[1:6] == ["1.0.0", "Registered", "scikit-learn", "EKS", ""]
        assert page.row("payments.fraud")[1:6] == ["1.1.0", "Registered", "pytorch", "Lambda", "prod/EKS 1.0.0"]
        assert page.links["payments.fraud"] == "/api/v1/models/payments.fraud"
        assert page.links["1.1.0"] == "/api/v1/models/payments.fraud/1.1.0"

    def test_a_model_without_versions_stays_in_the_list(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.maintainer.deletes("payments.fraud", "1.0.0")

        assert a_reader(payments).opens("models").row("payments.fraud")[1:6] == [NONE, "", "", "", ""]

    def test_a_deployment_under_way_to_an_empty_place_is_shown(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")

        assert a_reader(payments).opens("models").row("payments.fraud")[5] == "prod/EKS …"

    def test_only_who_may_register_is_offered_it(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")

        assert "Register a version" in a_reader(payments, role=Role.CONTRIBUTOR).opens("models").links
        assert "Register a version" not in a_reader(payments, role=Role.VIEWER, username="eve").opens("models").links


class TestFilters:
    def test_empty_fields_of_the_form_are_left_out(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.contributor.registers("churn", framework="pytorch")
        reader = a_reader(payments)
        fields = {"namePattern": "", "framework": "pytorch", "status": "", "tag": ["", ""], "updatedAfter": ""}

        answer = reader.caller.client.get("/web/models", fields, headers={"accept": "text/html"})

        assert answer.status_code == 302
        assert answer.headers["Location"] == "/api/v1/models?framework=pytorch"
        assert [row[0] for row in reader.opens(answer.headers["Location"]).rows[1:]] == ["payments.churn"]

    def test_a_date_is_sent_on_as_the_instant_in_which_it_begins(self, payments: Cast) -> None:
        reader = a_reader(payments)

        answer = reader.caller.client.get(
            "/web/models", {"updatedAfter": "2999-01-31"}, headers={"accept": "text/html"}
        )
        page = reader.opens(answer.headers["Location"])

        assert answer.headers["Location"] == "/api/v1/models?updatedAfter=2999-01-31T00%3A00%3A00Z"
        assert page.all("input", name="updatedAfter")[0].attributes["value"] == "2999-01-31"
        assert "No model fits these filters." in page.text

    def test_what_was_asked_stays_in_the_form(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", tags={"domain": "cards", "tier": "1"})

        page = a_reader(payments).opens("models", namePattern="rau", framework="scikit-learn", tag=["tier:1", "domain"])

        assert page.all("input", name="namePattern")[0].attributes["value"] == "rau"
        assert [each.text for each in page.all("option") if "selected" in each.attributes] == ["scikit-learn"]
        assert [each.attributes["value"] for each in page.all("input", name="tag")] == ["tier:1", "domain", ""]
        assert page.row("payments.fraud")

    def test_all_fields_have_labels(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")

        page = a_reader(payments).opens("models")

        fields = [each for each in page.all("input") + page.all("select") if each.attributes.get("type") != "hidden"]
        [csrf] = page.all("input", name="csrfmiddlewaretoken")
        assert len(page.all("label")) == len([each for each in fields if each is not csrf])

    def test_who_is_in_several_teams_chooses_one(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.outsider.registers("segment")
        reader = a_reader(payments, vision=Role.VIEWER)

        both, one = reader.opens("models"), reader.opens("models", teamId="vision")

        assert [row[0] for row in both.rows[1:]] == ["payments.fraud", "vision.segment"]
        assert [row[0] for row in one.rows[1:]] == ["vision.segment"]
        assert one.heading == "Models of vision"


class TestPaging:
    def test_one_goes_on_and_back_to_the_beginning(self, payments: Cast) -> None:
        for name in ("a", "b", "c"):
            payments.contributor.registers(name, tags={"x": "y"})
        reader = a_reader(payments)

        first = reader.opens("models", limit=2, tag="x")
        second = reader.opens(first.links["Next page"])

        assert [row[0] for row in first.rows[1:]] == ["payments.a", "payments.b"]
        assert [row[0] for row in second.rows[1:]] == ["payments.c"]
        assert "First page" not in first.links
        assert "Next page" not in second.links
        assert reader.opens(second.links["First page"]).rows == first.rows


class TestTheFirstModel:
    def test_an_empty_team_is_shown_how_to_register_one(self, payments: Cast) -> None:
        page = a_reader(payments, role=Role.CONTRIBUTOR).opens("models")

        assert 'curl -X POST "http://testserver/api/v1/models"' in page.text
        assert 'requests.post( "http://testserver/api/v1/models"' in page.text
        assert "MLFLOW_TRACKING_URI=http://testserver and" in page.text
        assert page.links["Fill in the form"] == "/web/models/new"

    def test_its_example_registers(self, payments: Cast) -> None:
        page = a_reader(payments, role=Role.CONTRIBUTOR).opens("models")
        [command] = [each.text for each in page.all("code") if each.text.startswith("curl")]
        body = command[command.index("-d '") + 4 : command.rindex("'")]

        answer = payments.contributor.calls("POST", "models", raw=body.encode())

        assert answer.status == 201
        assert answer.body["modelId"] == "payments.fraud"

    def test_a_viewer_is_told_who_can(self, payments: Cast) -> None:
        page = a_reader(payments, role=Role.VIEWER).opens("models")

        assert "Whoever is contributor of a team can register one." in page.text
        assert "Fill in the form" not in page.links

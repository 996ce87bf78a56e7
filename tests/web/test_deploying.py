"""Deploying with the plan in sight, going back, and what people say of a deployment under way."""

import pytest

from tests.costs import counted_calls
from tests.web.visitors import Visitor

DEPLOY = "/web/models/payments.fraud/versions/1.2.0/deploy"
ROLLBACK = "/web/models/payments.fraud/rollback"


@pytest.fixture
def ada(payments):
    for label in ("1.1.0", "1.2.0"):
        payments.contributor.registers("fraud", version=label, sizeBytes=1000)
    return Visitor.signed_in("ada", payments="maintainer")


def deployments_of(visitor):
    return visitor.gets("deployments?teamId=payments").body["results"]


def runs(visitor, label):
    """The version is deployed to prod, and the pipeline says that it succeeded."""
    asked = visitor.deploys("payments.fraud", label, environment="prod")
    assert visitor.reports(asked, "SUCCEEDED").status == 200


class TestThePlan:
    def test_it_stands_above_the_button_from_the_beginning(self, ada):
        page = ada.sees(f"{DEPLOY}?environment=prod")

        assert "payments.fraud 1.2.0 in prod on EKS" in page.said
        assert "InferenceService" in page.said
        assert "DeploymentRequested" not in page.headings
        assert page.html.index('id="plan"') < page.html.index('value="deploy"')
        assert deployments_of(ada) == []

    def test_it_says_what_runs_there_now(self, ada):
        runs(ada, "1.1.0")

        assert "Runs there now 1.1.0 since" in ada.sees(f"{DEPLOY}?environment=prod").said

    def test_planning_again_deploys_nothing(self, ada):
        page = ada.sends(ada.sees(DEPLOY), press="plan", environment="prod", deploymentTarget="Lambda")

        assert page.status == 200
        assert "in prod on Lambda" in page.said
        assert "Packaging zip" in page.said
        assert deployments_of(ada) == []

    def test_what_forbids_it_is_said_and_there_is_no_button(self, ada):
        ada.deploys("payments.fraud", "1.1.0", environment="prod")
        ada.patches("payments.fraud", "1.2.0", {"status": "DEPRECATED"})

        page = ada.sees(f"{DEPLOY}?environment=prod")

        assert "under way there" in page.alerts[0]
        assert "deprecated" in page.alerts[0]
        assert [button["value"] for button in page.form.buttons] == ["plan"]

    def test_what_makes_no_sense_stands_beside_its_field(self, ada):
        page = ada.sends(ada.sees(DEPLOY), press="plan", environment="No Such", parameters='{"a": 1}')

        assert page.status == 400
        assert "lower-case" in page.beside("environment")
        assert page.form.values["parameters"] == '{"a": 1}'
        assert "The plan" not in page.said

    def test_it_costs_one_call_beside_the_user(self, ada):
        with counted_calls() as calls:
            ada.sees(DEPLOY)

        assert calls == ["Query", "BatchGetItem"]


class TestDeploying:
    def test_it_leads_to_the_deployment(self, ada):
        planned = ada.sends(ada.sees(DEPLOY), press="plan", environment="prod", parameters='{"replicas": 2}')

        page = ada.sends(planned, press="deploy")

        [deployment] = deployments_of(ada)
        assert page.address == f"/api/v1/deployments/{deployment['deploymentId']}"
        assert (deployment["environment"], deployment["parameters"]) == ("prod", {"replicas": 2})
        assert "is requested for prod" in page.notices[0]

    def test_a_second_click_finds_what_the_first_did(self, ada):
        planned = ada.sees(f"{DEPLOY}?environment=prod")
        first = ada.sends(planned, press="deploy")
        second = ada.sends(planned, press="deploy")

        assert second.address == first.address
        assert len(deployments_of(ada)) == 1

    def test_whatever_was_typed_since_the_plan_is_planned_first(self, ada):
        page = ada.sends(ada.sees(DEPLOY), press="deploy", environment="prod")

        assert page.status == 200
        assert "in prod on EKS" in page.said
        assert deployments_of(ada) == []

    def test_a_form_without_a_plan_deploys_nothing(self, ada):
        page = ada.posts(DEPLOY, {"environment": "prod", "step": "deploy", "csrfmiddlewaretoken": ada.csrf_token})

        assert page.status == 200
        assert deployments_of(ada) == []

    def test_who_was_overtaken_sees_by_what(self, ada):
        planned = ada.sees(f"{DEPLOY}?environment=prod")
        ada.deploys("payments.fraud", "1.1.0", environment="prod")

        page = ada.sends(planned, press="deploy")

        assert page.status == 409
        assert "another deployment is under way there" in page.alerts[0]

    def test_without_a_target_anywhere_it_asks_for_one(self, ada, payments):
        from models_app.domain.actors import command_line
        from models_app.domain.artifacts import Artifact
        from models_app.domain.frameworks import Framework
        from models_app.domain.labels import VersionLabel
        from models_app.domain.models import ModelId
        from models_app.domain.versions import MutablePart, Registration
        from models_app.services import versions

        registration = Registration(
            model=ModelId.parse("payments.open"),
            label=VersionLabel("1"),
            framework=Framework.CUSTOM,
            artifact=Artifact(uri="s3://b/k", sha256=None, size_bytes=None),
            mutable=MutablePart(),
        )
        versions.register(actor=command_line(), registration=registration)

        page = ada.sees("/web/models/payments.open/versions/1/deploy")

        assert page.status == 200
        assert "say EKS or Lambda" in page.beside("deploymentTarget")
        assert "in default on Lambda" in ada.sends(page, press="plan", deploymentTarget="Lambda").said


class TestGoingBack:
    def test_it_shows_what_would_come_back_and_brings_it(self, ada):
        runs(ada, "1.1.0")
        runs(ada, "1.2.0")

        offered = ada.sees(ROLLBACK)
        assert offered.links["prod/EKS"] == "?environment=prod&deploymentTarget=EKS"
        shown = ada.sees(ROLLBACK + offered.links["prod/EKS"])
        assert "runs 1.2.0 since" in shown.said
        page = ada.sends(shown, detail="too slow")

        newest = deployments_of(ada)[0]
        assert page.address == f"/api/v1/deployments/{newest['deploymentId']}"
        assert (newest["version"], newest["reason"]) == ("1.1.0", "rollback")

    def test_not_if_something_else_runs_there_since(self, ada):
        runs(ada, "1.1.0")
        runs(ada, "1.2.0")
        shown = ada.sees(f"{ROLLBACK}?environment=prod&deploymentTarget=EKS")
        runs(ada, "1.1.0")

        page = ada.sends(shown, detail="too slow")

        assert page.status == 412
        assert page.form.values["detail"] == "too slow"
        assert "runs 1.1.0 since" in page.said

    def test_where_nothing_ran_before_there_is_no_button(self, ada):
        page = ada.sees(f"{ROLLBACK}?environment=prod&deploymentTarget=EKS")

        assert "Nothing else of this model ran in prod/EKS" in page.said
        assert [form.action for form in page.forms] == ["/logout"]
        assert "Nothing of this model ran anywhere" in ada.sees(ROLLBACK).said

    def test_what_is_deregistered_does_not_come_back(self, ada):
        runs(ada, "1.1.0")
        runs(ada, "1.2.0")
        ada.deletes("payments.fraud", "1.1.0")

        assert "1.1.0 is deregistered" in ada.sees(f"{ROLLBACK}?environment=prod&deploymentTarget=EKS").alerts[0]


class TestUnderWay:
    def test_it_is_cancelled_with_a_reason(self, ada):
        asked = ada.deploys("payments.fraud", "1.2.0")
        address = f"/web/deployments/{asked.body['deploymentId']}/cancel"

        page = ada.sends(ada.sees(address), detail="wrong one")

        assert page.address == f"/api/v1/deployments/{asked.body['deploymentId']}"
        told = ada.follows(asked)
        assert (told["status"], told["timeline"][-1]["detail"]) == ("CANCELLED", "wrong one")
        assert "It is over" in ada.sees(address).said

    def test_a_maintainer_may_report_where_no_pipeline_does(self, ada):
        asked = ada.deploys("payments.fraud", "1.2.0")

        ada.sends(ada.sees(f"/web/deployments/{asked.body['deploymentId']}/report"), status="SUCCEEDED", detail="seen")

        assert ada.follows(asked)["status"] == "SUCCEEDED"

    def test_what_cannot_be_is_refused_and_what_was_typed_stays(self, ada):
        asked = ada.deploys("payments.fraud", "1.2.0")
        form = ada.sees(f"/web/deployments/{asked.body['deploymentId']}/report")
        ada.reports(asked, "FAILED")

        page = ada.sends(form, status="SUCCEEDED")

        assert page.status == 409
        assert "FAILED and cannot become SUCCEEDED" in page.alerts[0]

"""What runs where, and how a deployment is going."""

from __future__ import annotations

from models_app.domain.teams import Role
from models_app.web.pages.values import NONE
from tests.callers import Cast
from tests.web.looking.pages import a_reader


class TestTheBoard:
    def test_a_row_for_each_model_and_a_column_for_each_environment(self, payments: Cast) -> None:
        for model in ("churn", "fraud", "idle"):
            payments.contributor.registers(model, version="1.0.0")
        payments.maintainer.reports(
            payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod"), "SUCCEEDED"
        )
        payments.maintainer.deploys("payments.churn", "1.0.0", environment="staging")

        page = a_reader(payments).opens("deployments")

        assert page.rows[0] == ["Model", "prod", "staging"]
        assert page.rows[1] == ["payments.churn", NONE, "EKS Under way"]
        assert page.rows[2][0] == "payments.fraud"
        assert page.rows[2][1].startswith("1.0.0 EKS since 2")
        assert page.rows[2][2] == NONE

    def test_two_targets_of_an_environment_share_its_column(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        for target in ("EKS", "Lambda"):
            asked = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod", deploymentTarget=target)
            payments.maintainer.reports(asked, "SUCCEEDED")

        page = a_reader(payments).opens("deployments")

        assert page.rows[0] == ["Model", "prod"]
        assert page.rows[1][1].count("1.0.0") == 2

    def test_a_team_that_runs_nothing_is_told_so(self, payments: Cast) -> None:
        page = a_reader(payments).opens("deployments")

        assert "Nothing runs anywhere." in page.text
        assert "There was none yet." in page.text


class TestTheList:
    def test_it_is_narrowed_and_goes_on(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        for environment in ("prod", "staging", "test"):
            payments.maintainer.deploys("payments.fraud", "1.0.0", environment=environment)
        reader = a_reader(payments)

        narrowed = reader.opens("deployments", environment="prod")
        following = reader.opens(reader.opens("deployments", limit=2).links["Next page"])

        assert [row[3] for row in narrowed.rows if len(row) == 8] == ["Environment", "prod"]
        assert narrowed.all("input", name="environment")[0].attributes["value"] == "prod"
        assert [row[3] for row in following.rows] == ["Environment", "prod"], "the board stands on the first page alone"

    def test_who_is_in_several_teams_is_asked_which(self, payments: Cast) -> None:
        page = a_reader(payments, vision=Role.VIEWER).opens("deployments", status=400)

        assert page.links["vision"].endswith("?teamId=vision")
        assert "/api/v1/deployments?teamId=payments" in [each.attributes["href"] for each in page.all("a")]


class TestADeployment:
    def test_its_timeline_and_parameters(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        asked = payments.maintainer.deploys(
            "payments.fraud", "1.0.0", environment="prod", parameters={"cpu": {"min": 2}}
        )
        payments.maintainer.reports(asked, "IN_PROGRESS", detail="Half of it.")

        page = a_reader(payments).opens(f"deployments/{asked.body['deploymentId']}")

        assert page.heading == "1.0.0 in prod In progress"
        assert "Half of it." in page.text
        assert page.row("cpu.min") == ["cpu.min", "2"]

    def test_it_follows_only_what_is_under_way(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        asked = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")
        reader, path = a_reader(payments), f"deployments/{asked.body['deploymentId']}"

        under_way = reader.opens(path)
        payments.maintainer.reports(asked, "SUCCEEDED")
        over = reader.opens(path)

        assert "Look again" in under_way.links
        assert [each.attributes["src"] for each in under_way.all("script")][-1] == "/static/models_app/follow.js"
        assert "Look again" not in over.links
        assert "/static/models_app/follow.js" not in over.raw

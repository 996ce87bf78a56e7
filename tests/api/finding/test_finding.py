"""Finding models: whose are shown, what is shown of them, and which questions are refused."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from models_app.domain.teams import Role
from tests.callers import Cast, a_person


class TestFinding:
    def test_a_viewer_finds_the_models_of_the_team_in_the_order_of_their_ids(self, payments: Cast) -> None:
        for name in ("fraud", "churn", "fraud.v2", "ranking", "10"):
            payments.contributor.registers(name)

        assert payments.viewer.finds() == [
            "payments.10",
            "payments.churn",
            "payments.fraud",
            "payments.fraud.v2",
            "payments.ranking",
        ]

    def test_each_comes_with_the_summary_of_its_latest_version(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.contributor.registers("fraud", version="2.0.0", framework="torch", tags={"stage": "candidate"})
        payments.contributor.registers("fraud", version="1.9.0")
        payments.contributor.moves("payments.fraud", "challenger", "1.0.0")

        assert payments.viewer.lists("models").lasting == snapshot(
            {
                "next": None,
                "previous": None,
                "results": [
                    {
                        "modelId": "payments.fraud",
                        "teamId": "payments",
                        "modelName": "fraud",
                        "description": "",
                        "tags": {},
                        "aliases": {"challenger": "1.0.0"},
                        "placements": {},
                        "versionCount": 3,
                        "latestVersion": {
                            "version": "2.0.0",
                            "status": "REGISTERED",
                            "framework": "pytorch",
                            "frameworkVersion": None,
                            "deploymentTarget": "EKS",
                            "s3Uri": "s3://models/fraud/model.joblib",
                            "tags": {"stage": "candidate"},
                        },
                    }
                ],
            }
        )

    def test_a_team_without_models_has_an_empty_list(self, payments: Cast) -> None:
        assert payments.viewer.lists("models").body == {"next": None, "previous": None, "results": []}

    def test_a_model_whose_versions_are_all_deleted_stays_in_the_list(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.maintainer.deletes("payments.fraud", "1")

        [model] = payments.viewer.lists("models").body["results"]

        assert (model["modelId"], model["versionCount"], model["latestVersion"]) == ("payments.fraud", 0, None)


class TestWhoFindsWhat:
    def test_nobody_finds_the_models_of_another_team(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.outsider.registers("faces")

        assert payments.viewer.finds() == ["payments.fraud"]
        assert payments.outsider.finds() == ["vision.faces"]

    def test_someone_in_several_teams_finds_the_models_of_all_of_them(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.outsider.registers("faces")
        ada = a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})

        assert ada.finds() == ["payments.fraud", "vision.faces"]
        assert ada.finds(teamId="vision") == ["vision.faces"]

    def test_someone_in_no_team_finds_nothing(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")

        assert a_person("ada", roles={}).finds() == []

    def test_an_administrator_finds_all(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.outsider.registers("faces")

        assert payments.admin.finds() == ["payments.fraud", "vision.faces"]
        assert payments.admin.finds(teamId="payments") == ["payments.fraud"]

    def test_another_team_is_as_good_as_missing(self, payments: Cast) -> None:
        foreign = payments.outsider.lists("models", teamId="payments")
        missing = payments.outsider.lists("models", teamId="no-such-team")

        assert foreign.slug == "team-not-found"
        assert foreign.problem == missing.problem

    def test_a_stranger_is_asked_for_a_token(self, payments: Cast) -> None:
        assert payments.anonymous.lists("models").problem == snapshot(
            {
                "type": "/problems/credentials-missing",
                "title": "Sign in first",
                "status": 401,
                "detail": "This call needs a token. Send it as 'Authorization: Bearer mr_…'; a maintainer of your "
                "team can issue one.",
            }
        )


class TestQuestionsThatMakeNoSense:
    def test_unknown_parameters_are_refused_by_name(self, payments: Cast) -> None:
        answer = payments.viewer.lists("models", framwork="sklearn", colour="red", limit=5)

        assert answer.wrong_fields == {"framwork": "unknown", "colour": "unknown"}
        assert "namePattern" in answer.body["errors"][0]["detail"]

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("teamId", "Not A Team"),
            ("framework", "abacus"),
            ("deploymentTarget", "mainframe"),
            ("status", "SLEEPING"),
            ("status", "registered"),
            ("ordering", "updatedAt"),
            ("ordering", "createdAt"),
            ("updatedAfter", "yesterday"),
            ("tag", ""),
            ("tag", [f"t{number}" for number in range(11)]),
            ("namePattern", "x" * 129),
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "-1"),
            ("limit", "ten"),
            ("limit", ""),
        ],
    )
    def test_a_wrong_value_is_refused_with_its_parameter(
        self, payments: Cast, parameter: str, value: str | list[str]
    ) -> None:
        assert set(payments.viewer.lists("models", **{parameter: value}).wrong_fields) == {parameter}

    def test_all_wrong_values_are_named_at_once(self, payments: Cast) -> None:
        wrong = {"framework": "abacus", "deploymentTarget": "mainframe", "status": "SLEEPING", "updatedAfter": "now"}

        assert set(payments.viewer.lists("models", **wrong).wrong_fields) == set(wrong)

    def test_a_closed_list_is_told(self, payments: Cast) -> None:
        [error] = payments.viewer.lists("models", status="SLEEPING").body["errors"]

        assert error == snapshot(
            {
                "field": "status",
                "code": "invalid_choice",
                "detail": "Use one of REGISTERED, DEPLOYING, DEPLOYED, FAILED, DEPRECATED.",
            }
        )

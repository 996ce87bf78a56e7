"""Registering a version: what comes back, where it goes, and who may."""

from __future__ import annotations

from inline_snapshot import snapshot

from models_app.domain.teams import Role
from tests.builders import SIGNATURE, a_registration
from tests.callers import Cast, a_person


class TestRegistering:
    def test_a_contributor_gets_the_version_as_it_was_registered(self, payments: Cast) -> None:
        answer = payments.contributor.registers(
            "fraud",
            version="1.2.0",
            framework="sklearn",
            frameworkVersion="1.5.2",
            sha256="AB" * 32,
            sizeBytes=1048576,
            description="Catches card fraud.",
            metadata={"accuracy": 0.95, "features": ["amount", "country"]},
            metrics={"f1": 0.9},
            tags={"stage": "candidate"},
            signature=SIGNATURE,
            lineage={"runId": "r-1", "gitCommit": "4f2a"},
        )

        assert answer.status == 201
        assert answer.lasting == snapshot(
            {
                "modelId": "payments.fraud",
                "teamId": "payments",
                "modelName": "fraud",
                "version": "1.2.0",
                "status": "REGISTERED",
                "framework": "scikit-learn",
                "frameworkVersion": "1.5.2",
                "s3Uri": "s3://models/fraud/model.joblib",
                "sha256": "abababababababababababababababababababababababababababababababab",
                "sizeBytes": 1048576,
                "deploymentTarget": "EKS",
                "description": "Catches card fraud.",
                "metadata": {"accuracy": 0.95, "features": ["amount", "country"]},
                "metrics": {"f1": 0.9},
                "tags": {"stage": "candidate"},
                "signature": {
                    "inputs": [{"name": "amount", "type": "double", "required": True}],
                    "outputs": [{"type": "long", "required": True}],
                },
                "lineage": {"runId": "r-1", "gitCommit": "4f2a"},
                "aliases": [],
                "deployments": [],
            }
        )

    def test_what_is_left_out_is_empty(self, payments: Cast) -> None:
        assert payments.contributor.registers("fraud", version="1").lasting == snapshot(
            {
                "modelId": "payments.fraud",
                "teamId": "payments",
                "modelName": "fraud",
                "version": "1",
                "status": "REGISTERED",
                "framework": "scikit-learn",
                "frameworkVersion": None,
                "s3Uri": "s3://models/fraud/model.joblib",
                "sha256": None,
                "sizeBytes": None,
                "deploymentTarget": "EKS",
                "description": "",
                "metadata": {},
                "metrics": {},
                "tags": {},
                "signature": None,
                "lineage": None,
                "aliases": [],
                "deployments": [],
            }
        )

    def test_the_answer_says_where_the_version_is_and_in_which_state(self, payments: Cast) -> None:
        answer = payments.contributor.registers("fraud", version="1.2.0")

        read = payments.viewer.gets(answer.location)
        assert answer.location == "http://testserver/api/v1/models/payments.fraud/1.2.0"
        assert read.body == answer.body
        assert read.etag == answer.etag

    def test_the_location_of_a_name_with_spaces_can_be_followed(self, payments: Cast) -> None:
        answer = payments.contributor.registers("card fraud v2", version="1.0.0+build.7")

        assert " " not in answer.location
        assert payments.viewer.gets(answer.location).body == answer.body

    def test_it_names_who_registered_and_when(self, payments: Cast) -> None:
        who = payments.contributor.gets("me").body["actor"]

        body = payments.contributor.registers("fraud").body

        assert body["createdBy"] == body["updatedBy"] == who
        assert body["createdAt"] == body["updatedAt"]
        assert body["createdAt"].endswith("Z")

    def test_the_first_version_makes_the_model(self, payments: Cast) -> None:
        assert payments.viewer.reads("payments.fraud").slug == "model-not-found"

        payments.contributor.registers("fraud", version="1.2.0")

        assert payments.viewer.reads("payments.fraud").body["versionCount"] == 1

    def test_it_is_in_the_history_with_all_that_a_reader_needs(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", metrics={"f1": 0.9}, tags={"a": "b"})

        [event] = payments.viewer.gets("models/payments.fraud/events").lasting["results"]

        assert event == snapshot(
            {
                "eventType": "ModelVersionRegistered",
                "schemaVersion": 1,
                "teamId": "payments",
                "modelId": "payments.fraud",
                "version": "1.2.0",
                "data": {
                    "artifact": {"s3Uri": "s3://models/fraud/model.joblib", "sha256": None, "sizeBytes": None},
                    "deploymentTarget": "EKS",
                    "description": "",
                    "framework": "scikit-learn",
                    "frameworkVersion": None,
                    "latest": "1.2.0",
                    "metrics": {"f1": 0.9},
                    "tags": {"a": "b"},
                },
            }
        )


class TestWhoMayRegister:
    def test_a_viewer_is_told_which_role_it_takes(self, payments: Cast) -> None:
        assert payments.viewer.registers("fraud").problem == snapshot(
            {
                "type": "/problems/permission-denied",
                "title": "Your role does not allow this",
                "status": 403,
                "detail": "Registering a version takes the role contributor in team payments; yours is viewer.",
            }
        )

    def test_a_stranger_is_asked_for_a_token(self, payments: Cast) -> None:
        assert payments.anonymous.registers("fraud").slug == "credentials-missing"

    def test_a_maintainer_may_as_well(self, payments: Cast) -> None:
        assert payments.maintainer.registers("fraud").status == 201

    def test_an_outsider_learns_nothing_about_the_team(self, payments: Cast) -> None:
        foreign = payments.outsider.registers("fraud", teamId="payments")
        missing = payments.outsider.registers("fraud", teamId="no-such-team")

        assert foreign.slug == "team-not-found"
        assert foreign.problem == missing.problem


class TestWhichTeam:
    def test_without_a_team_it_is_the_callers_own(self, payments: Cast) -> None:
        assert payments.contributor.registers("fraud").body["modelId"] == "payments.fraud"
        assert payments.outsider.registers("fraud").body["modelId"] == "vision.fraud"

    def test_ones_own_team_may_be_named(self, payments: Cast) -> None:
        assert payments.contributor.registers("fraud", teamId="payments").status == 201

    def test_someone_in_several_teams_must_name_one(self, payments: Cast) -> None:
        ada = a_person("ada", roles={"payments": Role.CONTRIBUTOR, "vision": Role.VIEWER})

        assert ada.registers("fraud").wrong_fields == {"teamId": "required"}
        assert ada.registers("fraud", teamId="payments").status == 201
        assert ada.registers("fraud", teamId="vision").slug == "permission-denied"

    def test_an_administrator_registers_in_every_team_that_exists(self, payments: Cast) -> None:
        assert payments.admin.registers("fraud").wrong_fields == {"teamId": "required"}
        assert payments.admin.registers("fraud", teamId="vision").status == 201
        assert payments.admin.registers("fraud", teamId="no-such-team").slug == "team-not-found"

    def test_a_team_in_the_query_is_not_overlooked(self, payments: Cast) -> None:
        answer = payments.admin.calls("POST", "models?teamId=vision", a_registration(teamId="payments"))

        assert answer.wrong_fields == {"teamId": "unknown"}

"""Deleting a whole model: it is out of sight at once, its name is free, and for thirty days it can come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.callers import Cast
from tests.costs import counted_calls


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with two versions and an alias."""
    payments.contributor.registers("fraud", version="1.0.0", tags={"env": "prod"})
    payments.contributor.registers("fraud", version="2.0.0")
    payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
    return payments


class TestDeleting:
    def test_nothing_of_it_is_left(self, fraud: Cast) -> None:
        assert fraud.maintainer.deletes_model("payments.fraud").status == 204

        assert fraud.viewer.finds() == []
        for reference in (None, "1.0.0", "@champion", "latest"):
            assert fraud.viewer.reads("payments.fraud", reference).status == 404
        assert fraud.viewer.gets("models/payments.fraud/aliases/champion").status == 404

    def test_its_history_stays(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")

        assert fraud.viewer.history("payments.fraud") == [
            "ModelVersionRegistered",
            "ModelVersionRegistered",
            "AliasMoved",
            "ModelDeleted",
        ]

    def test_its_name_starts_anew(self, payments: Cast) -> None:
        for _ in range(3):
            payments.contributor.registers("fraud")
        payments.maintainer.deletes_model("payments.fraud")

        answer = payments.contributor.registers("fraud")

        assert (answer.status, answer.body["version"]) == (201, "1")
        assert payments.viewer.labels("payments.fraud") == ["1"]

    def test_a_label_may_have_another_artifact_then(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")

        assert fraud.contributor.registers("fraud", version="1.0.0", s3Uri="s3://models/other").status == 201

    def test_names_meant_something_until_then(self, payments: Cast) -> None:
        noon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)  # noqa: TID251
        with time_machine.travel(noon, tick=False) as clock:
            payments.contributor.registers("fraud", version="1")
            clock.shift(60)
            payments.maintainer.deletes_model("payments.fraud")
            clock.shift(60)

            then, now = (
                payments.viewer.resolves("payments.fraud", alias="latest", at=(noon + timedelta(seconds=s)).isoformat())
                for s in (30, 90)
            )

        assert (then.status, then.body["version"], now.status) == (200, "1", 404)

    def test_it_takes_four_calls(self, fraud: Cast) -> None:
        with counted_calls() as calls:
            fraud.maintainer.deletes_model("payments.fraud")

        assert calls == ["GetItem", "Query", "Query", "TransactWriteItems"]

    def test_it_keeps_no_team_from_being_deleted(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")

        refusal = fraud.admin.calls("DELETE", "teams/payments")

        assert [blocker["kind"] for blocker in refusal.body["blockers"]] == ["tokens"]


class TestTellingFirst:
    def test_what_would_go(self, fraud: Cast) -> None:
        answer = fraud.maintainer.deletes_model("payments.fraud", query="?dryRun=true")

        assert answer.body == {
            "wouldDelete": True,
            "modelId": "payments.fraud",
            "versionCount": 2,
            "blockers": [],
        }
        assert fraud.viewer.labels("payments.fraud") == ["2.0.0", "1.0.0"]

    def test_what_is_in_the_way(self, fraud: Cast) -> None:
        fraud.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")

        plan = fraud.maintainer.deletes_model("payments.fraud", query="?dryRun=true").body
        refusal = fraud.maintainer.deletes_model("payments.fraud")

        assert (refusal.status, refusal.slug) == (409, "model-in-use")
        assert "deployed, or about to be, in prod" in refusal.body["detail"]
        assert not plan["wouldDelete"]
        assert plan["blockers"] == refusal.body["blockers"]
        assert [blocker["environment"] for blocker in plan["blockers"]] == ["prod"]


class TestRefusals:
    def test_a_contributor_is_told_which_role_it_takes(self, fraud: Cast) -> None:
        assert fraud.contributor.deletes_model("payments.fraud").slug == "permission-denied"

    def test_a_second_deletion_finds_nothing(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")

        assert fraud.maintainer.deletes_model("payments.fraud").status == 404

    def test_somebody_changed_it_in_between(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud").etag
        fraud.contributor.registers("fraud", version="3.0.0")

        assert fraud.maintainer.deletes_model("payments.fraud", if_match=etag).status == 412


class TestRestoring:
    def test_it_comes_back_as_it_was(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud").body
        versions = [fraud.viewer.reads("payments.fraud", each).body for each in ("1.0.0", "@champion", "latest")]
        fraud.maintainer.deletes_model("payments.fraud")

        answer = fraud.maintainer.restores_model("payments.fraud")

        assert (answer.status, answer.location) == (200, "/api/v1/models/payments.fraud")
        after = fraud.viewer.reads("payments.fraud").body
        assert after | {"updatedAt": ""} == before | {"updatedAt": ""}
        assert [
            fraud.viewer.reads("payments.fraud", each).body for each in ("1.0.0", "@champion", "latest")
        ] == versions
        assert fraud.viewer.finds() == ["payments.fraud"]
        assert fraud.viewer.history("payments.fraud")[-2:] == ["ModelDeleted", "ModelRestored"]

    def test_numbers_go_on_where_they_were(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.maintainer.deletes_model("payments.fraud")
        payments.maintainer.restores_model("payments.fraud")

        assert payments.contributor.registers("fraud").body["version"] == "2"

    def test_of_several_the_one_deleted_last(self, payments: Cast) -> None:
        for label in ("1.0.0", "2.0.0"):
            payments.contributor.registers("fraud", version=label)
            payments.maintainer.deletes_model("payments.fraud")

        payments.maintainer.restores_model("payments.fraud")

        assert payments.viewer.labels("payments.fraud") == ["2.0.0"]

    def test_another_model_has_the_name_now(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")
        fraud.contributor.registers("fraud", version="9.0.0")

        assert fraud.maintainer.restores_model("payments.fraud").slug == "model-taken"
        assert fraud.viewer.labels("payments.fraud") == ["9.0.0"]

    def test_that_one_may_move_aside_for_it(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")
        fraud.contributor.registers("fraud", version="9.0.0")
        fraud.maintainer.renames("payments.fraud", "fraud-new")

        assert fraud.maintainer.restores_model("payments.fraud").status == 200

    def test_thirty_days_and_no_longer(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")
        deleted = datetime.now(UTC)  # noqa: TID251

        with time_machine.travel(deleted + timedelta(days=30, minutes=1)):
            answer = fraud.maintainer.restores_model("payments.fraud")

        assert (answer.status, answer.slug) == (404, "nothing-to-restore")
        assert (
            answer.body["detail"] == "No model of that name was deleted in the last 30 days, or none that you may see."
        )

    def test_a_contributor_is_told_which_role_it_takes(self, fraud: Cast) -> None:
        fraud.maintainer.deletes_model("payments.fraud")

        assert fraud.contributor.restores_model("payments.fraud").slug == "permission-denied"

    def test_a_model_whose_name_begins_likewise_is_not_meant(self, payments: Cast) -> None:
        payments.contributor.registers("fraud-eu")
        payments.maintainer.deletes_model("payments.fraud-eu")

        assert payments.maintainer.restores_model("payments.fraud").slug == "nothing-to-restore"

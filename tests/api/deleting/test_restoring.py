"""Restoring a deleted version: as it was, for thirty days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model of which version 1 was deleted."""
    payments.contributor.registers("fraud", version="1", metadata={"n": 1.0}, tags={"a": "b"}, sha256="ab" * 32)
    payments.contributor.registers("fraud", version="2")
    payments.maintainer.deletes("payments.fraud", "1")
    return payments


class TestRestoring:
    def test_a_maintainer_gets_it_back_as_it_was(self, payments: Cast) -> None:
        registered = payments.contributor.registers("fraud", version="1", metadata={"n": 1.0}, tags={"a": "b"}).body
        payments.contributor.patches("payments.fraud", "1", {"status": "DEPRECATED"})
        payments.maintainer.deletes("payments.fraud", "1")

        answer = payments.maintainer.restores("payments.fraud", "1")

        times = {"updatedAt", "updatedBy"}
        assert answer.status == 200
        assert {name: answer.body[name] for name in registered if name not in times} == {
            name: value for name, value in (registered | {"status": "DEPRECATED"}).items() if name not in times
        }
        assert answer.etag == payments.viewer.reads("payments.fraud", "1").etag

    def test_it_is_in_its_place_again(self, fraud: Cast) -> None:
        fraud.maintainer.restores("payments.fraud", "1")

        assert fraud.viewer.labels("payments.fraud") == ["2", "1"]
        assert fraud.viewer.reads("payments.fraud").body["versionCount"] == 2
        assert fraud.contributor.moves("payments.fraud", "challenger", "1").status == 201

    def test_it_stays_in_the_history(self, fraud: Cast) -> None:
        fraud.maintainer.restores("payments.fraud", "1")

        assert fraud.viewer.history("payments.fraud")[-2:] == ["ModelVersionDeregistered", "ModelVersionRestored"]

    def test_its_label_belongs_to_its_artifact_as_before(self, fraud: Cast) -> None:
        fraud.maintainer.restores("payments.fraud", "1")

        assert fraud.contributor.registers("fraud", version="1", sha256="ab" * 32).status == 200
        assert fraud.contributor.registers("fraud", version="1", sha256="cd" * 32).slug == "artifact-differs"

    def test_an_etag_from_before_the_deletion_is_outdated(self, payments: Cast) -> None:
        etag = payments.contributor.registers("fraud", version="1").etag
        payments.maintainer.deletes("payments.fraud", "1")
        payments.maintainer.restores("payments.fraud", "1")

        answer = payments.contributor.patches("payments.fraud", "1", {"description": "x"}, if_match=etag)

        assert answer.slug == "revision-mismatch"

    def test_a_version_that_is_there_is_left_as_it_is(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud", "2")

        answer = fraud.maintainer.restores("payments.fraud", "2")

        assert (answer.status, answer.raw, answer.etag) == (200, before.raw, before.etag)
        assert "ModelVersionRestored" not in fraud.viewer.history("payments.fraud")

    def test_it_can_be_deleted_and_restored_again(self, fraud: Cast) -> None:
        for _ in range(3):
            assert fraud.maintainer.restores("payments.fraud", "1").status == 200
            assert fraud.maintainer.deletes("payments.fraud", "1").status == 204


class TestRefusals:
    @pytest.mark.parametrize("label", ["9", "@champion", "word"])
    def test_what_never_was_cannot_be_restored(self, fraud: Cast, label: str) -> None:
        assert fraud.maintainer.restores("payments.fraud", label).slug == "version-not-found"

    @pytest.mark.parametrize("who", ["viewer", "contributor"])
    def test_others_are_told_which_role_it_takes(self, fraud: Cast, who: str) -> None:
        answer = getattr(fraud, who).restores("payments.fraud", "1")

        assert answer.problem["detail"] == f"Restoring takes the role maintainer in team payments; yours is {who}."

    def test_no_address_takes_more_methods_than_it_says(self, fraud: Cast) -> None:
        answer = fraud.maintainer.gets("models/payments.fraud/1/restore")

        assert (answer.status, answer.slug) == (405, "method-not-allowed")
        assert answer.headers["Allow"] == "POST"


class TestThePeriod:
    """Deleted in the past, restored now: ids never go back in time, so a test had better not go forward."""

    def deleted(self, payments: Cast, *, ago: timedelta) -> None:
        payments.contributor.registers("fraud", version="1")
        now = datetime.now(UTC)  # noqa: TID251 - the test's own clock
        with time_machine.travel(now - ago):
            assert payments.maintainer.deletes("payments.fraud", "1").status == 204

    def test_within_thirty_days_it_comes_back(self, payments: Cast) -> None:
        self.deleted(payments, ago=timedelta(days=29, hours=23))

        assert payments.maintainer.restores("payments.fraud", "1").status == 200

    def test_after_thirty_days_it_is_too_late(self, payments: Cast) -> None:
        self.deleted(payments, ago=timedelta(days=30, minutes=1))

        assert payments.maintainer.restores("payments.fraud", "1").problem == snapshot(
            {
                "type": "/problems/restore-period-over",
                "title": "Too late to restore",
                "status": 409,
                "detail": "Version 1 of model payments.fraud was deleted more than 30 days ago and cannot be restored.",
            }
        )

    def test_its_label_is_not_given_out_again_even_then(self, payments: Cast) -> None:
        self.deleted(payments, ago=timedelta(days=31))

        assert payments.contributor.registers("fraud", version="1").slug == "version-deleted"
        assert payments.contributor.registers("fraud").body["version"] == "2"

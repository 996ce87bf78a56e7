"""Deleting a version: softly, and not while something points to it."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with the versions 1, 2 and 3."""
    for label in ("1", "2", "3"):
        payments.contributor.registers("fraud", version=label)
    return payments


class TestDeleting:
    def test_a_maintainer_hides_a_version(self, fraud: Cast) -> None:
        answer = fraud.maintainer.deletes("payments.fraud", "2")

        assert (answer.status, answer.raw) == (204, b"")
        assert fraud.viewer.reads("payments.fraud", "2").slug == "version-not-found"
        assert fraud.viewer.labels("payments.fraud") == ["3", "1"]

    def test_it_stays_in_the_history(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "2")

        event = fraud.viewer.gets("models/payments.fraud/events").lasting["results"][0]

        assert event == snapshot(
            {
                "eventType": "ModelVersionDeregistered",
                "schemaVersion": 1,
                "teamId": "payments",
                "modelId": "payments.fraud",
                "version": "2",
                "data": {},
            }
        )

    def test_a_second_time_it_is_missing(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "2")

        assert fraud.maintainer.deletes("payments.fraud", "2").slug == "version-not-found"
        assert fraud.maintainer.deletes("payments.fraud", "9").slug == "version-not-found"

    @pytest.mark.parametrize("who", ["viewer", "contributor"])
    def test_others_are_told_which_role_it_takes(self, fraud: Cast, who: str) -> None:
        answer = getattr(fraud, who).deletes("payments.fraud", "2")

        assert answer.slug == "permission-denied"
        assert answer.problem["detail"] == f"Deleting takes the role maintainer in team payments; yours is {who}."
        assert fraud.viewer.labels("payments.fraud") == ["3", "2", "1"]

    def test_an_administrator_may(self, fraud: Cast) -> None:
        assert fraud.admin.deletes("payments.fraud", "2").status == 204

    def test_unknown_parameters_are_refused_before_anything_is_deleted(self, fraud: Cast) -> None:
        assert fraud.maintainer.deletes("payments.fraud", "2", query="?dryrun=true").wrong_fields == {
            "dryrun": "unknown"
        }
        assert fraud.viewer.reads("payments.fraud", "2").status == 200


class TestWhatIsInUse:
    def test_the_refusal_lists_every_alias(self, fraud: Cast) -> None:
        fraud.maintainer.moves("payments.fraud", "champion", "2")
        fraud.contributor.moves("payments.fraud", "backup", "2")
        fraud.contributor.moves("payments.fraud", "challenger", "3")

        assert fraud.maintainer.deletes("payments.fraud", "2").problem == snapshot(
            {
                "type": "/problems/version-in-use",
                "title": "Something depends on this version",
                "status": 409,
                "detail": "Version 2 of model payments.fraud is still in use: "
                "the aliases backup, champion point to it.",
                "blockers": [{"kind": "alias", "alias": "backup"}, {"kind": "alias", "alias": "champion"}],
            }
        )
        assert fraud.viewer.reads("payments.fraud", "2").status == 200

    def test_an_alias_is_no_way_around_itself(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "2")

        answer = fraud.maintainer.deletes("payments.fraud", "@challenger")

        assert answer.problem["blockers"] == [{"kind": "alias", "alias": "challenger"}]

    @pytest.mark.parametrize("way", ["moved", "removed"])
    def test_once_the_aliases_are_gone_it_can_be_deleted(self, fraud: Cast, way: str) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "2")
        if way == "moved":
            fraud.contributor.moves("payments.fraud", "challenger", "3")
        else:
            fraud.contributor.removes("payments.fraud", "challenger")

        assert fraud.maintainer.deletes("payments.fraud", "2").status == 204


class TestDryRun:
    def test_it_tells_and_does_nothing(self, fraud: Cast) -> None:
        answer = fraud.maintainer.deletes("payments.fraud", "2", query="?dryRun=true")

        assert answer.status == 200
        assert answer.body == snapshot(
            {"wouldDelete": True, "modelId": "payments.fraud", "version": "2", "blockers": []}
        )
        assert fraud.viewer.reads("payments.fraud", "2").status == 200
        assert fraud.viewer.history("payments.fraud") == ["ModelVersionRegistered"] * 3

    def test_it_tells_what_forbids_it(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "3")

        answer = fraud.maintainer.deletes("payments.fraud", "latest", query="?dryRun=true")

        assert answer.status == 200
        assert answer.body == snapshot(
            {
                "wouldDelete": False,
                "modelId": "payments.fraud",
                "version": "3",
                "blockers": [{"kind": "alias", "alias": "challenger"}],
            }
        )

    def test_it_takes_the_same_role_as_the_deed(self, fraud: Cast) -> None:
        assert fraud.contributor.deletes("payments.fraud", "2", query="?dryRun=true").slug == "permission-denied"

    def test_a_missing_or_deleted_version_is_missing(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "2")

        for label in ("2", "9"):
            assert fraud.maintainer.deletes("payments.fraud", label, query="?dryRun=true").status == 404

    def test_false_means_to_do_it(self, fraud: Cast) -> None:
        assert fraud.maintainer.deletes("payments.fraud", "2", query="?dryRun=false").status == 204

    @pytest.mark.parametrize("value", ["yes", "1", ""])
    def test_anything_but_true_and_false_is_refused(self, fraud: Cast, value: str) -> None:
        answer = fraud.maintainer.deletes("payments.fraud", "2", query=f"?dryRun={value}")

        assert answer.wrong_fields == {"dryRun": "invalid"}
        assert fraud.viewer.reads("payments.fraud", "2").status == 200

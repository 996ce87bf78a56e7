"""Labels: one belongs to one artifact for good, and whoever brings none gets the next number."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


class TestTheSameLabelAgain:
    def test_the_same_artifact_answers_what_is_there(self, payments: Cast) -> None:
        first = payments.contributor.registers("fraud", version="1.2.0", description="As it was.")

        again = payments.contributor.registers("fraud", version="1.2.0", description="Another text.")

        assert again.status == 200
        assert again.body == first.body
        assert again.etag == first.etag
        assert "Location" not in again.headers

    def test_nothing_happens_by_it(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")

        payments.contributor.registers("fraud", version="1.2.0")

        assert payments.viewer.history("payments.fraud") == ["ModelVersionRegistered"]
        assert payments.viewer.reads("payments.fraud").body["versionCount"] == 1

    def test_it_answers_what_has_become_of_it_since(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")
        payments.contributor.patches("payments.fraud", "1.2.0", {"description": "Better known by now."})

        again = payments.contributor.registers("fraud", version="1.2.0")

        assert again.body["description"] == "Better known by now."

    def test_another_artifact_is_refused(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", sha256="a" * 64, sizeBytes=7)

        answer = payments.contributor.registers(
            "fraud", version="1.2.0", s3Uri="s3://models/other", sha256="b" * 64, sizeBytes=8
        )

        assert answer.problem == snapshot(
            {
                "type": "/problems/artifact-differs",
                "title": "This label belongs to another artifact",
                "status": 409,
                "detail": "Version 1.2.0 of model payments.fraud is registered with another artifact (differing in "
                "s3Uri, sha256, sizeBytes), and an artifact never changes once registered. Register yours under a "
                "new label, or leave 'version' out to get the next one.",
            }
        )

    def test_a_digest_in_capitals_is_the_same_digest(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", sha256="ab" * 32)

        assert payments.contributor.registers("fraud", version="1", sha256="AB" * 32).status == 200

    def test_a_digest_that_only_one_side_claims_contradicts_nothing(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", sha256="a" * 64)
        payments.contributor.registers("fraud", version="2")

        assert payments.contributor.registers("fraud", version="1").status == 200
        assert payments.contributor.registers("fraud", version="2", sha256="a" * 64).status == 200

    def test_a_deleted_versions_label_is_not_given_out_again(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0")
        payments.maintainer.deletes("payments.fraud", "1.2.0")

        assert payments.contributor.registers("fraud", version="1.2.0").problem == snapshot(
            {
                "type": "/problems/version-deleted",
                "title": "This label belongs to a deleted version",
                "status": 409,
                "detail": "Version 1.2.0 of model payments.fraud was deleted; its label is not given out again. "
                "Restore it, or register under a new label.",
            }
        )

    def test_two_teams_have_their_own_labels(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", s3Uri="s3://payments/model")

        assert payments.outsider.registers("fraud", version="1", s3Uri="s3://vision/model").status == 201


class TestAutomaticNumbers:
    def numbers(self, payments: Cast, count: int) -> list[str]:
        return [payments.contributor.registers("fraud").body["version"] for _ in range(count)]

    def test_they_count_from_one(self, payments: Cast) -> None:
        assert self.numbers(payments, 3) == ["1", "2", "3"]

    def test_each_model_counts_for_itself(self, payments: Cast) -> None:
        self.numbers(payments, 2)

        assert payments.contributor.registers("churn").body["version"] == "1"

    @pytest.mark.parametrize(
        ("labels", "following"),
        [
            (["7", "3"], ["8", "9"]),
            (["1.2.0"], ["2", "3"]),
            (["0.1.0"], ["1", "2"]),
            (["12.0.0-rc.1", "2.0.0"], ["13", "14"]),
            (["v40"], ["41", "42"]),
            (["2026-11-01"], ["2027", "2028"]),
        ],
        ids=str,
    )
    def test_they_go_on_above_every_label_that_somebody_chose(
        self, payments: Cast, labels: list[str], following: list[str]
    ) -> None:
        for label in labels:
            payments.contributor.registers("fraud", version=label)

        assert self.numbers(payments, 2) == following
        assert payments.viewer.reads("payments.fraud", "latest").body["version"] == following[-1]

    def test_a_number_is_not_given_out_again_after_its_version_was_deleted(self, payments: Cast) -> None:
        self.numbers(payments, 2)
        payments.maintainer.deletes("payments.fraud", "2")
        payments.maintainer.deletes("payments.fraud", "1")

        assert self.numbers(payments, 1) == ["3"]

    def test_a_gap_may_be_filled_by_hand(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="5")

        assert payments.contributor.registers("fraud", version="2").status == 201
        assert self.numbers(payments, 1) == ["6"]

    def test_the_same_artifact_twice_makes_two_versions(self, payments: Cast) -> None:
        first, second = payments.contributor.registers("fraud"), payments.contributor.registers("fraud")

        assert (first.status, second.status) == (201, 201)
        assert first.body["s3Uri"] == second.body["s3Uri"]

    @pytest.mark.parametrize("digits", [14, 15, 16, 38, 39, 64])
    def test_no_label_ends_the_counting(self, payments: Cast, digits: int) -> None:
        payments.contributor.registers("fraud", version="9" * digits)

        answers = [payments.contributor.registers("fraud") for _ in range(3)]

        assert [answer.status for answer in answers] == [201, 201, 201]

    def test_a_refused_registration_leaves_no_model_behind(self, payments: Cast) -> None:
        assert payments.contributor.registers("fraud", framework="abacus").status == 400

        assert payments.viewer.finds() == []

"""PUT: a whole new mutable part. What was registered for good is compared, never changed."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.builders import SIGNATURE
from tests.callers import Cast

EVERYTHING = {
    "version": "1.2.0",
    "frameworkVersion": "1.5.2",
    "sha256": "ab" * 32,
    "sizeBytes": 7,
    "description": "As it was.",
    "metadata": {"accuracy": 0.95},
    "metrics": {"f1": 0.9},
    "tags": {"stage": "candidate"},
    "signature": SIGNATURE,
    "lineage": {"runId": "r-1"},
}
MUTABLE = ("description", "metadata", "metrics", "tags", "deploymentTarget", "status")


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with one version that has a value everywhere."""
    payments.contributor.registers("fraud", **EVERYTHING)
    return payments


class TestReplacing:
    def test_a_contributor_replaces_all_that_may_change(self, fraud: Cast) -> None:
        new = {
            "description": "As it is.",
            "metadata": {"features": ["amount"]},
            "metrics": {"auc": 0.99},
            "tags": {"stage": "prod"},
            "deploymentTarget": "Lambda",
            "status": "DEPRECATED",
        }

        answer = fraud.contributor.replaces("payments.fraud", "1.2.0", new)

        assert answer.status == 200
        assert {name: answer.body[name] for name in MUTABLE} == new
        assert fraud.viewer.reads("payments.fraud", "1.2.0").body == answer.body

    def test_what_is_left_out_is_emptied_but_the_status_stays(self, fraud: Cast) -> None:
        fraud.contributor.patches("payments.fraud", "1.2.0", {"status": "DEPRECATED"})

        body = fraud.contributor.replaces("payments.fraud", "1.2.0", {"deploymentTarget": "EKS"}).body

        assert {name: body[name] for name in MUTABLE} == snapshot(
            {
                "description": "",
                "metadata": {},
                "metrics": {},
                "tags": {},
                "deploymentTarget": "EKS",
                "status": "DEPRECATED",
            }
        )

    def test_what_was_registered_for_good_stays(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud", "1.2.0").body

        after = fraud.contributor.replaces("payments.fraud", "1.2.0", {"deploymentTarget": "Lambda"}).body

        assert {name: after[name] for name in before if name not in {*MUTABLE, "updatedAt"}} == {
            name: before[name] for name in before if name not in {*MUTABLE, "updatedAt"}
        }

    def test_what_get_answered_may_be_sent_back_whole(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "1.2.0")
        read = fraud.viewer.reads("payments.fraud", "1.2.0")

        answer = fraud.contributor.replaces("payments.fraud", "1.2.0", read.body, if_match=read.etag)

        assert (answer.status, answer.raw, answer.etag) == (200, read.raw, read.etag)
        assert fraud.viewer.history("payments.fraud") == ["ModelVersionRegistered", "AliasMoved"]

    def test_what_get_answered_may_be_sent_back_with_one_thing_changed(self, fraud: Cast) -> None:
        read = fraud.viewer.reads("payments.fraud", "1.2.0").body

        answer = fraud.contributor.replaces("payments.fraud", "1.2.0", read | {"description": "As it is."})

        assert answer.lasting == {**read_without_times(read), "description": "As it is."}

    def test_it_names_who_changed_it_last(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud", "1.2.0").body

        after = fraud.maintainer.replaces("payments.fraud", "1.2.0", {"deploymentTarget": "EKS"}).body

        assert after["updatedBy"] == fraud.maintainer.gets("me").body["actor"]
        assert after["updatedAt"] > before["updatedAt"]
        assert (after["createdAt"], after["createdBy"]) == (before["createdAt"], before["createdBy"])

    @pytest.mark.parametrize("reference", ["latest", "@challenger"])
    def test_a_reference_will_do(self, fraud: Cast, reference: str) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "1.2.0")

        fraud.contributor.replaces("payments.fraud", reference, {"deploymentTarget": "Lambda"})

        for each in ("1.2.0", "latest", "@challenger"):
            assert fraud.viewer.reads("payments.fraud", each).body["deploymentTarget"] == "Lambda"

    def test_a_version_of_the_highest_rank_changes_the_models_summary(self, fraud: Cast) -> None:
        fraud.contributor.replaces("payments.fraud", "1.2.0", {"deploymentTarget": "Lambda", "tags": {"a": "b"}})

        latest = fraud.viewer.reads("payments.fraud").body["latestVersion"]

        assert (latest["deploymentTarget"], latest["tags"]) == ("Lambda", {"a": "b"})

    def test_a_missing_or_deleted_version_cannot_be_replaced(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "1.2.0")

        for label in ("1.2.0", "9.9.9", "latest"):
            answer = fraud.contributor.replaces("payments.fraud", label, {"deploymentTarget": "EKS"})
            assert answer.slug == "version-not-found"

    def test_a_viewer_is_told_which_role_it_takes(self, fraud: Cast) -> None:
        answer = fraud.viewer.replaces("payments.fraud", "1.2.0", {"deploymentTarget": "EKS"})

        assert answer.problem["detail"] == snapshot(
            "Updating takes the role contributor in team payments; yours is viewer."
        )


class TestWhatCannotChange:
    def test_the_refusal_names_each_field(self, fraud: Cast) -> None:
        different = {"deploymentTarget": "EKS", "s3Uri": "s3://models/other", "sha256": None, "framework": "onnx"}

        assert fraud.contributor.replaces("payments.fraud", "1.2.0", different).problem == snapshot(
            {
                "type": "/problems/field-immutable",
                "title": "What was registered does not change",
                "status": 409,
                "detail": "framework, s3Uri, sha256 of a registered version cannot change. Leave them out, or register "
                "a new version.",
                "errors": [
                    {
                        "field": name,
                        "code": "immutable",
                        "detail": "This cannot change once the version is registered.",
                    }
                    for name in ("framework", "s3Uri", "sha256")
                ],
            }
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("modelId", "payments.other"),
            ("teamId", "vision"),
            ("modelName", "other"),
            ("version", "9"),
            ("framework", "torch"),
            ("frameworkVersion", None),
            ("s3Uri", "s3://models/other"),
            ("sha256", "cd" * 32),
            ("sizeBytes", 8),
            ("sizeBytes", "7"),
            ("signature", {"inputs": []}),
            ("lineage", {}),
        ],
    )
    def test_none_of_it_can(self, fraud: Cast, field: str, value: Any) -> None:
        before = fraud.viewer.reads("payments.fraud", "1.2.0").body

        for change in (fraud.contributor.replaces, fraud.contributor.patches):
            answer = change("payments.fraud", "1.2.0", {"deploymentTarget": "Lambda", field: value})
            assert answer.status == 409
            assert answer.wrong_fields == {field: "immutable"}

        assert fraud.viewer.reads("payments.fraud", "1.2.0").body == before

    @pytest.mark.parametrize(("field", "value"), [("framework", "SKLearn"), ("sha256", "AB" * 32)])
    def test_another_spelling_of_the_same_is_no_change(self, fraud: Cast, field: str, value: str) -> None:
        answer = fraud.contributor.replaces("payments.fraud", "1.2.0", {"deploymentTarget": "EKS", field: value})

        assert answer.status == 200


def read_without_times(body: dict[str, Any]) -> dict[str, Any]:
    """A version without what differs from run to run."""
    return {
        name: value for name, value in body.items() if name not in {"createdAt", "createdBy", "updatedAt", "updatedBy"}
    }

"""PATCH: a JSON merge patch (RFC 7396) of the mutable part."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast

BEFORE = {
    "description": "As it was.",
    "metadata": {"accuracy": 0.95, "training": {"rows": 7, "seed": 1}, "features": ["amount", "country"], "n": None},
    "metrics": {"f1": 0.9, "auc": 0.99},
    "tags": {"stage": "candidate", "owner": "ada"},
    "deploymentTarget": "EKS",
    "status": "REGISTERED",
}


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with one version that has a value everywhere."""
    registration = {name: value for name, value in BEFORE.items() if name != "status"}
    payments.contributor.registers("fraud", version="1", **registration)
    return payments


class TestPatching:
    @pytest.mark.parametrize(
        ("patch", "changed"),
        [
            ({}, {}),
            ({"description": "As it is."}, {"description": "As it is."}),
            ({"description": None}, {"description": ""}),
            ({"description": ""}, {"description": ""}),
            ({"status": "DEPRECATED"}, {"status": "DEPRECATED"}),
            ({"deploymentTarget": "lambda"}, {"deploymentTarget": "Lambda"}),
            ({"tags": {"stage": "prod"}}, {"tags": {"stage": "prod", "owner": "ada"}}),
            ({"tags": {"stage": None}}, {"tags": {"owner": "ada"}}),
            ({"tags": {"nothing": None}}, {}),
            ({"tags": None}, {"tags": {}}),
            ({"tags": {}}, {}),
            ({"metrics": {"f1": None, "r2": 1}}, {"metrics": {"auc": 0.99, "r2": 1}}),
            ({"metadata": None}, {"metadata": {}}),
            (
                {"metadata": {"accuracy": 1, "training": {"seed": None, "epochs": 3}, "features": ["amount"]}},
                {"metadata": {"accuracy": 1, "training": {"rows": 7, "epochs": 3}, "features": ["amount"], "n": None}},
            ),
            (
                {"metadata": {"training": "unknown", "accuracy": {"train": 1, "test": None}}},
                {
                    "metadata": {
                        "accuracy": {"train": 1},
                        "training": "unknown",
                        "features": ["amount", "country"],
                        "n": None,
                    }
                },
            ),
        ],
        ids=str,
    )
    def test_only_what_the_patch_names_changes(
        self, fraud: Cast, patch: dict[str, Any], changed: dict[str, Any]
    ) -> None:
        answer = fraud.contributor.patches("payments.fraud", "1", patch)

        assert answer.status == 200
        assert {name: answer.body[name] for name in BEFORE} == BEFORE | changed
        assert fraud.viewer.reads("payments.fraud", "1").body == answer.body

    @pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
    def test_both_media_types_are_read(self, fraud: Cast, content_type: str) -> None:
        answer = fraud.contributor.patches("payments.fraud", "1", {"description": "x"}, content_type=content_type)

        assert answer.body["description"] == "x"

    def test_a_list_of_operations_is_no_merge_patch(self, fraud: Cast) -> None:
        operations = b'[{"op": "replace", "path": "/description", "value": "x"}]'

        as_merge = fraud.contributor.calls("PATCH", "models/payments.fraud/1", raw=operations)
        as_operations = fraud.contributor.calls(
            "PATCH", "models/payments.fraud/1", raw=operations, content_type="application/json-patch+json"
        )

        assert as_merge.slug == "body-unreadable"
        assert as_operations.slug == "media-type-unsupported"

    def test_a_deprecated_version_can_be_taken_back(self, fraud: Cast) -> None:
        fraud.contributor.patches("payments.fraud", "1", {"status": "DEPRECATED"})

        assert fraud.contributor.patches("payments.fraud", "1", {"status": "REGISTERED"}).body["status"] == "REGISTERED"

    def test_a_patch_that_changes_nothing_leaves_no_trace(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud", "1")

        answer = fraud.contributor.patches("payments.fraud", "1", {"description": "As it was.", "metrics": {"f1": 0.9}})

        assert (answer.raw, answer.etag) == (before.raw, before.etag)
        assert fraud.viewer.history("payments.fraud") == ["ModelVersionRegistered"]

    def test_a_viewer_is_told_which_role_it_takes(self, fraud: Cast) -> None:
        assert fraud.viewer.patches("payments.fraud", "1", {"description": "x"}).slug == "permission-denied"

    def test_a_missing_or_deleted_version_cannot_be_patched(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "1")

        for label in ("1", "9", "@champion"):
            assert fraud.contributor.patches("payments.fraud", label, {}).slug == "version-not-found"


class TestWrongPatches:
    @pytest.mark.parametrize(
        ("patch", "wrong"),
        [
            ({"colour": "red"}, {"colour": "unknown"}),
            ({"colour": None}, {"colour": "unknown"}),
            ({"status": "DEPLOYED"}, {"status": "invalid_choice"}),
            ({"status": "SLEEPING"}, {"status": "invalid_choice"}),
            ({"deploymentTarget": "mainframe"}, {"deploymentTarget": "unknown"}),
            ({"description": 7}, {"description": "invalid"}),
            ({"tags": {"stage": 7}}, {"tags.stage": "invalid"}),
            ({"tags": "none"}, {"tags": "object"}),
            ({"tags": {f"t{number}": "" for number in range(49)}}, {"tags": "too_many"}),
            ({"metrics": {"f1": "high"}}, {"metrics.f1": "invalid"}),
            ({"metadata": {"note": "x" * 65_536}}, {"metadata": "too_large"}),
            ({"metadata": ["a"]}, {"metadata": "object"}),
        ],
        ids=lambda value: f"{value!s:.40}",
    )
    def test_each_is_refused_with_its_field_and_changes_nothing(
        self, fraud: Cast, patch: dict[str, Any], wrong: dict[str, str]
    ) -> None:
        assert fraud.contributor.patches("payments.fraud", "1", {"description": "x", **patch}).wrong_fields == wrong

        body = fraud.viewer.reads("payments.fraud", "1").body
        assert {name: body[name] for name in BEFORE} == BEFORE

    def test_a_target_cannot_be_taken_away(self, fraud: Cast) -> None:
        answer = fraud.contributor.patches("payments.fraud", "1", {"deploymentTarget": None})

        assert set(answer.wrong_fields) == {"deploymentTarget"}
        assert fraud.viewer.reads("payments.fraud", "1").body["deploymentTarget"] == "EKS"

    def test_all_that_is_wrong_is_named_at_once(self, fraud: Cast) -> None:
        patch = {"colour": "red", "status": "DEPLOYED", "deploymentTarget": "mainframe", "metrics": {"f1": "high"}}

        assert fraud.contributor.patches("payments.fraud", "1", patch).wrong_fields == snapshot(
            {
                "colour": "unknown",
                "metrics.f1": "invalid",
                "deploymentTarget": "unknown",
                "status": "invalid_choice",
            }
        )

"""What a registration may hold. Whatever is wrong is named at once, each field by its name."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.builders import a_registration
from tests.callers import Cast

WRONG_VALUES = [
    ("modelName", "", "blank"),
    ("modelName", "-fraud", "invalid"),
    ("modelName", "fraud.", "invalid"),
    ("modelName", "fraud/x", "invalid"),
    ("modelName", "f" * 129, "invalid"),
    ("modelName", 7, "invalid"),
    ("teamId", "Payments", "invalid"),
    ("version", "latest", "invalid"),
    ("version", "1 0", "invalid"),
    ("version", "1" * 65, "invalid"),
    ("framework", "abacus", "unknown"),
    ("deploymentTarget", "mainframe", "unknown"),
    ("s3Uri", "https://models/x", "invalid"),
    ("s3Uri", "s3://bucket", "invalid"),
    ("s3Uri", "s3://bucket/", "invalid"),
    ("s3Uri", "s3://UPPER/key", "invalid"),
    ("s3Uri", "s3://bucket/../key", "invalid"),
    ("sha256", "abc", "invalid"),
    ("sizeBytes", -1, "min_value"),
    ("sizeBytes", 2**53, "max_value"),
    ("sizeBytes", 1.0, "invalid"),
    ("sizeBytes", True, "invalid"),
    ("description", "x" * 10_001, "max_length"),
    ("description", 7, "invalid"),
    ("metadata", [1], "object"),
    ("metadata", {"note": "x" * 65_536}, "too_large"),
    ("metrics", {f"m{number}": 0 for number in range(501)}, "too_many"),
    ("tags", {f"t{number}": "" for number in range(51)}, "too_many"),
    ("signature", "a text", "object"),
    ("frameworkVersion", "1" * 65, "max_length"),
]

WRONG_INSIDE = [
    ("metrics", {"f1": "0.9"}, "metrics.f1"),
    ("metrics", {"f1": True}, "metrics.f1"),
    ("tags", {"stage": 7}, "tags.stage"),
    ("tags", {"a:b": "x"}, "tags.a:b"),
    ("lineage", {"commit": "4f2a"}, "lineage.commit"),
    ("lineage", {"parents": "1.0.0"}, "lineage.parents"),
]


class TestWrongFields:
    def test_each_is_named_with_a_code_and_a_remedy(self, payments: Cast) -> None:
        answer = payments.contributor.registers("fraud", sha256="abc", metrics={"f1": "high"})

        assert answer.problem == snapshot(
            {
                "type": "/problems/invalid-fields",
                "title": "Some fields are wrong",
                "status": 400,
                "detail": "Correct these fields and send the request again: metrics.f1, sha256.",
                "errors": [
                    {"field": "metrics.f1", "code": "invalid", "detail": "A metric is a finite number."},
                    {"field": "sha256", "code": "invalid", "detail": "A SHA-256 digest is 64 hexadecimal digits."},
                ],
            }
        )

    def test_all_are_named_at_once(self, payments: Cast) -> None:
        body = {
            "modelName": "/",
            "framework": "abacus",
            "sha256": "x",
            "colour": "red",
            "tags": {"a:b": "x"},
            "metrics": {"f1": "high", "auc": 0.9},
            "lineage": {"commit": "4f2a"},
        }

        assert payments.admin.calls("POST", "models", body).wrong_fields == {
            "modelName": "invalid",
            "teamId": "required",
            "framework": "unknown",
            "s3Uri": "required",
            "sha256": "invalid",
            "deploymentTarget": "required",
            "colour": "unknown",
            "tags.a:b": "invalid",
            "metrics.f1": "invalid",
            "lineage.commit": "unknown",
        }

    def test_unknown_fields_are_refused_by_name(self, payments: Cast) -> None:
        answer = payments.contributor.registers("fraud", framwork="sklearn", status="DEPLOYED", createdBy="me")

        assert answer.wrong_fields == {"framwork": "unknown", "status": "unknown", "createdBy": "unknown"}

    def test_what_is_required_is_named(self, payments: Cast) -> None:
        assert payments.contributor.calls("POST", "models", {}).wrong_fields == {
            "modelName": "required",
            "framework": "required",
            "s3Uri": "required",
            "deploymentTarget": "required",
        }

    @pytest.mark.parametrize(
        ("field", "value", "code"), WRONG_VALUES, ids=[f"{field}={value!s:.20}" for field, value, _ in WRONG_VALUES]
    )
    def test_a_wrong_value_is_refused_with_its_field(self, payments: Cast, field: str, value: Any, code: str) -> None:
        answer = payments.contributor.calls("POST", "models", a_registration(**{field: value}))

        assert answer.wrong_fields == {field: code}

    @pytest.mark.parametrize(("field", "value", "place"), WRONG_INSIDE)
    def test_what_is_wrong_inside_is_named_with_its_place(
        self, payments: Cast, field: str, value: Any, place: str
    ) -> None:
        assert set(payments.contributor.registers("fraud", **{field: value}).wrong_fields) == {place}

    def test_unknown_query_parameters_are_refused_by_name(self, payments: Cast) -> None:
        answer = payments.contributor.calls("POST", "models?dryRun=true&colour=red", {})

        assert answer.wrong_fields == {"dryRun": "unknown", "colour": "unknown"}


class TestSpellings:
    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            ("sklearn", "scikit-learn"),
            ("scikit_learn", "scikit-learn"),
            ("Scikit-Learn", "scikit-learn"),
            ("torch", "pytorch"),
            ("PyTorch", "pytorch"),
            ("tf", "tensorflow"),
            ("transformers", "huggingface"),
            ("xgb", "xgboost"),
            ("lightgbm", "lightgbm"),
            ("onnx", "onnx"),
            ("keras", "keras"),
            ("catboost", "catboost"),
            ("spark", "spark"),
            ("custom", "custom"),
        ],
    )
    def test_a_framework_is_stored_under_its_one_name(self, payments: Cast, written: str, stored: str) -> None:
        assert payments.contributor.registers("fraud", framework=written).body["framework"] == stored

    @pytest.mark.parametrize(("written", "stored"), [("eks", "EKS"), ("LAMBDA", "Lambda"), ("Lambda", "Lambda")])
    def test_a_target_is_stored_under_its_one_name(self, payments: Cast, written: str, stored: str) -> None:
        assert payments.contributor.registers("fraud", deploymentTarget=written).body["deploymentTarget"] == stored


class TestNames:
    @pytest.mark.parametrize("name", ["fraud.v2", "card fraud", "a.b.c", "Fraud_Detector-2", "7", "f" * 128])
    def test_dots_and_spaces_are_welcome(self, payments: Cast, name: str) -> None:
        body = payments.contributor.registers(name, version="1").body

        assert (body["modelName"], body["modelId"]) == (name, f"payments.{name}")
        assert payments.viewer.reads(f"payments.{name}".replace(" ", "%20"), "1").body == body
        assert payments.viewer.finds() == [f"payments.{name}"]

    @pytest.mark.parametrize("label", ["1", "v7", "V7", "1.2.0", "1.2.0-rc.1+build.7", "2026-11-01", "1_a", "0"])
    def test_a_label_is_kept_as_it_was_written(self, payments: Cast, label: str) -> None:
        payments.contributor.registers("fraud", version=label)

        assert payments.viewer.reads("payments.fraud", label).body["version"] == label

    def test_texts_keep_their_white_space_and_scripts(self, payments: Cast) -> None:
        text = "  Größe → 模型 \U0001f469\u200d\U0001f52c\n\ttwo lines  "

        payments.contributor.registers("fraud", version="1", description=text, tags={text: text})

        body = payments.viewer.reads("payments.fraud", "1").body
        assert (body["description"], body["tags"]) == (text, {text: text})

"""Frameworks and targets: closed lists, and the spellings that people use."""

from __future__ import annotations

import pytest

from models_app.domain.errors import InvalidFields
from models_app.domain.frameworks import SPELLINGS, Framework, Target


class TestFrameworks:
    """Promised: "common spellings (sklearn, torch, tf, transformers, xgb) are accepted and stored canonical"."""

    def test_the_list_is_the_published_one(self) -> None:
        assert [*Framework] == [
            *(
                "scikit-learn",
                "tensorflow",
                "pytorch",
                "xgboost",
                "lightgbm",
                "huggingface",
                "onnx",
                "keras",
                "catboost",
            ),
            *("spark", "custom"),
        ]

    @pytest.mark.parametrize("framework", Framework)
    def test_a_name_is_read_however_it_is_cased(self, framework: Framework) -> None:
        assert Framework.parse(framework.value) is framework
        assert Framework.parse(f" {framework.value.upper()} ") is framework

    @pytest.mark.parametrize(
        ("spelling", "framework"),
        [
            ("sklearn", Framework.SCIKIT_LEARN),
            ("torch", Framework.PYTORCH),
            ("tf", Framework.TENSORFLOW),
            ("transformers", Framework.HUGGINGFACE),
            ("xgb", Framework.XGBOOST),
        ],
    )
    def test_the_promised_spellings_are_known(self, spelling: str, framework: Framework) -> None:
        assert Framework.parse(spelling) is framework

    def test_every_spelling_leads_to_a_framework(self) -> None:
        assert {Framework.parse(spelling) for spelling in SPELLINGS} <= set(Framework)

    @pytest.mark.parametrize(
        "text", ["", "sk", "pytorch2", "scikit learn", "Custom Framework", "тf", "custom\x00"], ids=ascii
    )
    def test_a_refusal_lists_what_is_known(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refusal:
            Framework.parse(text)

        (error,) = refusal.value.errors
        assert (error.field, error.code) == ("framework", "unknown")
        assert all(name in error.detail for name in Framework)


class TestTargets:
    @pytest.mark.parametrize(
        ("text", "target"),
        [("EKS", Target.EKS), ("eks", Target.EKS), ("Lambda", Target.LAMBDA), (" LAMBDA ", Target.LAMBDA)],
    )
    def test_a_target_is_read_however_it_is_cased(self, text: str, target: Target) -> None:
        assert Target.parse(text) is target

    @pytest.mark.parametrize("text", ["", "ECS", "EKS,Lambda", "kubernetes"])
    def test_others_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refusal:
            Target.parse(text)

        assert [(error.field, error.code) for error in refusal.value.errors] == [("deploymentTarget", "unknown")]

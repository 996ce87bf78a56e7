"""What models are made with and run on: closed lists, with the spellings that people use for them."""

from __future__ import annotations

from enum import StrEnum

from models_app.domain.errors import InvalidFields


class Framework(StrEnum):
    """The library that made a model, under the one name that is stored."""

    SCIKIT_LEARN = "scikit-learn"
    TENSORFLOW = "tensorflow"
    PYTORCH = "pytorch"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    HUGGINGFACE = "huggingface"
    ONNX = "onnx"
    KERAS = "keras"
    CATBOOST = "catboost"
    SPARK = "spark"
    CUSTOM = "custom"

    @classmethod
    def parse(cls, text: str, *, field: str = "framework") -> Framework:
        """The framework, from its name or a common spelling.

        >>> Framework.parse("sklearn"), Framework.parse("PyTorch")
        (<Framework.SCIKIT_LEARN: 'scikit-learn'>, <Framework.PYTORCH: 'pytorch'>)

        Raises:
            InvalidFields: unknown; the sentence lists what is known.
        """
        word = text.strip().lower()
        try:
            return cls(SPELLINGS.get(word, word))
        except ValueError:
            known = ", ".join(cls)
            detail = f"Unknown framework. Use one of {known}; 'custom' fits everything else."
            raise InvalidFields.one(field, "unknown", detail) from None


SPELLINGS = {
    "sklearn": "scikit-learn",
    "scikit_learn": "scikit-learn",
    "tf": "tensorflow",
    "torch": "pytorch",
    "xgb": "xgboost",
    "lgb": "lightgbm",
    "lgbm": "lightgbm",
    "hf": "huggingface",
    "transformers": "huggingface",
    "pyspark": "spark",
}


class Target(StrEnum):
    """Where a version is meant to run."""

    EKS = "EKS"
    LAMBDA = "Lambda"

    @classmethod
    def parse(cls, text: str, *, field: str = "deploymentTarget") -> Target:
        """The target, however its letters are cased.

        Raises:
            InvalidFields: neither EKS nor Lambda.
        """
        for target in cls:
            if text.strip().lower() == target.lower():
                return target
        raise InvalidFields.one(field, "unknown", "Unknown deployment target. Use EKS or Lambda.")

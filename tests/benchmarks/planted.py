"""What every planted model is like, on either server: a name by its number, one version, one tag, one alias."""

from __future__ import annotations

TEAM = "payments"
ALIAS = "champion"
TAG = ("stage", "prod")
SOURCE = "s3://models/fraud/model.joblib"


def name_of(number: int) -> str:
    """What the planted model of a number is called; they sort as they are numbered."""
    return f"model-{number:06}"

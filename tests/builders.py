"""What tests register: valid by default, so that a test writes only what it is about."""

from __future__ import annotations

from typing import Any


def a_registration(**different: Any) -> dict[str, Any]:
    """The body of a registration; None leaves a field out."""
    body = {
        "modelName": "fraud",
        "framework": "scikit-learn",
        "s3Uri": "s3://models/fraud/model.joblib",
        "deploymentTarget": "EKS",
    } | different
    return {name: value for name, value in body.items() if value is not None}


SIGNATURE = {
    "inputs": [{"name": "amount", "type": "double", "required": True}],
    "outputs": [{"type": "long", "required": True}],
}

"""Whether an artifact fits its target, and what it would take there. Advice of a plan; only what cannot work forbids.

Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
KServe: https://kserve.github.io/website/latest/modelserving/v1beta1/serving_runtime/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models_app.domain.deployments import Deployment
from models_app.domain.frameworks import Framework, Target

MEGABYTE = 1024 * 1024
LAMBDA_ZIP_BYTES = 250 * MEGABYTE  # unzipped, layers included
LAMBDA_IMAGE_BYTES = 10 * 1024 * MEGABYTE
LAMBDA_MEMORY_MB = 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFormat:
    """What KServe calls a kind of model, and the protocol its default runtime speaks."""

    name: str
    version: str
    protocol: str


# From KServe's config/runtimes, August 2026. What is not here takes a container of one's own.
KSERVE: Mapping[Framework, ModelFormat] = {
    Framework.SCIKIT_LEARN: ModelFormat(name="sklearn", version="1", protocol="v1"),
    Framework.XGBOOST: ModelFormat(name="xgboost", version="2", protocol="v1"),
    Framework.LIGHTGBM: ModelFormat(name="lightgbm", version="4", protocol="v1"),
    Framework.PYTORCH: ModelFormat(name="pytorch", version="1", protocol="v1"),
    Framework.TENSORFLOW: ModelFormat(name="tensorflow", version="2", protocol="v1"),
    Framework.KERAS: ModelFormat(name="tensorflow", version="2", protocol="v1"),
    Framework.ONNX: ModelFormat(name="onnx", version="1", protocol="v2"),
    Framework.HUGGINGFACE: ModelFormat(name="huggingface", version="1", protocol="v1"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a plan says of artifact and target.

    Attributes:
        obstacles: what cannot work; each forbids the deployment.
        notes: what to see to.
        packaging: for Lambda, ``zip`` or ``image``; None where the size is unknown.
        manifest: for EKS, the KServe InferenceService; None where a container of one's own is needed.
    """

    obstacles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    packaging: str | None = None
    manifest: Mapping[str, Any] | None = field(default=None)


def fit_of(deployment: Deployment) -> Fit:
    """Check a deployment's artifact against its target."""
    return _lambda(deployment) if deployment.slot.target is Target.LAMBDA else _eks(deployment)


def _lambda(deployment: Deployment) -> Fit:
    size, obstacles, notes = deployment.artifact.size_bytes, [], []
    packaging = None
    if size is None:
        notes.append("The artifact's size is not known: up to 250 MB unzipped fit a zip, up to 10 GB an image.")
    elif size > LAMBDA_IMAGE_BYTES:
        obstacles.append("The artifact is larger than the 10 GB of a Lambda image. Deploy it to EKS.")
    else:
        packaging = "zip" if size <= LAMBDA_ZIP_BYTES else "image"
        if packaging == "image":
            notes.append("The artifact is larger than the 250 MB of an unzipped package: it takes a container image.")
    memory = deployment.parameters.get("memoryMb")
    if isinstance(memory, int | float) and memory > LAMBDA_MEMORY_MB:
        obstacles.append(f"A Lambda function has at most {LAMBDA_MEMORY_MB} MB of memory; memoryMb asks more.")
    return Fit(obstacles=tuple(obstacles), notes=tuple(notes), packaging=packaging)


def _eks(deployment: Deployment) -> Fit:
    model_format = KSERVE.get(deployment.framework)
    if model_format is None:
        note = f"KServe has no runtime for {deployment.framework}: the pipeline brings a container of its own."
        return Fit(notes=(note,))
    return Fit(manifest=_manifest(deployment, model_format))


def _manifest(deployment: Deployment, model_format: ModelFormat) -> dict[str, Any]:
    artifact = deployment.artifact
    labels = {"model-registry/model-version": re.sub(r"[^A-Za-z0-9._-]", "_", deployment.version)}
    annotations = {"model-registry/model-id": str(deployment.model), "model-registry/deployment-id": str(deployment.id)}
    if artifact.sha256:
        annotations["model-registry/sha256"] = artifact.sha256
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": _dns_name(f"{deployment.model.name}-{deployment.slot.environment}"),
            "namespace": str(deployment.model.team),
            "labels": labels,
            "annotations": annotations,
        },
        "spec": {
            "predictor": {
                # The one schema for all frameworks; the older keys by framework make GitOps tools show drift for ever.
                "model": {
                    "modelFormat": {"name": model_format.name, "version": model_format.version},
                    "protocolVersion": model_format.protocol,
                    "storageUri": artifact.uri,
                },
            },
        },
    }


def _dns_name(text: str) -> str:
    """A name that Kubernetes takes (RFC 1035): begins with a letter, at most 63 of ``a-z 0-9 -``."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return (name if name[:1].isalpha() else f"m-{name}")[:63].rstrip("-")

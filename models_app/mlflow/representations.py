"""Models and versions as MLflow writes them. Unset fields are left out, times are milliseconds, versions are texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models_app.domain import clock
from models_app.domain.models import RegisteredModel, VersionSummary
from models_app.domain.versions import ModelVersion
from models_app.mlflow.values import STAGE_TAG

NO_STAGE = "None"


def model_body(model: RegisteredModel, latest: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A registered model with the highest version of each stage."""
    body: dict[str, Any] = {
        "name": model.id.name,
        "creation_timestamp": clock.to_milliseconds(model.created_at),
        "last_updated_timestamp": clock.to_milliseconds(model.updated_at),
        "user_id": model.created_by,
        "description": model.description,
    }
    if latest:
        body["latest_versions"] = latest
    if model.tags:
        body["tags"] = _pairs(model.tags)
    if model.aliases:
        body["aliases"] = [
            {"alias": alias, "version": str(model.sequences.get(label, label))}
            for alias, label in sorted(model.aliases.items())
        ]
    return body


def version_body(version: ModelVersion, *, with_aliases: bool = True) -> dict[str, Any]:
    """A model version. Lists show it without its aliases."""
    origin = version.lineage or {}
    body: dict[str, Any] = {
        "name": version.model.name,
        "version": version.number,
        "registry_label": version.label if version.sequence is not None else "",
        "creation_timestamp": clock.to_milliseconds(version.created_at),
        "last_updated_timestamp": clock.to_milliseconds(version.updated_at),
        "user_id": version.created_by,
        "current_stage": stage_of(version),
        "description": version.mutable.description,
        "source": source_of(version),
        "run_id": run_of(version),
        "run_link": origin.get("runLink", ""),
        "model_id": origin.get("modelId", ""),
        "status": "READY",
    }
    if tags := tags_of(version):
        body["tags"] = _pairs(tags)
    if with_aliases and version.aliases:
        body["aliases"] = sorted(version.aliases)
    return body


def summary_body(model: RegisteredModel, summary: VersionSummary) -> dict[str, Any]:
    """What a list of models shows of a model's highest version."""
    return {
        "name": model.id.name,
        "version": summary.number,
        "registry_label": summary.label if summary.sequence is not None else "",
        "creation_timestamp": clock.to_milliseconds(summary.created_at),
        "last_updated_timestamp": clock.to_milliseconds(summary.created_at),
        "user_id": summary.created_by,
        "current_stage": summary.tags.get(STAGE_TAG, NO_STAGE),
        "source": summary.artifact_uri,
        "status": "READY",
        "tags": _pairs({key: value for key, value in summary.tags.items() if key != STAGE_TAG}),
    }


def stage_of(version: ModelVersion) -> str:
    """The stage, which the registry keeps as a tag."""
    return version.mutable.tags.get(STAGE_TAG, NO_STAGE)


def tags_of(version: ModelVersion) -> dict[str, str]:
    """The tags that callers set."""
    return {key: value for key, value in version.mutable.tags.items() if key != STAGE_TAG}


def source_of(version: ModelVersion) -> str:
    """The source as it was given; of a copy that is the version copied from, and its artifact stands elsewhere."""
    return str((version.lineage or {}).get("source", version.artifact.uri))


def run_of(version: ModelVersion) -> str:
    """The run that made it, or nothing."""
    return str((version.lineage or {}).get("runId", ""))


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]

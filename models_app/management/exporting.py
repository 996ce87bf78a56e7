"""How models go out: as the rows that an import takes, or as a table for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from models_app.domain.aliases import Alias
from models_app.domain.clock import wire
from models_app.domain.models import ModelId, RegisteredModel
from models_app.domain.versions import ModelVersion, VersionStatus
from models_app.management.importing.tables import COLUMNS, cell_of
from models_app.services.exports import Exported

Document = dict[str, Any]

# Many readers take these for the end of a line, and JSON lets them stand in texts.
LINE_MARKS = ("\x85", "\u2028", "\u2029")


def json_lines(exported: Iterable[Exported]) -> Iterator[str]:
    """A line for each model, for each of its versions and for each of its aliases, in this order."""
    for model, aliases, versions in exported:
        yield _line(model_document(model))
        for version in versions:
            yield _line(version_document(version))
        for alias in aliases:
            yield _line(alias_document(model.id, alias))


def table(exported: Iterable[Exported]) -> Iterator[str]:
    """A header, and a row for each version with its aliases."""
    yield _row(COLUMNS)
    for _, _, versions in exported:
        for version in versions:
            document = version_document(version) | {"aliases": " ".join(sorted(version.aliases))}
            yield _row([cell_of(document.get(name)) for name in COLUMNS])


def model_document(model: RegisteredModel) -> Document:
    """A model as a row."""
    return {
        "kind": "model",
        "teamId": model.id.team,
        "modelName": model.id.name,
        "description": model.description,
        "tags": dict(model.tags),
        "createdAt": wire(model.created_at),
        "createdBy": model.created_by,
        "updatedAt": wire(model.updated_at),
    }


def version_document(version: ModelVersion) -> Document:
    """A version as a row; where it runs is not told, so it is registered or deprecated."""
    mutable = version.mutable
    is_deprecated = mutable.status is VersionStatus.DEPRECATED
    document = {
        "kind": "version",
        "teamId": version.model.team,
        "modelName": version.model.name,
        "version": version.label,
        "sequence": version.sequence,
        "status": VersionStatus.DEPRECATED if is_deprecated else VersionStatus.REGISTERED,
        "framework": version.framework,
        "frameworkVersion": version.framework_version,
        "s3Uri": version.artifact.uri,
        "sha256": version.artifact.sha256,
        "sizeBytes": version.artifact.size_bytes,
        "deploymentTarget": mutable.target,
        "description": mutable.description,
        "metadata": mutable.metadata,
        "metrics": dict(mutable.metrics),
        "tags": dict(mutable.tags),
        "signature": version.signature,
        "lineage": version.lineage,
        "createdAt": wire(version.created_at),
        "createdBy": version.created_by,
        "updatedAt": wire(version.updated_at),
        "updatedBy": version.updated_by,
        "deletedAt": wire(version.deleted_at) if version.deleted_at else None,
        "deletedBy": version.deleted_by,
    }
    return {name: value for name, value in document.items() if value is not None}


def alias_document(model: ModelId, alias: Alias) -> Document:
    """An alias as a row."""
    return {
        "kind": "alias",
        "teamId": model.team,
        "modelName": model.name,
        "alias": alias.name,
        "version": alias.version,
        "movedAt": wire(alias.moved_at),
        "movedBy": alias.moved_by,
    }


def _line(document: Document) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for mark in LINE_MARKS:
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text + "\n"


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()

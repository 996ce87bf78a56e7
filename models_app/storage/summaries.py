"""The summary of its highest version that a model keeps: what lists show, and what they filter by."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.expressions.update import Action

from models_app.domain import clock
from models_app.domain.annotations import short_tags
from models_app.domain.documents import canonical_json
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel
from models_app.domain.models import VersionSummary
from models_app.domain.versions import ModelVersion
from models_app.storage.table import ModelItem


def showing(version: ModelVersion) -> list[Action]:
    """A model's part that shows its highest version, and that lists filter by."""
    target = version.mutable.target
    return [
        ModelItem.latest_key.set(version.label.key),
        ModelItem.latest.set(summary_text(version.summary)),
        ModelItem.framework.set(version.framework.value),
        ModelItem.status.set(version.mutable.status.value),
        ModelItem.target.set(target.value) if target else ModelItem.target.remove(),
        words(ModelItem.latest_tag_words, version.mutable.tags),
    ]


def showing_none() -> list[Action]:
    """The same for a model all of whose versions are deleted."""
    emptied = (
        ModelItem.latest_key,
        ModelItem.latest,
        ModelItem.framework,
        ModelItem.status,
        ModelItem.target,
        ModelItem.latest_tag_words,
    )
    return [attribute.remove() for attribute in emptied]


def words(attribute: UnicodeSetAttribute, tags: Mapping[str, str]) -> Action:
    """Tags as words to filter by; DynamoDB keeps no empty set."""
    words = {*tags, *(f"{key}:{value}" for key, value in short_tags(tags).items())}
    return attribute.set(words) if words else attribute.remove()


def summary_text(summary: VersionSummary) -> str:
    """A version's summary as its model keeps it."""
    numbered = {} if summary.sequence is None else {"sequence": summary.sequence}
    return canonical_json(
        numbered
        | {
            "label": summary.label,
            "status": summary.status,
            "framework": summary.framework,
            "frameworkVersion": summary.framework_version,
            "target": summary.target,
            "uri": summary.artifact_uri,
            "tags": dict(summary.tags),
            "createdAt": clock.wire(summary.created_at),
            "createdBy": summary.created_by,
        }
    )


def summary(text: str) -> VersionSummary:
    """The summary that ``summary_text`` wrote."""
    kept = orjson.loads(text)
    return VersionSummary(
        label=VersionLabel(kept["label"]),
        sequence=kept.get("sequence"),
        status=kept["status"],
        framework=Framework(kept["framework"]),
        framework_version=kept["frameworkVersion"],
        target=Target(kept["target"]) if kept["target"] else None,
        artifact_uri=kept["uri"],
        tags=kept["tags"],
        created_at=clock.from_wire(kept["createdAt"]),
        created_by=kept["createdBy"],
    )

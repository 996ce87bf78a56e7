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
from models_app.domain.labels import label_in
from models_app.domain.models import VersionSummary
from models_app.domain.versions import ModelVersion, VersionStatus
from models_app.storage.attributes import written
from models_app.storage.table import ModelItem, RawItem


def showing(version: ModelVersion) -> list[Action]:
    """A model's part that shows its highest version, and that lists filter by."""
    target = version.mutable.target
    return [
        ModelItem.latest_key.set(version.label.key),
        ModelItem.summary.set(summary_text(version.summary)),
        ModelItem.framework.set(version.framework.value),
        ModelItem.status.set(version.mutable.status.value),
        ModelItem.target.set(target.value) if target else ModelItem.target.remove(),
        words(ModelItem.latest_tag_words, version.mutable.tags),
    ]


def showing_none() -> list[Action]:
    """The same for a model all of whose versions are deleted."""
    emptied = (
        ModelItem.latest_key,
        ModelItem.summary,
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
    """What a model keeps of a version's summary besides what lists filter by, which stands beside it.

    A list, in the order in which ``summary`` takes it apart; what is empty at its end is left out.
    """
    told = [
        summary.artifact_uri,
        clock.wire(summary.created_at),
        summary.created_by,
        dict(summary.tags),
        summary.sequence,
        summary.framework_version,
    ]
    while told[-1] in (None, {}):
        told.pop()
    return canonical_json(told)


def summary(raw: RawItem) -> VersionSummary | None:
    """The summary of its highest version that a model's item tells, or None where it has none."""
    if "latest_key" not in raw:
        return None
    told = orjson.loads(raw["summary"]["S"])
    uri, created_at, created_by, *rest = told
    tags, sequence, framework_version = [*rest, None, None, None][:3]
    return VersionSummary(
        label=label_in(raw["latest_key"]["S"]),
        sequence=sequence,
        status=raw["status"]["S"] if "status" in raw else VersionStatus.REGISTERED.value,
        framework=Framework(raw["framework"]["S"]),
        framework_version=framework_version,
        target=Target(raw["target"]["S"]) if "target" in raw else None,
        artifact_uri=uri,
        tags=tags or {},
        created_at=clock.from_wire(created_at),
        created_by=created_by,
    )


def tells(item: ModelItem, wanted: VersionSummary) -> bool:
    """Whether a model's item tells just that of its highest version; one that is damaged does not."""
    try:
        return summary(written(item)) == wanted
    except (KeyError, TypeError, ValueError):
        return False

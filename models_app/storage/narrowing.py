"""What lists of models filter by, as DynamoDB evaluates it."""

from __future__ import annotations

from functools import reduce
from operator import and_

from pynamodb.expressions.condition import Condition

from models_app.domain import clock
from models_app.domain.models import ModelFilter
from models_app.storage.table import ModelItem


def condition_of(narrowed: ModelFilter) -> Condition | None:
    """A filter as DynamoDB evaluates it, or None when nothing is asked."""
    wanted: list[Condition] = []
    if narrowed.framework is not None:
        wanted.append(ModelItem.framework == narrowed.framework.value)
    if narrowed.target is not None:
        wanted.append(ModelItem.target == narrowed.target.value)
    if narrowed.status is not None:
        wanted.append(ModelItem.status == narrowed.status)
    if narrowed.name_part:
        wanted.append(ModelItem.folded_name.contains(narrowed.name_part.lower()))
    if narrowed.updated_after is not None:
        wanted.append(ModelItem.updated_at > clock.wire(narrowed.updated_after))
    if narrowed.has_versions:
        wanted.append(ModelItem.latest_key.exists())
    wanted += [
        ModelItem.tag_words.contains(word) | ModelItem.latest_tag_words.contains(word) for word in narrowed.tag_words
    ]
    return reduce(and_, wanted) if wanted else None

"""What lists of models filter by, as DynamoDB evaluates it."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import and_

from pynamodb.expressions.condition import Condition

from models_app.domain import clock
from models_app.domain.models import ModelFilter
from models_app.storage.table import ModelItem


def changed_after(instant: datetime | None) -> Condition | None:
    """That a model was changed after a time: a range of the second index, and a filter elsewhere."""
    return ModelItem.gsi2sk > clock.wire(instant) if instant is not None else None


def condition_of(narrowed: ModelFilter, *, also: Condition | None = None) -> Condition | None:
    """A filter as DynamoDB evaluates it, or None when nothing is asked. Ranges of the list are not part of it."""
    wanted: list[Condition] = [] if also is None else [also]
    if narrowed.framework is not None:
        wanted.append(ModelItem.framework == narrowed.framework.value)
    if narrowed.target is not None:
        wanted.append(ModelItem.target == narrowed.target.value)
    if narrowed.status is not None:
        # Models without versions have no status, and most others do not keep theirs.
        wanted.append(ModelItem.latest_key.exists() & (ModelItem.status == narrowed.status))
    if narrowed.name_part:
        wanted.append(ModelItem.folded_name.contains(narrowed.name_part.lower()))
    if narrowed.has_versions:
        wanted.append(ModelItem.latest_key.exists())
    wanted += [
        ModelItem.tag_words.contains(word) | ModelItem.latest_tag_words.contains(word) for word in narrowed.tag_words
    ]
    return reduce(and_, wanted) if wanted else None

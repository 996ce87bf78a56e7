"""Versions looked for among many, of which few are wanted: a query looks at a megabyte, and gives only those back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial, reduce
from operator import or_

from pynamodb.expressions.condition import Condition

from models_app.domain.documents import canonical_json
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.pages import FILTERED_BATCH, Page, StartKey
from models_app.domain.versions import ModelVersion
from models_app.storage import table
from models_app.storage.pages import HIGHEST, Listing, every, read_page
from models_app.storage.table import RegistryItem, VersionItem
from models_app.storage.versions import LIVE, version

Tag = tuple[str, str]

# DynamoDB ends a query at a megabyte, which comes before.
MOST_IN_A_QUERY = 5000

# How many deleted versions in a row are skipped in one query, as long as there may be few of them.
DELETED_IN_A_ROW = 10


def list_tagged(model_id: ModelId, *, key: str, value: str) -> list[ModelVersion]:
    """A model's live versions with a tag. A call for every megabyte of the model."""
    listing = Listing(
        partition=table.model_partition(model_id),
        within=RegistryItem.sk.between(table.VERSIONS, table.VERSIONS + HIGHEST),
        leaving=LIVE & _with_one_of([(key, value)]),
        batch=MOST_IN_A_QUERY,
    )
    every_item = every(partial(read_page, listing, limit=FILTERED_BATCH))
    found = (version(VersionItem.from_raw_data(raw)) for raw in every_item)
    return [each for each in found if each.mutable.tags.get(key) == value]


def list_with_tags(model_id: ModelId, *, tags: Sequence[Tag], limit: int, after: StartKey | None) -> Page[ModelVersion]:
    """A model's live versions with one of some tags, the highest first. Up to four calls, of a megabyte each."""
    listing = Listing(
        partition=table.model_partition(model_id),
        within=RegistryItem.sk.between(table.VERSIONS, table.VERSIONS + HIGHEST),
        leaving=LIVE & _with_one_of(tags),
        newest_first=True,
        batch=MOST_IN_A_QUERY,
    )
    page = read_page(listing, limit=limit, after=after)
    found = (version(VersionItem.from_raw_data(raw)) for raw in page.items)
    return Page([each for each in found if set(tags) & set(each.mutable.tags.items())], page.next)


def find_below(label: VersionLabel, *, model_id: ModelId) -> ModelVersion | None:
    """The highest live version below a label, or None. One call; where many are deleted, one for a megabyte of them."""
    listing = Listing(
        partition=table.model_partition(model_id),
        within=RegistryItem.sk.between(table.VERSIONS, table.version_sort(label)),
        leaving=LIVE & (VersionItem.label != label),
        newest_first=True,
        batch=DELETED_IN_A_ROW,
    )
    page = read_page(listing, limit=1)
    while not page.items and page.next is not None:
        page = read_page(replace(listing, batch=MOST_IN_A_QUERY), limit=1, after=page.next)
    return version(VersionItem.from_raw_data(page.items[0])) if page.items else None


def _with_one_of(tags: Sequence[Tag]) -> Condition:
    """That a version may have one of some tags: within a longer key or value, it looks the same."""
    return reduce(or_, (VersionItem.tags.contains(canonical_json({key: value})[1:-1]) for key, value in tags))

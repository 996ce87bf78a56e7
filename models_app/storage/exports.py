"""A model with all that is kept of it, deleted versions too, in the order of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from pynamodb.expressions.condition import Condition

from models_app.domain.aliases import Alias
from models_app.domain.models import ModelId, RegisteredModel
from models_app.domain.versions import ModelVersion
from models_app.storage import models, table, versions
from models_app.storage.pages import HIGHEST, Listing, every, read_batch, read_page
from models_app.storage.table import AliasItem, ModelItem, RawItem, RegistryItem, VersionItem

PAGE = 100


def get_models(ids: Sequence[ModelId]) -> list[RegisteredModel]:
    """Those of up to 100 models that exist, in the order asked for. One call."""
    raw = read_batch([{"pk": table.model_partition(each), "sk": table.MODEL} for each in ids])
    found = {table.model_in(item.pk): item for item in map(ModelItem.from_raw_data, raw) if item.created_at}
    return [models.model(found[each]) for each in ids if each in found]


def aliases_of(model_id: ModelId) -> list[Alias]:
    """A model's aliases by name. One call, unless their versions are large."""
    # From the first character that a name may begin with: copies under numbers lie before them.
    within = RegistryItem.sk.between(f"{table.ALIASES}0", table.ALIASES + HIGHEST)
    return [versions.alias(AliasItem.from_raw_data(raw)) for raw in _all(model_id, within)]


def versions_of(model_id: ModelId) -> Iterator[ModelVersion]:
    """A model's versions, the lowest first, deleted ones too. One call for every hundred."""
    within = RegistryItem.sk.startswith(table.VERSIONS)
    return (versions.version(VersionItem.from_raw_data(raw)) for raw in _all(model_id, within))


def _all(model_id: ModelId, within: Condition) -> Iterator[RawItem]:
    return every(partial(read_page, Listing(partition=table.model_partition(model_id), within=within), limit=PAGE))

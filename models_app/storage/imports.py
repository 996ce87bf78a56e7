"""Many things of some models in one transaction: what stands around them, and the writes that add them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.update import Action

from models_app.domain import clock
from models_app.domain.aliases import AliasName
from models_app.domain.documents import canonical_json
from models_app.domain.imports import AliasRow, ModelRow, Row, VersionRow
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.pages import StartKey
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion
from models_app.storage import models, table, teams, versions
from models_app.storage.models import SETTLED, named, touching
from models_app.storage.pages import read_batch
from models_app.storage.summaries import showing, words
from models_app.storage.table import AliasItem, ModelItem, RawItem, VersionItem
from models_app.storage.transactions import Refused, Verb, Write

# Reads --------------------------------------------------------------------------------------------------------------

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands around some rows: the teams, models, versions (deleted ones too) and aliases that they name."""

    teams: frozenset[TeamSlug]
    models: Mapping[ModelId, ModelItem]
    versions: Mapping[tuple[ModelId, VersionLabel], ModelVersion]
    aliases: Mapping[tuple[ModelId, AliasName], AliasItem]


def find_standing(rows: Sequence[Row]) -> Standing:
    """What stands around some rows. One call for every hundred things that they name."""
    keys = list(dict.fromkeys(key for row in rows for key in _keys(row)))
    found: dict[tuple[str, str], RawItem] = {}
    for start in range(0, len(keys), BATCH):
        wanted: list[StartKey] = [{"pk": pk, "sk": sk} for pk, sk in keys[start : start + BATCH]]
        found |= {(raw["pk"]["S"], raw["sk"]["S"]): raw for raw in read_batch(wanted)}
    there: dict[TeamSlug, bool] = {}
    standing_models: dict[ModelId, ModelItem] = {}
    standing_versions: dict[tuple[ModelId, VersionLabel], ModelVersion] = {}
    standing_aliases: dict[tuple[ModelId, AliasName], AliasItem] = {}
    for row in rows:
        raw_team = found.get((table.team_partition(row.model.team), table.TEAM))
        there[row.model.team] = raw_team is not None and teams.team(raw_team).deleted_at is None
        partition = table.model_partition(row.model)
        if item := models.existing(found.get((partition, table.MODEL))):
            standing_models[row.model] = item
        label = _label(row)
        if label and (raw := found.get((partition, table.version_sort(label)))):
            standing_versions[row.model, label] = versions.version(VersionItem.from_raw_data(raw))
        if isinstance(row, AliasRow) and (raw := found.get((partition, table.alias_sort(row.alias.name)))):
            standing_aliases[row.model, row.alias.name] = AliasItem.from_raw_data(raw)
    return Standing(
        teams=frozenset(team for team, is_there in there.items() if is_there),
        models=standing_models,
        versions=standing_versions,
        aliases=standing_aliases,
    )


def _keys(row: Row) -> Iterable[tuple[str, str]]:
    partition = table.model_partition(row.model)
    yield table.team_partition(row.model.team), table.TEAM
    yield partition, table.MODEL
    if label := _label(row):
        yield partition, table.version_sort(label)
    if isinstance(row, AliasRow):
        yield partition, table.alias_sort(row.alias.name)


def _label(row: Row) -> VersionLabel | None:
    match row:
        case VersionRow():
            return row.version.label
        case AliasRow():
            return row.alias.version
    return None


# Writes -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a model gains.

    Attributes:
        founded: the model itself, where it is new.
        live: its new versions that are not deleted.
        aliases: all of its aliases afterwards, or None where none is added.
        sequences: the numbers of the versions that these point to, where their labels are none.
        at: when it last changed, as it shall say; None where that stays.
    """

    model: ModelId
    founded: ModelRow | None
    live: Sequence[ModelVersion]
    aliases: Mapping[AliasName, VersionLabel] | None
    sequences: Mapping[VersionLabel, int]
    at: datetime | None


def growing(growth: Growth, *, seen: ModelItem | None) -> Write:
    """The model's part of an import, if it stands as the caller saw it: not there, or at that revision."""
    actions: list[Action] = [ModelItem.version_count.add(len(growth.live))]
    if growth.at is not None:
        actions += touching(growth.model, growth.at)
    if growth.founded is not None:
        actions += [*named(growth.model), *_founding(growth.founded)]
    if growth.aliases is not None or growth.founded is not None:
        actions.append(ModelItem.aliases.set(canonical_json(growth.aliases or {})))
        if growth.sequences:
            actions.append(ModelItem.sequences.set(canonical_json(dict(growth.sequences))))
    highest = max(growth.live, key=lambda version: version.label.key, default=None)
    if highest is not None and models.is_highest(highest.label, seen=seen):
        actions += showing(highest)
    stands = (
        ModelItem.created_at.does_not_exist()
        if seen is None
        else ModelItem.created_at.exists() & (ModelItem.rev == seen.rev)
    )
    return Write(Verb.UPDATE, models.item_of(growth.model), stands & SETTLED, Refused, actions)


def _founding(row: ModelRow) -> list[Action]:
    return [
        ModelItem.description.set(row.description),
        ModelItem.tags.set(canonical_json(dict(row.tags))),
        words(ModelItem.tag_words, row.tags),
        ModelItem.created_at.set(clock.wire(row.created_at)),
        ModelItem.created_by.set(row.created_by),
    ]

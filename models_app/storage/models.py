"""Registered models as they are kept. A model's item is also where automatic version numbers come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from models_app.domain import clock
from models_app.domain.aliases import AliasName
from models_app.domain.documents import canonical_json
from models_app.domain.errors import ModelNotFound
from models_app.domain.labels import VersionLabel, label_in
from models_app.domain.models import ModelFilter, ModelId, ModelTaken, RegisteredModel
from models_app.domain.pages import FILTERED_BATCH, Page, StartKey
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.storage import table, upgrades
from models_app.storage.attributes import written
from models_app.storage.narrowing import changed_after, condition_of
from models_app.storage.pages import Listing, beginning_with, read_item, read_page, walk
from models_app.storage.remembering import remembering
from models_app.storage.summaries import showing, showing_none, summary, words
from models_app.storage.table import ModelItem, RawItem, RegistryItem
from models_app.storage.transactions import Refused, Verb, Write

# Reads --------------------------------------------------------------------------------------------------------------


def list_of_team(
    team: TeamSlug,
    *,
    by_update: bool,
    narrowed: ModelFilter,
    limit: int,
    after: StartKey | None,
    descending: bool | None = None,
) -> Page[RegisteredModel]:
    """A team's models by name, or by their last change with the newest first. One call; with filters up to four.

    ``descending`` says otherwise where that is not the wanted direction.
    """
    within, also = beginning_with(narrowed.name_prefix), changed_after(narrowed.updated_after)
    if by_update:  # what a list is ordered by is a range of it
        within, also = also, within
    condition = condition_of(narrowed, also=also)
    listing = Listing(
        partition=table.team_models_by_update(team) if by_update else table.team_models(team),
        index="gsi2" if by_update else "gsi1",
        within=within,
        leaving=condition,
        newest_first=by_update if descending is None else descending,
        batch=FILTERED_BATCH if condition is not None else None,
    )
    page = read_page(listing, limit=limit, after=after)
    return Page([_listed(raw) for raw in page.items], page.next)


def has_versions(team: TeamSlug) -> bool:
    """Whether a team has a model with a version that is not deleted. One call for every thousand models without."""
    narrowed = ModelFilter(has_versions=True)
    pages = walk(partial(list_of_team, team, by_update=False, narrowed=narrowed, limit=1))
    return any(page.items for page in pages)


def position(found: RegisteredModel, *, by_update: bool) -> StartKey:
    """Where a list of a team's models goes on after this one."""
    return position_of(found.id, updated_at=found.updated_at if by_update else None)


def position_of(model_id: ModelId, *, updated_at: datetime | None) -> StartKey:
    """The same for a model that need not be there; with a time, in the list by that."""
    team = model_id.team
    key = {"pk": table.model_partition(model_id), "sk": table.MODEL}
    if updated_at is not None:
        return key | {"gsi2pk": table.team_models_by_update(team), "gsi2sk": clock.wire(updated_at)}
    return key | {"gsi1pk": table.team_models(team), "gsi1sk": model_id.name}


def looked_down_to(page: Page[RegisteredModel]) -> str:
    """How far down in time a page by update has looked: below that, there may be models that nobody has seen yet."""
    return page.next["gsi2sk"] if page.next else ""


def get(model_id: ModelId) -> RegisteredModel:
    """A model. One call.

    Raises:
        ModelNotFound: there is none.
    """
    found = find_item(model_id)
    if found is None:
        raise ModelNotFound(model=model_id)
    return model(found)


def find_item(model_id: ModelId) -> ModelItem | None:
    """A model's item, or None. One call."""
    return existing(read_item(table.model_partition(model_id), table.MODEL))


def highest(latest: VersionReference) -> tuple[VersionLabel, dict[str, RawItem]]:
    """The label of a model's highest version; with the model, and that one unless deleted ones are above it. One call.

    Raises:
        VersionNotFound: there is no model, or it has no version.
    """
    within = RegistryItem.sk.between(table.VERSIONS, table.MODEL)
    listing = Listing(partition=table.model_partition(latest.model), within=within, newest_first=True)
    rows = {raw["sk"]["S"]: raw for raw in read_page(listing, limit=2).items}
    item = existing(rows.get(table.MODEL))
    if item is None or not item.latest_key:
        raise latest.missing
    return label_in(item.latest_key), rows


def existing(raw: RawItem | None) -> ModelItem | None:
    """A model's item if the model exists: one that has only given out a number has no version yet."""
    item = ModelItem.from_raw_data(raw) if raw else None
    return item if item is not None and item.created_at else None


def model(item: ModelItem) -> RegisteredModel:
    """The model that an item keeps."""
    return _model(written(item))


def _model(raw: RawItem) -> RegisteredModel:
    """The same from storage's own form: in a list, an item in between would take as long as the model."""
    return RegisteredModel(
        id=table.model_in(raw["pk"]["S"]),
        description=_text(raw, "description") or "",
        tags=_kept(_text(raw, "tags")),
        aliases=_aliases(_text(raw, "aliases")),
        sequences=_sequences(_text(raw, "sequences")),
        placements=_kept(_text(raw, "placements")),
        latest=summary(raw),
        version_count=int(raw["version_count"]["N"]),
        created_at=clock.from_wire(raw["created_at"]["S"]),
        created_by=raw["created_by"]["S"],
        updated_at=clock.from_wire(raw["gsi2sk"]["S"]),
        revision=int(raw["rev"]["N"]),
    )


_listed = remembering(lambda raw: _model(upgrades.lifted(raw, "model")))


def _text(raw: RawItem, name: str) -> str | None:
    text: str | None = raw[name]["S"] if name in raw else None
    return text


def aliases(item: ModelItem) -> dict[AliasName, VersionLabel]:
    """Where a model's aliases point."""
    return _aliases(item.aliases)


def sequences(item: ModelItem) -> dict[VersionLabel, int]:
    """The numbers of the versions that a model's aliases point to, where their labels are none."""
    return _sequences(item.sequences)


def placements(item: ModelItem) -> dict[str, dict[str, Any]]:
    """What a model has in each slot, in wire form."""
    return _kept(item.placements)


def _aliases(text: str | None) -> dict[AliasName, VersionLabel]:
    return {AliasName(name): VersionLabel(label) for name, label in _kept(text).items()}


def _sequences(text: str | None) -> dict[VersionLabel, int]:
    return {VersionLabel(label): number for label, number in _kept(text).items()}


def _kept(text: str | None) -> dict[Any, Any]:
    """The object in a text; most of those in a list of models are empty, and not worth a parser."""
    return dict(orjson.loads(text)) if text and text != "{}" else {}


# Writes -------------------------------------------------------------------------------------------------------------

# While rows are on their way from one name to another, neither side takes a write (see ``storage.relocations``).
SETTLED = ModelItem.move.does_not_exist() & ModelItem.arriving.does_not_exist()


def is_highest(label: VersionLabel, *, seen: ModelItem | None) -> bool:
    """Whether a label is above all live ones of a model; taken for granted where nothing is known of the model."""
    return seen is None or not seen.latest_key or seen.latest_key < label.key


def adding(version: ModelVersion, *, seen: ModelItem | None) -> Write:
    """The model's part of registering or restoring a version; it makes the model where there is none.

    ``seen`` is the model's item as the caller knows it. Where it knows nothing, the version is taken for the highest:
    that is nearly always so, and saves a read. If it is not, the write is Refused with the item that tells.
    """
    key = version.label.key
    highest = is_highest(version.label, seen=seen)
    condition = (
        ModelItem.latest_key.does_not_exist() | (ModelItem.latest_key < key) if highest else ModelItem.latest_key > key
    )
    actions: list[Action] = [*touching(version.model, version.updated_at), ModelItem.version_count.add(1)]
    if seen is not None and seen.created_at:
        condition &= ModelItem.created_at.exists()  # else it was moved away in between, and this would make another
    else:
        actions += [
            *named(version.model),
            ModelItem.created_at.set(ModelItem.created_at | clock.wire(version.created_at)),
            ModelItem.created_by.set(ModelItem.created_by | version.created_by),
        ]
    if highest:
        actions += showing(version)
    return _changing(version.model, condition, actions)


def reflecting(version: ModelVersion, *, seen: ModelItem) -> Write:
    """The model's part of updating a version: its summary, where that is the highest, and the time of change."""
    key = version.label.key
    highest = seen.latest_key == key
    condition = ModelItem.latest_key == key if highest else ModelItem.latest_key != key
    actions = touching(version.model, version.updated_at) + (showing(version) if highest else [])
    return _changing(version.model, condition, actions)


def reflecting_all(changed: Sequence[ModelVersion], *, seen: ModelItem) -> Write:
    """The model's part of updating several versions, if nothing in the model has changed since it was seen."""
    highest = next((version for version in changed if version.label.key == seen.latest_key), changed[0])
    write = reflecting(highest, seen=seen)
    return replace(write, condition=write.condition & (ModelItem.rev == seen.rev))


def removing(version: ModelVersion, *, seen: ModelItem, successor: ModelVersion | None) -> Write:
    """The model's part of deleting a version. ``successor`` is the next one down, which may become the highest."""
    actions = [*touching(version.model, version.updated_at), ModelItem.version_count.add(-1)]
    if seen.latest_key == version.label.key:
        actions += showing(successor) if successor else showing_none()
    return _changing(version.model, ModelItem.rev == seen.rev, actions)


def pointing(
    model_id: ModelId,
    *,
    seen: ModelItem,
    aliases_after: Mapping[AliasName, VersionLabel],
    at: datetime,
    target: ModelVersion | None = None,
    as_latest: bool = False,
) -> Write:
    """The model's part of moving an alias to a target, or of removing one: its list of them.

    ``as_latest``: only while the target is the model's highest version.
    """
    known = sequences(seen)
    if target is not None and target.sequence is not None:
        known[target.label] = target.sequence
    kept = {label: known[label] for label in aliases_after.values() if label in known}
    actions = [
        *touching(model_id, at),
        ModelItem.aliases.set(canonical_json(aliases_after)),
        ModelItem.sequences.set(canonical_json(kept)) if kept else ModelItem.sequences.remove(),
    ]
    stands = ModelItem.aliases == seen.aliases
    if as_latest and target is not None:
        stands &= ModelItem.latest_key == target.label.key
    return _changing(model_id, stands, actions)


def placing(
    changed: Sequence[ModelVersion], *, seen: ModelItem, placements_after: Mapping[str, Any], at: datetime
) -> Write:
    """The model's part of a deployment's move: what it has where, and its summary where the highest version changed."""
    highest = next((version for version in changed if version.label.key == seen.latest_key), None)
    stands = ModelItem.placements == seen.placements if seen.placements else ModelItem.placements.does_not_exist()
    unmoved = ModelItem.latest_key == seen.latest_key if seen.latest_key else ModelItem.latest_key.does_not_exist()
    actions = touching(changed[0].model, at) + (showing(highest) if highest else [])
    actions.append(ModelItem.placements.set(canonical_json(placements_after)))
    return _changing(changed[0].model, stands & unmoved, actions)


def founding(new: RegisteredModel) -> Write:
    """A model without versions, if there is none of its name. A number that was given out already stays given out."""
    at = clock.wire(new.created_at)
    actions: list[Action] = [
        *touching(new.id, new.updated_at),
        *named(new.id),
        ModelItem.version_count.set(0),
        ModelItem.description.set(new.description),
        ModelItem.tags.set(canonical_json(new.tags)),
        words(ModelItem.tag_words, new.tags),
        ModelItem.created_at.set(at),
        ModelItem.created_by.set(new.created_by),
    ]

    def refusal(standing: RegistryItem | None) -> Exception:
        return (
            ModelTaken(model=new.id) if isinstance(standing, ModelItem) and standing.created_at else Refused(standing)
        )

    return Write(Verb.UPDATE, item_of(new.id), ModelItem.created_at.does_not_exist() & SETTLED, refusal, actions)


def describing(changed: RegisteredModel) -> Write:
    """A model's own description and tags, if it stands as the caller saw it."""
    actions = [
        *touching(changed.id, changed.updated_at),
        ModelItem.description.set(changed.description),
        ModelItem.tags.set(canonical_json(changed.tags)),
        words(ModelItem.tag_words, changed.tags),
    ]
    return _changing(changed.id, ModelItem.rev == changed.revision - 1, actions)


def _changing(model_id: ModelId, condition: Condition, actions: Sequence[Action]) -> Write:
    return Write(Verb.UPDATE, item_of(model_id), condition & SETTLED, Refused, actions)


def item_of(model_id: ModelId) -> ModelItem:
    """An item with a model's key and nothing else, to write to."""
    return ModelItem(pk=table.model_partition(model_id), sk=table.MODEL)


def named(model_id: ModelId) -> list[Action]:
    """What a new model's item says for good, and its place in the list by name."""
    return [
        ModelItem.sv.set(ModelItem.sv | upgrades.newest()),
        ModelItem.folded_name.set(model_id.name.lower()),
        ModelItem.gsi1pk.set(table.team_models(model_id.team)),
        ModelItem.gsi1sk.set(model_id.name),
    ]


def touching(model_id: ModelId, at: datetime) -> list[Action]:
    """The time of the model's last change, which is its place in the list by that time."""
    return [
        ModelItem.gsi2pk.set(table.team_models_by_update(model_id.team)),
        ModelItem.gsi2sk.set(clock.wire(at)),
    ]

"""Versions, aliases and numbers as they are kept. The latter hold copies; all are only ever written together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson
from pynamodb.expressions.condition import Condition

from models_app.domain import clock
from models_app.domain.aliases import Alias, AliasName
from models_app.domain.artifacts import Artifact
from models_app.domain.documents import canonical_json, read_canonical
from models_app.domain.errors import AliasNotFound, ModelNotFound, VersionNotFound
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel, label_in
from models_app.domain.models import ModelId, RegisteredModel
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import Team
from models_app.domain.versions import LiveDeployment, ModelVersion, MutablePart, VersionReference, VersionStatus
from models_app.storage import models, table, teams
from models_app.storage.pages import Listing, read_batch, read_item, read_page
from models_app.storage.table import AliasItem, ModelItem, NumberItem, RawItem, RegistryItem, VersionItem
from models_app.storage.transactions import Refused, Verb, Write, until_undisturbed

LIVE = VersionItem.deleted_at.does_not_exist()


# Reads --------------------------------------------------------------------------------------------------------------


def get(reference: VersionReference) -> ModelVersion:
    """The version that a reference means. One call; one more where the highest label was deleted.

    Raises:
        VersionNotFound: there is none, or it is deleted.
    """
    if reference.is_latest:
        return _latest(reference)
    raw = read_item(table.model_partition(reference.model), _sort(reference))
    found = version(VersionItem.from_raw_data(raw)) if raw else None
    if found is None or found.is_deleted:
        raise reference.missing
    return found


def get_alias(model_id: ModelId, name: AliasName) -> Alias:
    """Where an alias points. One call.

    Raises:
        AliasNotFound: the model has none of that name.
    """
    raw = read_item(table.model_partition(model_id), table.alias_sort(name))
    if raw is None:
        raise AliasNotFound(model=model_id, alias=name)
    return alias(AliasItem.from_raw_data(raw))


def list_of_model(
    model_id: ModelId, *, limit: int, after: StartKey | None
) -> tuple[RegisteredModel | None, Page[ModelVersion]]:
    """A model with its versions, the highest first; further pages come without the model. One call.

    Raises:
        ModelNotFound: on the first page, where there is no such model.
    """
    listing = Listing(
        partition=table.model_partition(model_id),
        within=RegistryItem.sk.between(table.VERSIONS, table.MODEL),
        leaving=LIVE,
        newest_first=True,
    )
    if after is not None:
        page = read_page(listing, limit=limit, after=after)
        return None, Page([version(VersionItem.from_raw_data(raw)) for raw in page.items], page.next)
    page = read_page(listing, limit=limit + 1)
    head = models.existing(page.items[0]) if page.items and page.items[0]["sk"] == {"S": table.MODEL} else None
    if head is None:
        raise ModelNotFound(model=model_id)
    found = [version(VersionItem.from_raw_data(raw)) for raw in page.items[1:]]
    return models.model(head), Page(found, page.next)


def position(model_id: ModelId, label: VersionLabel) -> StartKey:
    """Where a list of a model's versions goes on below a label, which need not be there."""
    return {"pk": table.model_partition(model_id), "sk": table.version_sort(label)}


def label_at(place: StartKey) -> VersionLabel:
    """The label of a position: the list goes on below it."""
    return label_in(place["sk"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around a version when it is about to change."""

    model: ModelItem | None
    version: ModelVersion | None
    alias: AliasItem | None = None
    team: Team | None = None

    @property
    def is_of_latest(self) -> bool:
        """Whether the version is the model's highest."""
        return self.model is not None and self.version is not None and self.model.latest_key == self.version.label.key


def find_with_model(reference: VersionReference, *, alias_to_move: AliasName | None = None) -> Surroundings:
    """A version, deleted ones too, with its model; and for a move, the alias and the team's protected ones. One call.

    A move to ``latest`` takes one call more, and so does ``latest`` below deleted versions.
    """
    if reference.is_latest:
        return until_undisturbed(lambda: _latest_with_model(reference, alias_to_move=alias_to_move))
    return _around(reference.model, _sort(reference), {}, alias_to_move)


def _around(model_id: ModelId, sort: str, known: dict[str, RawItem], alias_to_move: AliasName | None) -> Surroundings:
    """What stands around the version kept in a place; rows that are ``known`` by their places are not read again."""
    partition = table.model_partition(model_id)
    sorts = {table.MODEL, sort} | ({table.alias_sort(alias_to_move)} if alias_to_move else set())
    keys = [{"pk": partition, "sk": each} for each in sorts - known.keys()]
    if alias_to_move:
        keys.append({"pk": table.team_partition(model_id.team), "sk": table.TEAM})
    found = known | {raw["sk"]["S"]: raw for raw in read_batch(keys)}
    raw_version, raw_team = found.get(sort), found.get(table.TEAM)
    raw_alias = found.get(table.alias_sort(alias_to_move)) if alias_to_move else None
    return Surroundings(
        model=models.existing(found.get(table.MODEL)),
        version=version(VersionItem.from_raw_data(raw_version)) if raw_version else None,
        alias=AliasItem.from_raw_data(raw_alias) if raw_alias else None,
        team=teams.team(raw_team) if raw_team else None,
    )


def _latest(reference: VersionReference) -> ModelVersion:
    label, rows = models.highest(reference)
    if (raw := rows.get(table.version_sort(label))) is not None:
        return version(VersionItem.from_raw_data(raw))
    found = find_with_model(VersionReference(reference.model, label=label))
    standing = found.version if found.is_of_latest else find_with_model(reference).version
    if standing is None:
        raise reference.missing
    return standing


def _latest_with_model(reference: VersionReference, *, alias_to_move: AliasName | None) -> Surroundings:
    label, rows = models.highest(reference)
    sort = table.version_sort(label)
    # Whoever writes to what was read here has the conditions that it still stands, and is still the highest.
    found = _around(reference.model, sort, rows if sort in rows else {}, alias_to_move)
    if not found.is_of_latest:
        raise Refused(None)  # another one has become the latest between the two calls: look again
    return found


# Writes -------------------------------------------------------------------------------------------------------------


def creating(new: ModelVersion) -> list[Write]:
    """A new version, if its label and its number were never used. Refused with the version that has it."""
    condition = VersionItem.pk.does_not_exist()
    return [Write(Verb.PUT, item, condition, Refused) for item in (_item(new), *_number(new))]


def rewriting(old: ModelVersion, new: ModelVersion) -> list[Write]:
    """A changed version and every copy of it, if the version stands as the caller saw it.

    The copies are that of its number, and those of the aliases that it had and keeps; aliases that come or go are the
    mover's to write.
    """
    kept = old.aliases & new.aliases
    return [
        Write(Verb.PUT, _item(new), VersionItem.rev == old.revision, Refused),
        *(Write(Verb.PUT, item, NumberItem.label == new.label, Refused) for item in _number(new)),
        *(_copying(new, name) for name in sorted(kept)),
    ]


def unchanged(version_: ModelVersion) -> Write:
    """That a version stands as the caller saw it."""
    return Write(Verb.CHECK, _item(version_), VersionItem.rev == version_.revision, Refused)


def placing(moved: Alias, *, version_: ModelVersion, seen: AliasItem | None) -> Write:
    """An alias at its new version, if it is where the caller saw it."""
    item = AliasItem(**_attributes(version_))
    item.sk = table.alias_sort(moved.name)
    item.alias = moved.name
    item.alias_rev = moved.revision
    item.moved_at = clock.wire(moved.moved_at)
    item.moved_by = moved.moved_by
    return Write(Verb.PUT, item, _as_seen(seen), Refused)


def taking_away(name: AliasName, *, model_id: ModelId, seen: AliasItem) -> Write:
    """The end of an alias, if it is where the caller saw it."""
    item = AliasItem(pk=table.model_partition(model_id), sk=table.alias_sort(name))
    return Write(Verb.DELETE, item, _as_seen(seen), Refused)


def _as_seen(seen: AliasItem | None) -> Condition:
    return AliasItem.pk.does_not_exist() if seen is None else AliasItem.alias_rev == seen.alias_rev


def _copying(new: ModelVersion, name: AliasName) -> Write:
    """The copy under an alias that stays: only the version's part of the item changes."""
    changed = _attributes(new)
    item = AliasItem(pk=changed.pop("pk"), sk=table.alias_sort(name))
    del changed["sk"], changed["rev"]
    actions = []
    for attribute, value in changed.items():
        path = getattr(AliasItem, attribute)
        actions.append(path.remove() if value is None else path.set(value))
    return Write(Verb.UPDATE, item, AliasItem.label == new.label, Refused, actions)


# Items --------------------------------------------------------------------------------------------------------------


def version(item: VersionItem) -> ModelVersion:
    """The version that an item keeps, or of which an alias keeps a copy."""
    return ModelVersion(
        model=table.model_in(item.pk),
        label=VersionLabel(item.label),
        sequence=int(item.sequence) if item.sequence is not None else None,
        framework=Framework(item.framework),
        framework_version=item.framework_version,
        artifact=Artifact(
            uri=item.uri,
            sha256=item.sha256,
            size_bytes=int(item.size_bytes) if item.size_bytes is not None else None,
        ),
        signature=read_canonical(item.signature) if item.signature is not None else None,
        lineage=read_canonical(item.lineage) if item.lineage is not None else None,
        mutable=MutablePart(
            description=item.description,
            metadata=read_canonical(item.metadata),
            metrics=read_canonical(item.metrics),
            tags=orjson.loads(item.tags),
            target=Target(item.target) if item.target else None,
            status=VersionStatus(item.status),
        ),
        aliases=frozenset(map(AliasName, orjson.loads(item.aliases))),
        deployments={key: LiveDeployment(**live) for key, live in orjson.loads(item.deployments).items()},
        created_at=clock.from_wire(item.created_at),
        created_by=item.created_by,
        updated_at=clock.from_wire(item.updated_at or item.created_at),
        updated_by=item.updated_by or item.created_by,
        revision=int(item.rev),
        deleted_at=clock.from_wire(item.deleted_at) if item.deleted_at else None,
        deleted_by=item.deleted_by,
    )


def alias(item: AliasItem) -> Alias:
    """Where an alias points."""
    return Alias(
        name=AliasName(item.alias),
        version=VersionLabel(item.label),
        moved_at=clock.from_wire(item.moved_at),
        moved_by=item.moved_by,
        revision=int(item.alias_rev),
    )


def _item(version_: ModelVersion) -> VersionItem:
    return VersionItem(**_attributes(version_))


def _number(version_: ModelVersion) -> list[NumberItem]:
    """The copy under its number; none where the label is the number."""
    if version_.sequence is None:
        return []
    return [NumberItem(**_attributes(version_) | {"sk": table.number_sort(version_.sequence)})]


def _attributes(version_: ModelVersion) -> dict[str, Any]:
    mutable = version_.mutable
    is_changed = (version_.updated_at, version_.updated_by) != (version_.created_at, version_.created_by)
    return {
        "pk": table.model_partition(version_.model),
        "sk": table.version_sort(version_.label),
        "rev": version_.revision,
        "label": version_.label,
        "sequence": version_.sequence,
        "framework": version_.framework.value,
        "framework_version": version_.framework_version,
        "uri": version_.artifact.uri,
        "sha256": version_.artifact.sha256,
        "size_bytes": version_.artifact.size_bytes,
        "signature": _text(version_.signature),
        "lineage": _text(version_.lineage),
        "description": mutable.description,
        "metadata": canonical_json(mutable.metadata),
        "metrics": canonical_json(dict(mutable.metrics)),
        "tags": canonical_json(dict(mutable.tags)),
        "target": mutable.target.value if mutable.target else None,
        "status": mutable.status.value,
        "aliases": canonical_json(sorted(version_.aliases)),
        "deployments": canonical_json({key: asdict(live) for key, live in version_.deployments.items()}),
        "created_at": clock.wire(version_.created_at),
        "created_by": version_.created_by,
        "updated_at": clock.wire(version_.updated_at) if is_changed else None,
        "updated_by": version_.updated_by if is_changed else None,
        "deleted_at": clock.wire(version_.deleted_at) if version_.deleted_at else None,
        "deleted_by": version_.deleted_by,
    }


def _text(document: object) -> str | None:
    return None if document is None else canonical_json(document)


def _sort(reference: VersionReference) -> str:
    """Where a version, or a copy of it, is kept; ``latest`` is no place."""
    if reference.alias is not None:
        return table.alias_sort(reference.alias)
    if reference.number is not None:
        return table.number_sort(reference.number)
    if reference.label is None:
        raise VersionNotFound(model=reference.model, version=reference)
    return table.version_sort(reference.label)

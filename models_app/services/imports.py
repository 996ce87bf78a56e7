"""Bringing in what was registered elsewhere: many rows in one transaction, each with its event.

An import adds and never changes: what is there stays as it is, so that the same rows may come again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.aliases import MAX_PER_MODEL, Alias, AliasName
from models_app.domain.errors import ArtifactDiffers, ChangeTooLarge, TeamNotFound, TooManyAliases, VersionDeleted
from models_app.domain.events import Event, EventKind, decides_latest, told
from models_app.domain.imports import AliasRow, ModelRow, Outcome, Row, VersionRow, What
from models_app.domain.labels import VersionLabel, is_number, sequence_of
from models_app.domain.models import ModelId
from models_app.domain.permissions import authorize_platform
from models_app.domain.versions import ModelVersion
from models_app.services.versions import facts
from models_app.storage import imports, models, versions
from models_app.storage.imports import Growth, Standing
from models_app.storage.relocations import until_settled
from models_app.storage.table import ModelItem, NumberItem, model_in
from models_app.storage.transactions import Refused, Write, commit

CREATED = Outcome(What.CREATED)
SKIPPED = Outcome(What.SKIPPED, "It is there already, and stays as it is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What a trial run has found that it would create by now; with nothing in it, only what stands counts.

    Attributes:
        versions: with True where the version would be live.
        aliases: how many a model would gain.
    """

    models: frozenset[ModelId] = frozenset()
    versions: Mapping[tuple[ModelId, VersionLabel], bool] = field(default_factory=dict)
    aliases: Mapping[ModelId, int] = field(default_factory=dict)


NOTHING = Foretold()


def import_rows(*, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Add what is not there yet, all in one transaction; what became of each row. Two calls; nothing to add: one.

    Up to some 32 rows fit. More, or larger ones, become several transactions; a row that is too large is refused.
    Events are left to the relay.

    Raises:
        PermissionDenied: the actor is no platform administrator.
        StorageBusy: others wrote to these models all the time, or storage did not answer.
    """
    authorize_platform(actor, "Importing")
    if not rows:
        return []

    numbers_taken: set[tuple[ModelId, int]] = set()

    def attempt() -> list[Outcome]:
        plan = _Plan(actor, imports.find_standing(rows), NOTHING, numbers_taken)
        outcomes = [plan.take(row) for row in rows]
        try:
            plan.carry_out()
        except Refused as refused:
            if isinstance(refused.item, NumberItem):
                numbers_taken.add((model_in(refused.item.pk), int(refused.item.sequence or 0)))
            raise
        return outcomes

    try:
        return until_settled(attempt)
    except ChangeTooLarge as refusal:
        if len(rows) == 1:
            return [_refused(refusal)]
    half = len(rows) // 2
    return import_rows(actor=actor, rows=rows[:half]) + import_rows(actor=actor, rows=rows[half:])


def plan_import(*, actor: Actor, rows: Sequence[Row], foretold: Foretold = NOTHING) -> list[Outcome]:
    """What ``import_rows`` would make of the rows, without doing it. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
    """
    authorize_platform(actor, "Importing")
    plan = _Plan(actor, imports.find_standing(rows), foretold)
    return [plan.take(row) for row in rows]


@dataclass(slots=True)
class _Draft:
    """What one model gains."""

    model: ModelId
    item: ModelItem | None
    is_foretold: bool
    aliases: dict[AliasName, VersionLabel]
    latest_key: str
    founded: ModelRow | None = None
    added: dict[VersionLabel, ModelVersion] = field(default_factory=dict)
    rewritten: dict[VersionLabel, tuple[ModelVersion, ModelVersion]] = field(default_factory=dict)
    moved: list[Alias] = field(default_factory=list)
    is_touched: bool = False

    @property
    def exists(self) -> bool:
        return self.item is not None or self.founded is not None or self.is_foretold

    def version(self, label: VersionLabel) -> ModelVersion | None:
        """A version as this import leaves it."""
        if label in self.rewritten:
            return self.rewritten[label][1]
        return self.added.get(label)


class _Plan:
    """One transaction in the making: rows are taken in their order, each upon what the ones before it leave."""

    def __init__(
        self,
        actor: Actor,
        standing: Standing,
        foretold: Foretold,
        numbers_taken: AbstractSet[tuple[ModelId, int]] = frozenset(),
    ) -> None:
        self.actor = actor
        self.standing = standing
        self.foretold = foretold
        self.numbers_taken = numbers_taken
        self.drafts: dict[ModelId, _Draft] = {}
        self.events: list[Event] = []

    def take(self, row: Row) -> Outcome:
        """Add a row, unless it is there or contradicts what is."""
        if row.model.team not in self.standing.teams:
            return _refused(TeamNotFound(team=row.model.team))
        draft = self._draft(row.model)
        match row:
            case ModelRow():
                return self._take_model(row, draft)
            case VersionRow():
                return self._take_version(row, draft)
        return self._take_alias(row, draft)

    def carry_out(self) -> None:
        """Commit what was added, if anything was."""
        if not self.events:
            return
        first, *others = self.events
        writes = [write for draft in self.drafts.values() for write in _writes(draft)]
        commit(writes, event=first, also=others)

    def _take_model(self, row: ModelRow, draft: _Draft) -> Outcome:
        if draft.exists:
            return SKIPPED
        draft.founded = row
        data = {"description": told(row.description), "tags": told(dict(row.tags))}
        self._tell(EventKind.MODEL_CREATED, row.model, data=data)
        return CREATED

    def _take_version(self, row: VersionRow, draft: _Draft) -> Outcome:
        new, label = row.version, row.version.label
        taken = draft.version(label) or self.standing.versions.get((row.model, label))
        if taken is not None:
            if differing := taken.artifact.differences(new.artifact):
                return _refused(ArtifactDiffers(version=label, model=row.model, fields=", ".join(differing)))
            if taken.is_deleted and not new.is_deleted:
                return _refused(VersionDeleted(version=label, model=row.model))
            return SKIPPED
        if not draft.exists:
            draft.founded = _implied(row)
        draft.is_touched |= not row.is_dated
        new = self._numbered(new, draft)
        draft.added[label] = new
        is_highest = not new.is_deleted and label.key > draft.latest_key
        if is_highest:
            draft.latest_key = label.key
        self._tell(
            EventKind.MODEL_VERSION_REGISTERED,
            row.model,
            version=label,
            decides=decides_latest(when=is_highest),
            data=facts(new) | ({"latest": label} if is_highest else {}),
        )
        if new.is_deleted:
            self._tell(EventKind.MODEL_VERSION_DEREGISTERED, row.model, version=label, data={})
        return CREATED

    def _take_alias(self, row: AliasRow, draft: _Draft) -> Outcome:
        name, label = row.alias.name, row.alias.version
        if present := draft.aliases.get(name):
            if present == label:
                return SKIPPED
            return Outcome(What.REFUSED, f"The alias {name} points to {present} here, and an import moves none.")
        target = draft.version(label) or self.standing.versions.get((row.model, label))
        is_foretold = self.foretold.versions.get((row.model, label), False)
        if (target is None or target.is_deleted) and not is_foretold:
            return Outcome(What.REFUSED, f"There is no version {label} for it to point to.")
        if len(draft.aliases) + self.foretold.aliases.get(row.model, 0) >= MAX_PER_MODEL:
            return _refused(TooManyAliases(model=row.model, limit=MAX_PER_MODEL))
        draft.aliases[name] = label
        draft.is_touched |= not row.is_dated
        if target is not None:
            draft.moved.append(row.alias)
            _gain(draft, target, name)
        data = {"alias": name, "from": None, "to": label}
        self._tell(EventKind.ALIAS_MOVED, row.model, version=label, decides=name, data=data)
        return CREATED

    def _draft(self, model: ModelId) -> _Draft:
        if model not in self.drafts:
            item = self.standing.models.get(model)
            self.drafts[model] = _Draft(
                model=model,
                item=item,
                is_foretold=model in self.foretold.models,
                aliases=models.aliases(item) if item else {},
                latest_key=(item.latest_key or "") if item else "",
            )
        return self.drafts[model]

    def _numbered(self, new: ModelVersion, draft: _Draft) -> ModelVersion:
        """The version with a number that no other one of its model has: its own, or that of this moment."""
        if is_number(new.label):
            return new
        taken = {each.sequence for each in draft.added.values()}
        attempt, number, now = 0, new.sequence, clock.now()
        while number is None or number in taken or (new.model, number) in self.numbers_taken:
            number = sequence_of(new.label, at=now, attempt=attempt)
            attempt += 1
        return replace(new, sequence=number)

    def _tell(self, kind: EventKind, model: ModelId, **facts_: Any) -> None:
        self.events.append(Event.record(kind, by=self.actor, model=model, **facts_))


def _gain(draft: _Draft, version: ModelVersion, name: AliasName) -> None:
    """Have a version know one alias more."""
    gaining = replace(version, aliases=version.aliases | {name})
    if version.label in draft.added:
        draft.added[version.label] = gaining
        return
    before, _ = draft.rewritten.get(version.label, (version, version))
    draft.rewritten[version.label] = (before, replace(gaining, revision=before.revision + 1))


def _writes(draft: _Draft) -> list[Write]:
    if draft.founded is None and not draft.added and not draft.moved:
        return []
    now = clock.now() if draft.is_touched else None
    sequences = models.sequences(draft.item) if draft.item else {}
    pointed_to = [draft.version(alias.version) for alias in draft.moved]
    sequences |= {each.label: each.sequence for each in pointed_to if each is not None and each.sequence is not None}
    growth = Growth(
        model=draft.model,
        founded=draft.founded,
        live=[version for version in draft.added.values() if not version.is_deleted],
        aliases=draft.aliases if draft.moved else None,
        sequences=sequences,
        at=now or (draft.founded.updated_at if draft.founded else None),
    )
    writes = [imports.growing(growth, seen=draft.item)]
    writes += [write for version in draft.added.values() for write in versions.creating(version)]
    for before, after in draft.rewritten.values():
        writes += versions.rewriting(before, after)
    for alias in draft.moved:
        holder = draft.version(alias.version)
        if holder is not None:
            writes.append(versions.placing(alias, version_=holder, seen=None))
    return writes


def _implied(row: VersionRow) -> ModelRow:
    """The model that a version makes where there is none."""
    version = row.version
    return ModelRow(
        model=row.model,
        description="",
        tags={},
        created_at=version.created_at,
        created_by=version.created_by,
        updated_at=version.updated_at,
    )


def _refused(refusal: Exception) -> Outcome:
    return Outcome(What.REFUSED, str(refusal))

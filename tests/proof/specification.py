"""What a model of the registry is, said in the simplest way: one deed after the other, in memory, and nothing fails.

A deed is done to a Model; it gives what is said of it, and the Model after it. Nothing here knows HTTP or storage.

>>> said, after = Register("1.0.0", uri="s3://models/a").done_to(Model())
>>> said.status, said.told.etag
(201, '1.0.0-1')
>>> Delete("1.0.0", if_match="1.0.0-7").done_to(after)[0]
Said(status=412, problem='revision-mismatch', told=None)

What the registry chooses by itself, a number or a deployment's id, is handed in as ``chosen``: the specification says
only which choices are allowed. ``accounts_for`` takes it out of an answer.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.proof.rows import Rows

PAGE = 50  # versions on the first page of a model
IN_FLIGHT = frozenset({"REQUESTED", "IN_PROGRESS"})
LIVE = IN_FLIGHT | {"SUCCEEDED"}
FINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})


@dataclass(frozen=True, slots=True)
class Version:
    """A version. ``deployments`` are those that run or are about to: id, environment, status."""

    label: str
    uri: str
    description: str = ""
    status: str = "REGISTERED"
    revision: int = 1
    aliases: tuple[str, ...] = ()
    deployments: tuple[tuple[str, str, str], ...] = ()
    deleted: bool = False

    @property
    def etag(self) -> str:
        return f"{self.label}-{self.revision}"

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Where it sorts; labels are whole numbers or releases here, ``3`` or ``1.2.0``."""
        major, minor, patch = (*map(int, self.label.split(".")), 0, 0)[:3]
        return major, minor, patch, self.label

    def changed(self, **different: Any) -> Version:
        """The next revision."""
        return replace(self, revision=self.revision + 1, **different)


@dataclass(frozen=True, slots=True)
class Alias:
    """Where an alias points, and how often it was moved."""

    version: str
    revision: int = 1

    @property
    def etag(self) -> str:
        return f"{self.version}-{self.revision}"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment, in whatever state."""

    id: str
    version: str
    environment: str
    status: str = "REQUESTED"


@dataclass(frozen=True, slots=True)
class Place:
    """What an environment has: what runs, what ran before, what is under way. Versions by label, deployments by id."""

    current: tuple[str, str] | None = None
    previous: tuple[str, str] | None = None
    in_flight: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a model tells of itself."""

    latest: tuple[str, str] | None
    count: int
    labels: tuple[str, ...]
    aliases: frozenset[tuple[str, str]]
    places: frozenset[tuple[str, Place]]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its status, which problem it is, and what it tells (a value of this module, or None)."""

    status: int
    problem: str | None = None
    told: Hashable = None

    @property
    def chosen(self) -> str | None:
        """What the registry may have chosen: the label of a new version, the id of a new deployment."""
        if self.status == 201 and isinstance(self.told, Version):
            return self.told.label
        return self.told.id if self.status == 202 and isinstance(self.told, Deployment) else None


@dataclass(frozen=True, slots=True)
class Model:
    """All that is known of a model, its answers kept under keys among it. It begins empty."""

    versions: Rows[str, Version] = field(default_factory=Rows)
    aliases: Rows[str, Alias] = field(default_factory=Rows)
    deployments: Rows[str, Deployment] = field(default_factory=Rows)
    places: Rows[str, Place] = field(default_factory=Rows)
    kept: Rows[Hashable, tuple[Deed, Said]] = field(default_factory=Rows)

    @property
    def live(self) -> list[Version]:
        """The versions that are not deleted, the highest first."""
        return sorted((each for each in self.versions.values() if not each.deleted), key=_rank, reverse=True)

    def find(self, reference: str) -> Version | None:
        """The version that ``1.2.0``, ``latest`` or ``@champion`` means."""
        if reference == "latest":
            return max((each for each in self.versions.values() if not each.deleted), key=_rank, default=None)
        if reference.startswith("@"):
            alias = self.aliases.get(reference[1:])
            return self.versions[alias.version] if alias else None
        found = self.versions.get(reference)
        return found if found and not found.deleted else None

    def with_versions(self, *changed: Version, **different: Any) -> Model:
        """The model with some versions as they are now, and what else is different."""
        versions = self.versions
        for each in changed:
            versions = versions.having(each.label, each)
        return replace(self, versions=versions, **different)

    @property
    def unused_number(self) -> str:
        """A number that may be given out next."""
        return str(1 + max((each.rank[0] for each in self.versions.values()), default=0))


def _rank(version: Version) -> tuple[int, int, int, str]:
    return version.rank


NO_VERSION, NO_ALIAS, NO_MODEL = (Said(404, f"{what}-not-found") for what in ("version", "alias", "model"))
NO_DEPLOYMENT, NOTHING_RUNS = Said(404, "deployment-not-found"), Said(404, "nothing-at-that-time")
STALE = Said(412, "revision-mismatch")
NOTHING = "nothing"  # as a condition: only if there is none (``If-None-Match: *``)


def _is_stale(if_match: str | None, etag: str | None) -> bool:
    return if_match is not None and if_match != (NOTHING if etag is None else etag)


class Deed:
    """Something that is asked of a model."""

    __slots__ = ()

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        """What is answered, and the model after it."""
        raise NotImplementedError


def accounts_for(deed: Deed, said: Said, model: Model) -> Model | None:
    """The model after a deed that was answered like this, or None if it may not be."""
    expected, after = deed.done_to(model, said.chosen)
    return after if expected == said else None


@dataclass(frozen=True, slots=True)
class Register(Deed):
    """Register a version; without a label, under any number that was never used."""

    label: str | None
    uri: str
    description: str = ""

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        label = self.label or chosen or model.unused_number
        taken = model.versions.get(label)
        if taken is None:
            new = Version(label, self.uri, self.description)
            return Said(201, told=new), model.with_versions(new)
        if self.label is None:
            return Said(500, "number-given-twice"), model
        if taken.deleted:
            return Said(409, "version-deleted"), model
        return Said(200, told=taken) if taken.uri == self.uri else Said(409, "artifact-differs"), model


@dataclass(frozen=True, slots=True)
class ReadVersion(Deed):
    reference: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        found = model.find(self.reference)
        return Said(200, told=found) if found else NO_VERSION, model


@dataclass(frozen=True, slots=True)
class ReadModel(Deed):
    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        if not model.versions:
            return NO_MODEL, model
        live = model.live
        overview = Overview(
            latest=(live[0].label, live[0].status) if live else None,
            count=len(live),
            labels=tuple(each.label for each in live[:PAGE]),
            aliases=frozenset((name, alias.version) for name, alias in model.aliases.items()),
            places=frozenset((where, place) for where, place in model.places.items() if place != Place()),
        )
        return Said(200, told=overview), model


@dataclass(frozen=True, slots=True)
class Patch(Deed):
    """Give a version another description."""

    reference: str
    description: str
    if_match: str | None = None

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        old = model.find(self.reference)
        if old is None:
            return NO_VERSION, model
        if _is_stale(self.if_match, old.etag):
            return STALE, model
        new = old if old.description == self.description else old.changed(description=self.description)
        return Said(200, told=new), model.with_versions(new)


@dataclass(frozen=True, slots=True)
class Delete(Deed):
    reference: str
    if_match: str | None = None

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        old = model.find(self.reference)
        if old is None:
            return NO_VERSION, model
        if _is_stale(self.if_match, old.etag):
            return STALE, model
        if old.aliases or old.deployments:
            return Said(409, "version-in-use"), model
        return Said(204), model.with_versions(old.changed(deleted=True))


@dataclass(frozen=True, slots=True)
class Restore(Deed):
    label: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        old = model.versions.get(self.label)
        if old is None:
            return NO_VERSION, model
        back = old.changed(deleted=False) if old.deleted else old
        return Said(200, told=back), model.with_versions(back)


@dataclass(frozen=True, slots=True)
class MoveAlias(Deed):
    alias: str
    to: str
    if_match: str | None = None

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        target, present = model.find(self.to), model.aliases.get(self.alias)
        if target is None:
            return NO_VERSION, model
        if _is_stale(self.if_match, present.etag if present else None):
            return STALE, model
        if present and present.version == target.label:
            return Said(200, told=present), model
        changed = [target.changed(aliases=tuple(sorted((*target.aliases, self.alias))))]
        if present:
            changed.append(_losing(model.versions[present.version], self.alias))
        moved = Alias(target.label, present.revision + 1 if present else 1)
        after = model.with_versions(*changed, aliases=model.aliases.having(self.alias, moved))
        return Said(200 if present else 201, told=moved), after


@dataclass(frozen=True, slots=True)
class RemoveAlias(Deed):
    alias: str
    if_match: str | None = None

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        present = model.aliases.get(self.alias)
        if present is None:
            return NO_ALIAS, model
        if _is_stale(self.if_match, present.etag):
            return STALE, model
        former = _losing(model.versions[present.version], self.alias)
        return Said(204), model.with_versions(former, aliases=model.aliases.without(self.alias))


def _losing(version: Version, alias: str) -> Version:
    return version.changed(aliases=tuple(each for each in version.aliases if each != alias))


@dataclass(frozen=True, slots=True)
class ReadAlias(Deed):
    alias: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        present = model.aliases.get(self.alias)
        return Said(200, told=present) if present else NO_ALIAS, model

"""What callers do, drawn by chance from a seed: a bit of everything on many models, or one race on one or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.proof.specification import (
    NOTHING,
    Deed,
    Delete,
    MoveAlias,
    Patch,
    ReadAlias,
    ReadModel,
    ReadVersion,
    Register,
    RemoveAlias,
    Restore,
    Said,
    Version,
)
from tests.proof.specification_of_deployments import Deploy, Once, ReadDeployment, Report, WhatRuns


@dataclass
class Memory:
    """What all callers together know of a model, so that they get in each other's way."""

    etags: dict[str, str] = field(default_factory=dict)
    deployments: list[str] = field(default_factory=list)

    def note(self, deed: Deed, said: Said | None) -> None:
        """Learn from an answer."""
        told = said.told if said else None
        if isinstance(told, Version):
            self.etags[told.label] = told.etag
        elif isinstance(deed, ReadAlias | MoveAlias) and told is not None:
            self.etags[f"@{deed.alias}"] = told.etag
        if said and said.status == 202 and said.chosen:
            self.deployments.append(said.chosen)


@dataclass(frozen=True)
class Draw:
    """One caller about to do something to a model. ``word`` is said by nobody else."""

    random: Random
    memory: Memory
    workload: Workload
    model: str
    word: str

    @property
    def label(self) -> str:
        return self.random.choice(self.workload.labels)

    @property
    def alias(self) -> str:
        return self.random.choice(self.workload.aliases)

    @property
    def environment(self) -> str:
        return self.random.choice(self.workload.environments)

    @property
    def reference(self) -> str:
        """A label mostly; else ``latest`` or an alias."""
        return self.random.choice([*[self.label] * 4, *self.workload.references])

    def etag(self, of: str) -> str | None:
        """A condition, where the workload wants one: what somebody saw last, or something never seen."""
        if self.random.random() >= self.workload.conditions:
            return None
        return self.memory.etags.get(of, f"{of.removeprefix('@')}-1" if of[0].isdigit() else NOTHING)

    @property
    def artifact(self) -> str:
        return f"s3://models/{self.random.choice(('one', 'two'))}"


def registers(draw: Draw) -> Deed:
    return Register(draw.label, draw.artifact)


def registers_next(draw: Draw) -> Deed:
    return Register(None, f"s3://models/{draw.word}")


def repeats(draw: Draw) -> Deed:
    """One of a few registrations and deployments, each with a key of its own, now and then with another body."""
    place = draw.random.randrange(4)
    key, word = f"{draw.model}-{place}", f"{draw.model}-{place}{draw.random.choice(['', '', '', '-other'])}"
    if place == 0:
        return Once(key, Register(draw.workload.labels[-1], f"s3://models/{word}"))
    return Once(key, Register(None, f"s3://models/{word}")) if place < 3 else Once(key, deploys(draw, mark=word))


def reads(draw: Draw) -> Deed:
    return ReadVersion(draw.random.choice([draw.label, "latest", f"@{draw.alias}"]))


def reads_latest(draw: Draw) -> Deed:
    return ReadVersion("latest")


def looks(draw: Draw) -> Deed:
    return draw.random.choice([ReadModel(), ReadAlias(draw.alias), WhatRuns(draw.environment)])


def patches(draw: Draw) -> Deed:
    reference = draw.reference
    return Patch(reference, draw.word, draw.etag(reference))


def deletes(draw: Draw) -> Deed:
    label = draw.label
    return Delete(label, draw.etag(label) if draw.random.random() < 0.5 else None)


def deletes_latest(draw: Draw) -> Deed:
    return Delete("latest")


def restores(draw: Draw) -> Deed:
    return Restore(draw.label)


def moves(draw: Draw) -> Deed:
    alias = draw.alias
    return MoveAlias(alias, draw.reference, draw.etag(f"@{alias}"))


def removes(draw: Draw) -> Deed:
    alias = draw.alias
    return RemoveAlias(alias, draw.etag(f"@{alias}"))


def deploys(draw: Draw, mark: str | None = None) -> Deploy:
    return Deploy(draw.reference if mark is None else draw.workload.labels[0], draw.environment, mark or draw.word)


def reports(draw: Draw) -> Deed:
    if not draw.memory.deployments:
        return deploys(draw)
    deployment = draw.random.choice(draw.memory.deployments[-3:])
    statuses = ("IN_PROGRESS", "SUCCEEDED", "SUCCEEDED", "FAILED", "CANCELLED")
    return draw.random.choice([*(Report(deployment, status) for status in statuses), ReadDeployment(deployment)])


Doing = Callable[[Draw], Deed]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Who wants what, how often.

    Attributes:
        references: what is said beside labels where a version is wanted.
        conditions: the share of writes with If-Match.
    """

    name: str
    doing: Mapping[Doing, int]
    models: int = 1
    labels: tuple[str, ...] = ("1.0.0", "1.1.0")
    aliases: tuple[str, ...] = ("champion",)
    environments: tuple[str, ...] = ("prod",)
    references: tuple[str, ...] = ("latest", "@champion")
    conditions: float = 0.2

    def draw(self, draw: Draw) -> Deed:
        """What somebody does next."""
        (doing,) = draw.random.choices([*self.doing], [*self.doing.values()])
        return doing(draw)


EVERYTHING = Workload(
    name="everything",
    models=12,
    labels=("1.0.0", "1.1.0", "2.0.0", "3", "4.0.0"),
    aliases=("champion", "challenger"),
    environments=("prod", "test"),
    conditions=0.3,
    doing={
        registers: 5,
        registers_next: 4,
        repeats: 3,
        reads: 4,
        looks: 5,
        patches: 4,
        deletes: 3,
        restores: 2,
        moves: 4,
        removes: 2,
        deploys: 3,
        reports: 5,
    },
)

_BASE = {registers: 2, restores: 3, reads: 2, looks: 2}
RACES = [
    Workload(name="deleting and deploying", doing={**_BASE, deletes: 4, deploys: 4, reports: 4}),
    Workload(name="deleting and moving an alias", doing={**_BASE, deletes: 4, moves: 4, removes: 3}),
    Workload(
        name="deleting and registering",
        labels=("1.0.0", "2.0.0", "3.0.0"),
        doing={registers: 4, restores: 3, deletes: 5, deletes_latest: 2, reads_latest: 4, looks: 2, registers_next: 1},
    ),
    Workload(
        name="one label for two artifacts",
        models=2,
        labels=tuple(f"{major}.{minor}.0" for major in range(1, 5) for minor in range(10)),
        doing={registers: 6, reads: 1, repeats: 2},
    ),
    Workload(name="automatic numbers", models=2, doing={registers_next: 6, repeats: 2, reads_latest: 2, looks: 1}),
    Workload(
        name="compare and set",
        doing={registers: 1, patches: 8, reads: 4, moves: 1},
        labels=("1.0.0",),
        conditions=0.9,
    ),
    Workload(
        name="moving one alias",
        labels=("1.0.0", "1.1.0", "1.2.0"),
        doing={registers: 2, moves: 8, removes: 1, looks: 4, patches: 2},
        conditions=0.5,
    ),
]
BY_NAME = {workload.name: workload for workload in [EVERYTHING, *RACES]}

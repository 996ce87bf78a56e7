"""The whole life of a model, in any order: whatever is done to it, the registry says what the specification says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from models_app.api import aliases, versions
from models_app.services.tokens import forget_tokens
from models_app.storage.soundness import find_faults
from tests.engine import Engine
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.fuzzing.lives import Names, Registry, RollBack
from tests.proof.specification import (
    NOTHING,
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
from tests.proof.specification_of_deployments import Deploy, ReadDeployment, Report, WhatRuns
from tests.tables import drop_table, make_table, put_team

NAME = "a model lives as specified, in whatever order things are done"
RUNS, STEPS = rounds(12, full=250), 40
KINDS = rounds(5, full=14)

MODELS = st.sampled_from(("fraud", "fraud", "fraud", "cards"))
LABELS = st.sampled_from(("1.0.0", "1.1.0", "2", "3"))
ALIASES = st.sampled_from(("best", "next"))
ENVIRONMENTS = st.sampled_from(("prod", "prod", "test"))
WORDS = st.sampled_from(("", "a", "b"))
CONDITIONS = st.sampled_from(("none", "none", "present", "stale"))
REPORTS = st.sampled_from(("IN_PROGRESS", "SUCCEEDED", "SUCCEEDED", "FAILED"))
PLACES = st.integers(0, 99)
RECENT = st.integers(0, 2)


class Lives(RuleBasedStateMachine):
    """One caller, two names. Each step is asked of both, and both must say the same."""

    engine: ClassVar[Engine]
    steps: ClassVar[Counter[str]] = Counter()
    done: ClassVar[set[str]] = set()  # the kinds of deeds that were not refused

    def __init__(self) -> None:
        super().__init__()
        forget_tokens()
        make_table(self.engine)
        self.registry, self.names = Registry(put_team(self.engine).maintainer), Names()
        self.deployments: list[str] = []
        self.steps["runs"] += 1

    @initialize()
    def begin(self) -> None:
        """A life of 40 steps is short: it begins with something to change."""
        for label in ("1.0.0", "2"):
            self.does("fraud", Register(label, uri="s3://models/a"))
        self.does("fraud", Deploy("1.0.0", "prod"))

    def teardown(self) -> None:
        try:
            assert find_faults() == []
        finally:
            drop_table(self.engine)

    def does(self, name: str, deed: Any) -> None:
        self.steps["steps"] += 1
        said = self.registry.does(name, deed)
        assert said is not None, deed
        expected, after = deed.done_to(self.names[name], said.chosen)
        if isinstance(deed, Register) and deed.label is None:
            live = [each.rank[0] for each in self.names[name].live]
            assert int(said.chosen or 0) > max(live, default=0), f"{said.chosen} is not above all live versions"
        assert said == expected, f"{deed}: {said}, not {expected}"
        self.names.models[name] = after
        self.note(type(deed).__name__, said)
        if said.status == 202:
            self.deployments.append(str(said.chosen))

    def whole(self, kind: str, said: int | Said, expected: int | Said) -> None:
        self.steps["steps"] += 1
        assert said == expected, f"{kind}: {said}, not {expected}"
        self.note(kind, said)

    def note(self, kind: str, said: int | Said) -> None:
        if isinstance(said, int) or said.status < 400:
            self.done.add(kind)

    def refer(self, name: str, place: int) -> str:
        """Some reference, which is seldom one to nothing."""
        model = self.names[name]
        known = [each.label for each in model.live] + [f"@{alias}" for alias in sorted(model.aliases)]
        references = [*known, *known, "latest", "@best", "77"]
        return references[place % len(references)]

    def condition(self, kind: str, etag: str | None) -> str | None:
        return {"none": None, "present": etag or NOTHING, "stale": "0-77"}[kind]

    @rule(name=MODELS, label=LABELS, word=WORDS)
    def register(self, name: str, label: str, word: str) -> None:
        self.does(name, Register(label, uri=f"s3://models/{word or 'a'}"))

    @rule(name=MODELS, word=WORDS)
    def register_the_next(self, name: str, word: str) -> None:
        self.does(name, Register(None, uri="s3://models/a", description=word))

    @rule(name=MODELS, place=PLACES)
    def read(self, name: str, place: int) -> None:
        self.does(name, ReadVersion(self.refer(name, place)))

    @rule(name=MODELS)
    def read_the_model(self, name: str) -> None:
        self.does(name, ReadModel())

    @rule(name=MODELS, place=PLACES, word=WORDS, condition=CONDITIONS)
    def patch(self, name: str, place: int, word: str, condition: str) -> None:
        reference = self.refer(name, place)
        present = self.names[name].find(reference)
        self.does(name, Patch(reference, word, self.condition(condition, present.etag if present else "1-1")))

    @rule(name=MODELS, place=PLACES, condition=CONDITIONS)
    def delete(self, name: str, place: int, condition: str) -> None:
        reference = self.refer(name, place)
        present = self.names[name].find(reference)
        self.does(name, Delete(reference, self.condition(condition, present.etag if present else "1-1")))

    @rule(name=MODELS, label=LABELS)
    def restore(self, name: str, label: str) -> None:
        self.does(name, Restore(label))

    @rule(name=MODELS, alias=ALIASES, place=PLACES, condition=CONDITIONS)
    def move_alias(self, name: str, alias: str, place: int, condition: str) -> None:
        present = self.names[name].aliases.get(alias)
        self.does(
            name,
            MoveAlias(alias, self.refer(name, place), self.condition(condition, present.etag if present else None)),
        )

    @rule(name=MODELS, alias=ALIASES, condition=CONDITIONS)
    def remove_alias(self, name: str, alias: str, condition: str) -> None:
        present = self.names[name].aliases.get(alias)
        self.does(name, RemoveAlias(alias, self.condition(condition, present.etag if present else "1-1")))

    @rule(name=MODELS, alias=ALIASES)
    def read_alias(self, name: str, alias: str) -> None:
        self.does(name, ReadAlias(alias))

    @rule(name=MODELS, place=PLACES, environment=ENVIRONMENTS)
    def deploy(self, name: str, place: int, environment: str) -> None:
        self.does(name, Deploy(self.refer(name, place), environment))

    @precondition(lambda self: self.deployments)
    @rule(place=RECENT, status=REPORTS)
    def report(self, place: int, status: str) -> None:
        deployment = self.deployments[-1 - place % len(self.deployments)]
        if name := self.names.holder_of(deployment):
            self.does(name, Report(deployment, status))

    @precondition(lambda self: self.deployments)
    @rule(place=RECENT)
    def cancel(self, place: int) -> None:
        self.report(place, "CANCELLED")

    @precondition(lambda self: self.deployments)
    @rule(place=PLACES)
    def follow(self, place: int) -> None:
        deployment = self.deployments[place % len(self.deployments)]
        if name := self.names.holder_of(deployment):
            self.does(name, ReadDeployment(deployment))

    @rule(name=MODELS, environment=ENVIRONMENTS)
    def roll_back(self, name: str, environment: str) -> None:
        self.does(name, RollBack(environment))

    @rule(name=MODELS, environment=ENVIRONMENTS)
    def what_runs(self, name: str, environment: str) -> None:
        self.does(name, WhatRuns(environment))

    @rule(name=MODELS, to=MODELS)
    def rename(self, name: str, to: str) -> None:
        self.whole("rename", self.registry.renames(name, to), self.names.rename(name, to))

    @precondition(lambda self: self.names["cards"].versions)
    @rule(name=MODELS)
    def delete_the_model(self, name: str) -> None:
        self.whole("delete", self.registry.deletes(name), self.names.delete(name))

    @precondition(lambda self: self.names.archive)
    @rule(name=MODELS)
    def restore_the_model(self, name: str) -> None:
        self.whole("restore", self.registry.restores(name), self.names.restore(name))


def live(machine: type[Lives], *, runs: int, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)) -> None:
    """So many lives, the same each time."""
    of_chance = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=of_chance)


def test_every_answer_is_the_specified_one(engine: Engine) -> None:
    class Proof(Lives):
        steps: ClassVar[Counter[str]] = Counter()
        done: ClassVar[set[str]] = set()

    Proof.engine = engine
    live(Proof, runs=RUNS)

    runs, steps = Proof.steps["runs"], Proof.steps["steps"]
    proves(
        NAME,
        f"{steps} steps in {runs} lives, 0 differ, {len(Proof.done)} kinds of deeds done; the table sound after each",
        target=f"{RUNS} lives of up to {STEPS} steps, {KINDS} kinds",
        holds=runs >= RUNS and len(Proof.done) >= KINDS,
    )


def test_a_registry_deaf_to_conditions_is_found_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (aliases, versions):
        monkeypatch.setattr(module, "expected_of", lambda _: None)
    _is_found_out(engine, "a registry deaf to If-Match")


def test_a_specification_off_by_one_is_found_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(self: Version, **different: Any) -> Version:
        return replace(self, revision=self.revision + 2, **different)

    monkeypatch.setattr(Version, "changed", changed)
    _is_found_out(engine, "a specification that counts revisions by twos")


def _is_found_out(engine: Engine, mistake: str) -> None:
    class Control(Lives):
        steps: ClassVar[Counter[str]] = Counter()

    Control.engine = engine
    found = "unnoticed"
    try:
        live(Control, runs=30, phases=(Phase.generate,))
    except AssertionError:
        found = f"found in life {Control.steps['runs']}"
    controls(NAME, f"{mistake}: {found}", target="found", holds=found != "unnoticed")

"""Registries with a mistake, and one on an engine that is not exact: the proof must find it in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from models_app.services.tokens import forget_tokens
from tests.engine import Engine
from tests.faults import Wire, pass_on
from tests.proof.conftest import in_full_only
from tests.proof.figures import IN_FULL, controls
from tests.proof.linear.moto_engine import Moto
from tests.proof.linear.mutants import MUTANTS
from tests.proof.linear.recorder import Recorder
from tests.proof.linear.test_linear import JITTER, STORM
from tests.proof.linear.weather import Weather, vouch
from tests.proof.linear.workloads import BY_NAME, RACES
from tests.server import Server
from tests.tables import _team, drop_table, make_table, put_team

WITHIN = 5
PROOF = "what many callers did can be put in one order"


@contextmanager
def a_table(engine: Engine) -> Iterator[None]:
    """A table that nobody checks at the end."""
    make_table(engine)
    try:
        yield
    finally:
        forget_tokens()
        drop_table(engine)


@pytest.fixture
def quiet_wire(engine: Engine) -> Iterator[Wire]:
    wire = Wire(engine)
    yield wire
    wire.close()


@pytest.mark.parametrize(
    "mutant", [*MUTANTS] if IN_FULL else [*MUTANTS][:1], ids=lambda mutant: mutant.__name__.replace("_", "-")
)
def test_a_mistake_is_found(mutant: Callable, engine: Engine, quiet_wire: Wire) -> None:
    workload, in_storms = MUTANTS[mutant]
    server = Server(engine, application=f"{mutant.__module__}:{mutant.__name__}()", through=quiet_wire.url)
    found = None
    try:
        with a_table(engine):
            recorder = Recorder(server, put_team(engine).maintainer, quiet_wire)
            for seed in range(WITHIN):
                weather = Weather(seed, squalls=STORM if in_storms else (0.0, 0.0), jitter=JITTER)
                recording = recorder.record(BY_NAME[workload], weather, deeds=240)
                if recording.is_impossible:
                    found = seed
                    break
    finally:
        server.stop()
    figure = f"{mutant.__name__.replace('_', ' ')}: {'not found' if found is None else f'found by seed {found}'}"
    controls(PROOF, figure, target=f"found within {WITHIN} seeds", holds=found is not None)


@in_full_only
def test_an_engine_that_is_not_exact_is_found_out(engine: Engine, table: None) -> None:
    """Its answers are made credible first, so that it fails for what it does with several callers."""
    moto = Moto()
    wire = Wire(moto)
    wire.always("*", pass_on)
    cast, rows = _team(engine)
    workloads, passed = RACES[-4:], 0
    server = None
    try:
        make_table(moto)
        moto.send("TransactWriteItems", rows)
        wire.always("*", vouch)
        server = Server(moto, through=wire.url)
        recorder = Recorder(server, cast.maintainer, wire, calm=vouch)
        for workload in workloads:
            weathers = (Weather(seed, usual=vouch, jitter=JITTER) for seed in range(WITHIN))
            found = any(recorder.record(workload, each, deeds=240).is_impossible for each in weathers)
            passed += not found
    finally:
        if server is not None:
            server.stop()
        wire.close()
        moto.stop()
    figure = f"moto as the engine: {passed} of {len(workloads)} races pass {WITHIN} seeds"
    controls(PROOF, figure, target="none", holds=passed == 0)

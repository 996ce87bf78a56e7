"""Whatever eight callers do at once, in any weather: one order of their deeds explains all that they heard."""

from __future__ import annotations

import pytest

from tests.proof.conftest import rounds
from tests.proof.figures import IN_FULL, proves
from tests.proof.linear.history import Verdict
from tests.proof.linear.recorder import Recorder, Recording
from tests.proof.linear.weather import Weather
from tests.proof.linear.workloads import BY_NAME, EVERYTHING, RACES, Workload

SEEDS = rounds(2, full=40)
DEEDS = 480
STORM = (0.12, 0.55)
LEAST = 0.15
JITTER = (0.001, 0.02)


def weather(seed: int, jitter: tuple[float, float] = (0.0, 0.0)) -> Weather:
    """Every other seed has a storm."""
    return Weather(seed, squalls=STORM if seed % 2 else (0.0, 0.0), jitter=jitter)


def recorded(recorder: Recorder, workload: Workload, seed: int, *, deeds: int, jitter=(0.0, 0.0)) -> Recording:
    recording = recorder.record(workload, weather(seed, jitter), deeds=deeds)
    assert recording.faulted >= LEAST or not seed % 2, f"only {recording.faulted:.0%} of the calls met a fault"
    return recording


def test_histories_are_linearizable(recorder: Recorder) -> None:
    wrong: list[str] = []
    good = undecided = doubles = 0
    faulted = []
    for seed in range(SEEDS):
        recording = recorded(recorder, EVERYTHING, seed, deeds=DEEDS if IN_FULL else 240)
        contradictions = recording.contradictions
        good += not contradictions
        undecided += recording.verdicts.count(Verdict.UNDECIDED)
        doubles += recording.duplicates
        faulted += [recording.faulted] * (seed % 2)
        wrong += [f"seed {seed}: {each}" for each in contradictions]
    print("\n".join(wrong[:3]))  # noqa: T201
    figure = (
        f"{good} of {SEEDS} seeds, {undecided} undecided, {doubles} versions twice; "
        f"in {len(faulted)} of them at least {min(faulted):.0%} of the calls met a fault"
    )
    target = f"{SEEDS} of {SEEDS}, 0, 0; half with at least {LEAST:.0%}"
    proves("what many callers did can be put in one order", figure, target=target, holds=not wrong)


@pytest.mark.parametrize("race", [race.name for race in (RACES if IN_FULL else RACES[2:3])])
def test_races_are_linearizable(race: str, recorder: Recorder) -> None:
    seeds = rounds(1, full=2)
    wrong = []
    for seed in range(seeds):
        recording = recorded(recorder, BY_NAME[race], seed, deeds=rounds(160, full=240), jitter=JITTER)
        wrong += [f"seed {seed}: {each}" for each in recording.contradictions]
    print("\n".join(wrong[:3]))  # noqa: T201
    name = f"{race}, by eight callers at one or two models"
    proves(name, f"{seeds - len(wrong)} of {seeds} seeds", target=f"{seeds} of {seeds}", holds=not wrong)

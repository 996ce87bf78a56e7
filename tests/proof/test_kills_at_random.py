"""SIGKILL at random instants of every kind of change: the table is sound, and the same request again completes it.

``test_kills.py`` finds each wait for AWS by counting; here the clock decides, and so the kill comes anywhere else, too.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest

from models_app.storage.soundness import find_faults
from tests.callers import Cast
from tests.engine import Engine
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.killing import Killer
from tests.proof.test_kills import DEEDS, DEPLOYING, Deed
from tests.tables import make_table

SOUND = "killed at a random instant, the table is sound and the request can be repeated"
INSTANTS = 12


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    with Killer({"ENVIRONMENT": "local"}) as killer:
        yield killer


@dataclass(frozen=True)
class Kill:
    """What became of a request that was killed, and then sent again to a process that is well."""

    was_killed: bool
    wrong: list[object]


def kill(deed: Deed, killer: Killer, team: Cast, model: str, **when: float) -> Kill:
    """Prepare a change, kill it, and look at what it left; then repeat it, and look at what it came to."""
    request = deed.prepared(team, model)
    signed = replace(request, headers={**request.headers, "authorization": team.maintainer.authorization})
    run = killer.run(signed, **when)
    wrong: list[object] = [*find_faults()]
    again = team.maintainer.calls(request.method, request.path, request.body, **request.headers)
    if again.status not in deed.answers:
        wrong.append((again.status, again.body))
    if (history := Counter(team.viewer.history(f"payments.{model}"))) != deed.kinds:
        wrong.append(history)
    return Kill(run.was_killed, wrong)


def test_every_kind_of_change(payments: Cast, killer: Killer) -> None:
    instants, kills = random.Random(11), []
    for number, deed in enumerate(DEEDS[:: rounds(3, full=1)]):
        began = time.monotonic()
        kill(deed, killer, payments, f"d{number}")
        usual = (time.monotonic() - began) / 2  # the rest was preparing it, and looking
        for at in range(rounds(1, full=INSTANTS)):
            after = instants.uniform(0, usual)
            kills.append(kill(deed, killer, payments, f"d{number}-{at}", kill_after=after))

    wrong = [each.wrong for each in kills if each.wrong]
    cut = sum(each.was_killed for each in kills)
    sys.stdout.write(f"\n{wrong[:3]}")
    figure = f"{len(wrong)} of {len(kills)} instants of {number + 1} kinds of changes, {cut} before the end"
    proves(SOUND, figure, target="0 wrong", holds=not wrong and cut > len(kills) / 4)


def test_a_change_in_two_transactions_is_noticed(payments: Cast, engine: Engine) -> None:
    with Killer({"ENVIRONMENT": "local"}, carelessness="commit_piece_by_piece") as careless:
        for point in count(1):
            killed = kill(DEPLOYING, careless, payments, f"m{point}", kill_at=point)
            if killed.wrong or not killed.was_killed:
                break
    make_table(engine)  # what the careless one broke is gone
    figure = f"two transactions: {len(killed.wrong)} findings at point {point}"
    controls(SOUND, figure, target="at least 1", holds=bool(killed.wrong))

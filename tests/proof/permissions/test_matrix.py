"""Who may do what: every route with every method, and what each of some thirty people and machines gets there."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable
from itertools import product

import pytest

from tests.proof.conftest import rounds
from tests.proof.figures import controls, in_time, proves
from tests.proof.permissions.admin_rows import ADMIN
from tests.proof.permissions.api_rows import API, PAGES
from tests.proof.permissions.form_rows import FORMS, OPEN
from tests.proof.permissions.mlflow_rows import MLFLOW
from tests.proof.permissions.mutants import MUTANTS
from tests.proof.permissions.rows import Door, Face, Row
from tests.proof.permissions.world import Principal, Standing, World
from tests.routes import routes

MATRIX = [*API, *PAGES, *MLFLOW, *FORMS, *OPEN, *ADMIN]
NAME = "every route gives everybody what the matrix says"
FEWEST_CELLS, MOST_SECONDS = 2_000, 90

Cell = tuple[Row, Principal]


def cells(world: World, rows: Iterable[Row] = MATRIX) -> list[Cell]:
    """Every row with everybody."""
    return list(product(rows, world.principals.values()))


def a_share(every: list[Cell], *, one_in: int) -> list[Cell]:
    """Some of them, always the same: each row, and each principal with each face."""
    chosen = random.Random(7).sample(every, len(every) // one_in)
    rows = {id(row) for row, _ in chosen}
    people = {(row.face, principal.name) for row, principal in chosen}
    for row, principal in every:
        if id(row) not in rows or (row.face, principal.name) not in people:
            chosen.append((row, principal))
            rows.add(id(row))
            people.add((row.face, principal.name))
    return chosen


def deviations(world: World, chosen: Iterable[Cell], *, most: int = 1_000) -> list[str]:
    """The cells that are not as declared: another answer, or something written though it was refused.

    And the other way round: where a change is announced, something is written.
    """
    door, found = Door(world), []
    for row, principal in chosen:
        outcome = door.tries(row, principal)
        declared = row.declared(principal)
        is_refused = declared in {"401", "403", "404", "405", "409", "login"}
        if outcome.said != declared:
            found.append(f"{row} as {principal.name}: {outcome.said}, declared is {declared}")
        elif is_refused and outcome.writes:
            found.append(f"{row} as {principal.name}: refused, and yet {[each for each, _ in outcome.writes]}")
        elif row.events and _is_done(declared, row.face.standing(principal)) and not outcome.writes:
            found.append(f"{row} as {principal.name}: {outcome.said}, and yet nothing is written")
        if outcome.writes:
            world.restore()
        if len(found) == most:
            break
    return found


def _is_done(declared: str, standing: Standing) -> bool:
    """Whether that answer says that something was changed: of being led elsewhere, only where one is let in."""
    return declared in {"200", "201", "202", "204", "303"} or (declared == "302" and standing is Standing.ADMIN)


def test_no_route_is_forgotten() -> None:
    """What the resolver answers is what the matrix has, method by method; and files, which come before any route."""
    assert {(row.route, row.method) for row in MATRIX} == {*routes(), ("static", "GET")}


def test_everybody_is_there(world: World) -> None:
    held = {(principal.standing, principal.is_person) for principal in world.principals.values()}

    assert held == set(product(Standing, (True, False)))
    assert len(world.principals) >= 15


def test_every_cell_is_as_declared(world: World) -> None:
    every = cells(world)
    chosen = a_share(every, one_in=rounds(16, full=1))

    began = time.monotonic()
    found = deviations(world, chosen)
    seconds = time.monotonic() - began

    sys.stdout.write("\n".join(found))
    proves(
        NAME,
        f"{len(chosen) - len(found)} of {len(chosen)} cells as declared, {len(MATRIX)} rows, "
        f"{len(world.principals)} principals, {seconds:.0f} s",
        target=f"all of at least {FEWEST_CELLS}, within {MOST_SECONDS} s",
        holds=not found and len(every) >= FEWEST_CELLS and in_time(seconds <= MOST_SECONDS),
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_a_route_lacks_does_nothing(world: World, method: str) -> None:
    door, has = Door(world), set(routes())
    people = [world.principals[name] for name in ("nobody", "token, platform", "session, root")]
    lacking = {row.route: row for row in MATRIX if (row.route, method) not in has and row.route != "static"}

    for row in [*lacking.values()][:: rounds(7, full=1)]:
        for principal in people:
            outcome = door.tries(Row(row.face, method, row.address, ""), principal)
            assert outcome.response.status_code < 500
            assert outcome.writes == [], (row, method, principal.name)


class TestControl:
    """Each mutant decides wrongly in one place; what it gives away, or takes, the matrix must miss."""

    def test_every_mutant_is_rejected(self, world: World) -> None:
        every = _telling_first(cells(world))
        unnoticed = []
        tried = [*MUTANTS.items()][:: rounds(12, full=1)]
        for name, mutate in tried:
            with pytest.MonkeyPatch.context() as patch:
                mutate(patch)
                if not deviations(world, every, most=1):
                    unnoticed.append(name)
            world.restore()

        figure = f"{len(tried) - len(unnoticed)} of {len(tried)} mutants rejected"
        controls(NAME, figure, target="all", holds=unnoticed == [])


def _telling_first(every: list[Cell]) -> list[Cell]:
    """The cells in an order in which a mutant is soon found: face by face, and first whom most of them concern."""
    names = [
        *("token, viewer", "token, contributor", "token, elsewhere", "token, platform", "token, revoked"),
        *("token, expired", "token, broken checksum", "session, ex-member", "session, deactivated"),
        *("session, signed-out", "session, of-no-team", "session, ada-viewer"),
    ]
    faces, ranks = [*Face], {name: rank for rank, name in enumerate(names)}
    return sorted(every, key=lambda cell: (faces.index(cell[0].face), ranks.get(cell[1].name, len(ranks))))

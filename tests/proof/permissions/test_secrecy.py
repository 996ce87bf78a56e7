"""What is another team's and what is nobody's cannot be told apart: not by the answer, nor by the calls it takes.

Every row of the matrix that names something of payments is asked for by people of another team three times: as it
stands; with the name of a team that is none; and with names that nothing in payments has. All names are as long as
those they stand for, so that what is left of the answers must be the same to the byte.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from models_app.domain.actors import Actor
from models_app.domain.errors import PermissionDenied, TeamNotFound
from models_app.domain.teams import Role, TeamSlug
from models_app.storage import teams
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.permissions.rows import Door, Face, Renaming, Row
from tests.proof.permissions.test_matrix import MATRIX
from tests.proof.permissions.world import Principal, World

NAME = "foreign and missing objects look alike"
ME = Row(Face.API, "GET", "/api/v1/me", "")
NO_TEAM = {"payments": "nobodies"}
NO_THING = {"fraud": "freud", "spare": "spore", "gone": "gane", "churn": "charn", "evelyn": "evalyn"}
# What the ids of nothing are made of.
IDS = {"deployment": "D", "token": "T", "webhook": "W", "event": "E"}
PASSING = {"X-Request-Id", "Date", "Expires"}
# The id of the request, and the masked CSRF token of a form.
PASSING_TEXT = re.compile(rb'"requestId":"\w{26}"|<code>\w{26}</code>|value="\w{64}"')
FACTS = ("payments.", "/payments", "payments_", "=payments", "{deployment}", "{token}", "{webhook}", "{event}")
STRANGERS = {True: ("session, elsewhere", "session, of-no-team"), False: ("token, elsewhere", "ticket")}
CONDITIONS: list[dict[str, str]] = [{}, {"if_match": "*"}, {"if_match": '"1-1"'}, {"if_none_match": "*"}]


def names_something(row: Row) -> bool:
    """Whether a row is about an object of payments; on MLflow's face the workspace is one."""
    return row.face is Face.MLFLOW or any(
        fact in row.address or fact in str(row.body) for fact in (*FACTS, "'payments'")
    )


NAMING = [row for row in MATRIX if names_something(row)]


def told(door: Door, row: Row, who: Principal, names: Renaming, **conditions: str) -> tuple[Any, ...]:
    """All that somebody can tell from an answer, and what it took; with the names put back."""

    def back(text: str) -> str:
        for name, other in names.items():
            text = text.replace(other, name)
        return text

    outcome = door.tries(row, who, instead=names, **conditions)
    headers = {name: back(text) for name, text in outcome.response.headers.items() if name not in PASSING}
    body = back(PASSING_TEXT.sub(b"", outcome.response.content).decode())
    return outcome.said, headers, body, [(operation, back(str(sent))) for operation, sent in outcome.calls]


def leaks(world: World, rows: list[Row], *, most: int = 1_000) -> tuple[list[str], int]:
    """The requests by which something foreign can be told from nothing, and how many were compared."""
    door, found, compared = Door(world), [], 0
    for each in world.principals.values():
        door.tries(ME, each)  # so that it is known, and knowing it costs no call
    ids = {found: _unlike(found, letter) for name, letter in IDS.items() for found in [world.names[name]]}
    for row in rows:
        for name in (each for sort in STRANGERS.values() for each in sort):
            who = world.principals[name]
            if name == "ticket" and row.unlike:
                continue  # it is about this one
            for conditions in CONDITIONS if row.face is Face.API else CONDITIONS[:1]:
                foreign = told(door, row, who, {}, **conditions)
                for other in (NO_TEAM, NO_THING | ids):
                    compared += 1
                    missing = told(door, row, who, other, **conditions)
                    if foreign != missing:
                        found.append(f"{row} as {name} with {conditions}: {foreign} and {missing}")
                    if len(found) == most:
                        return found, compared
    return found, compared


def test_nobody_can_tell_them_apart(world: World) -> None:
    rows = NAMING[:: rounds(6, full=1)]

    found, compared = leaks(world, rows)

    assert not found, "\n".join(found[:10])
    figure = f"{compared} pairs of answers on {len({(row.route, row.method) for row in rows})} routes with methods"
    proves(NAME, f"{figure}, all alike with their calls", target="all routes that name something", holds=compared > 0)


@pytest.mark.parametrize("face", ["/login", "/admin/login/"])
def test_signing_in_does_not_tell_whom_there_is(world: World, face: str) -> None:
    row = Row(Face.FORM, "POST", face, "", {"username": "evelyn", "password": "not the right one"})
    nobody, door = world.principals["nobody"], Door(world)

    there = told(door, row, nobody, {})
    world.restore()
    missing = told(door, row, nobody, {"evelyn": "evalyn"})
    world.restore()

    assert [call for call, _ in there[3]] == [call for call, _ in missing[3]]
    assert there[:3] == missing[:3]


def test_whether_a_name_is_taken_is_told_to_nobody_who_may_not_take_it(world: World) -> None:
    door = Door(world)
    row = Row(Face.API, "POST", "/api/v1/teams", "", {"teamId": "payments"})
    for name in ("token, elsewhere", "session, of-no-team", "token, maintainer"):
        who = world.principals[name]
        door.tries(ME, who)
        assert told(door, row, who, {}) == told(door, row, who, NO_TEAM)


def test_without_a_workspace_another_teams_model_is_one_that_nobody_has(world: World) -> None:
    """MLflow's client names no team: what it names is looked for in the caller's own."""
    from tests.proof.permissions.mlflow_rows import MLFLOW

    door, who = Door(world), world.principals["token, elsewhere"]
    door.tries(ME, who)
    own = {"payments": "vision"}  # the workspace: the caller's team, which has none of these names
    for row in MLFLOW:
        if row.face is Face.MLFLOW and "churn" in f"{row.address} {row.body}":
            assert told(door, row, who, own | {"churn": "charn"}) == told(door, row, who, own), row


class TestControl:
    def test_reading_before_deciding_is_noticed(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A registry that looks whether the team is there, and looks on if it is, before it asks who wants to know."""
        careful = Actor.role_in

        def role_in(self: Actor, team: TeamSlug) -> Role | None:
            if _exists(team):
                teams.list_members(team, limit=1, after=None)
            return careful(self, team)

        monkeypatch.setattr(Actor, "role_in", role_in)
        found, _ = leaks(world, NAMING, most=1)

        controls(NAME, f"a registry that reads first: {len(found)} leak found", target="at least 1", holds=bool(found))

    def test_another_refusal_for_what_is_there_is_noticed(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A registry that says "you may not" of what is there."""
        careful = Actor.role_in

        def role_in(self: Actor, team: TeamSlug) -> Role | None:
            role = careful(self, team)
            if role is None and team == "payments":
                raise PermissionDenied(activity="Reading", needed="a role", place="", holder="you have none")
            return role

        monkeypatch.setattr(Actor, "role_in", role_in)
        found, _ = leaks(world, NAMING, most=1)

        controls(NAME, f"one that says no of what is there: {len(found)} leak", target="at least 1", holds=bool(found))


def _exists(team: TeamSlug) -> bool:
    try:
        teams.get(team)
    except TeamNotFound:
        return False
    return True


def _unlike(name: str, letter: str) -> str:
    """An id of the same form that nothing has."""
    team, dot, last = name.rpartition(".")
    return f"{team}{dot}0{letter * (len(last) - 1)}"

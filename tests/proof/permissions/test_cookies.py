"""Cookies: no other site can use a session, none counts where a token speaks, and nobody is sent elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models_app.identity.authentication import CookieAuthentication
from tests import contract
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.permissions.rows import UNSAFE, Door, Face, Row
from tests.proof.permissions.test_matrix import MATRIX
from tests.proof.permissions.world import Principal, Standing, World
from tests.routes import routes

NAME = "no other site can use a session"
FORGED = [None, "", "d" * 32, "d" * 64, "null", "c" * 31]

ELSEWHERE = [
    *("https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "////evil.example/"),
    *("https:evil.example", "https:/evil.example", "http:///evil.example", "\\\\evil.example", "/\\evil.example"),
    *("\\/evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "\x00//evil"),
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>", "vbscript:x"),
    *("//evil.example\\@testserver", "https://testserver@evil.example", "https://testserver.evil.example/"),
    *("//evil.example#testserver", "http://[::1]/", "ftp://evil.example", "//google%E3%80%82com", "https://evil%2f@x"),
    *("//evil.example/%0d%0aX:%20y\r\nX: y", "//%5cevil.example", "http:evil.example"),
]


def unguarded(world: World, rows: list[Row], *, most: int = 1_000) -> list[str]:
    """The unsafe routes that a session opens without the token that belongs to it, or with a forged one."""
    door, root, found = Door(world), world.principals["session, root"], []
    for row in rows:
        for forged in FORGED[:: rounds(3, full=1)]:
            outcome = door.tries(row, root, csrf=forged)
            wanted = "401" if row.face is Face.MLFLOW else "403"  # there, a session is nobody
            if outcome.said != wanted or outcome.writes:
                found.append(f"{row} with {forged!r}: {outcome.said}")
                world.restore()
            if len(found) == most:
                return found
    return found


def test_no_unsafe_route_takes_a_session_without_its_token(world: World) -> None:
    rows = [row for row in MATRIX if row.method in UNSAFE]

    found = unguarded(world, rows)

    assert not found, "\n".join(found)
    count = len({(row.route, row.method) for row in rows})
    proves(NAME, f"{count} of {count} unsafe routes refuse forged requests", target="all", holds=count > 0)


def test_the_control_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that takes cookies and asks for no token."""
    monkeypatch.setattr(CookieAuthentication, "enforce_csrf", lambda _self, _request: None)
    found = unguarded(world, [row for row in MATRIX if row.method in UNSAFE and row.face is Face.API], most=3)

    controls(NAME, f"an API without the check: {len(found)} found", target="at least 1", holds=bool(found))


def test_where_a_token_speaks_no_cookie_does(world: World) -> None:
    """A viewer's token in an administrator's browser is a viewer's; one that is refused stays refused."""
    door, session = Door(world), world.principals["session, root"].session
    for name in ("token, viewer", "token, revoked", "token, elsewhere"):
        who = replace(world.principals[name], session=session)
        for row in MATRIX:
            if row.face is Face.API:
                assert door.tries(row, who).said == row.declared(who), (row, name)
            elif row.face is Face.MLFLOW:
                assert door.tries(row, who).said == row.declared(replace(who, session="")), (row, name)
    world.restore()


@pytest.mark.parametrize("place", ["/login", "/admin/login/"])
def test_signing_in_leads_nowhere_else(world: World, place: str) -> None:
    door, left = Door(world), []
    for name in ("nobody", "session, root"):
        for elsewhere in ELSEWHERE:
            row = Row(Face.FORM, "POST", place, "", {"username": "root", "password": "{password}", "next": elsewhere})
            door.forms[place] = {}
            answer = door.tries(row, world.principals[name]).response
            where = answer.headers.get("Location", "")
            if answer.status_code != 302 or where not in {"/api/v1/models", "/admin/"}:
                left.append((elsewhere, answer.status_code, where))
        if rounds(0, full=1) == 0:
            break  # each takes the work of a password
    assert left == []
    proves(
        f"signing in at {place} leads nowhere else", f"{len(ELSEWHERE)} addresses refused", target="30", holds=not left
    )


def test_nobody_else_may_read_an_answer(world: World) -> None:
    """No page of another origin is told that it may."""
    door = Door(world)
    for row in MATRIX:
        if row.method == "GET":
            headers = door.tries(row, world.principals["session, ada-viewer"], origin="https://evil.example").response
            assert not [name for name in headers.headers if name.lower().startswith("access-control-")], row


def test_routes_schema_and_matrix_are_one_list() -> None:
    """What the resolver answers under /api/v1, what the published schema tells of, and what the matrix tries."""
    api = {(row.route, row.method) for row in MATRIX if row.face is Face.API}
    there = {(route, method) for route, method in routes() if route.startswith("api/v1/")}
    named = {
        ("/" + contract.CONVERTER.sub(lambda found: f"{{{contract.camelize(found[1])}}}", route), method)
        for route, method in there
    }
    told = {(path, method.upper()) for path, operations in contract.schema()["paths"].items() for method in operations}

    proves(
        "routes, published schema and matrix are one list",
        f"{len(there)} routes, {len(told)} in the schema, {len(api)} in the matrix: "
        f"{len(there ^ api) + len(named ^ told)} differences",
        target="0 differences",
        holds=there == api and named == told,
    )


def test_somebody_with_two_credentials_is_in_the_world_only_here(world: World) -> None:
    assert not [each for each in world.principals.values() if each.session and each.authorization]
    assert Face.API.standing(Principal("x", Standing.VIEWER, "Bearer x", "y")) is Standing.VIEWER

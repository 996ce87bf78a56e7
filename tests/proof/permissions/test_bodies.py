"""Nobody sets what is not theirs to set: fields that only answers have, another team's, or none of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models_app.api.serializers import RequestBody
from tests import contract
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.permissions.api_rows import API
from tests.proof.permissions.rows import UNSAFE, Door, Face, Row
from tests.proof.permissions.test_matrix import MATRIX
from tests.proof.permissions.world import World, read_rows

NAME = "fields that nobody may set are refused"
CANARY = "set-by-a-stranger"
FIELDS = Path(__file__).parent / "fields.json"

# Names that other systems, and our own tables, know: none is a field of any body.
FOREIGN = (
    "pk",
    "sk",
    "rev",
    "rid",
    "gsi1pk",
    "digest",
    "password",
    "is_staff",
    "isPlatformAdmin",
    "role_",
    "__proto__",
)
# A version that was read may be written back whole: what only answers have is not looked at, and what never changes is
# compared with what stands.
VERSION = "api/v1/models/<str:model_id>/<str:version>"
NOT_LOOKED_AT = {"aliases", "deployments", "createdAt", "createdBy", "updatedAt", "updatedBy"}
FIELD_IMMUTABLE = "409"


def operation(row: Row) -> dict[str, Any]:
    """The operation of the published schema that a row calls."""
    path = "/" + contract.CONVERTER.sub(lambda found: f"{{{contract.camelize(found[1])}}}", row.route)
    found: dict[str, Any] = contract.schema()["paths"][path][row.method.lower()]
    return found


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """A schema, followed to where it stands."""
    if "$ref" not in node:
        return node
    found: dict[str, Any] = contract.schema()["components"]["schemas"][node["$ref"].rpartition("/")[2]]
    return found


def fields_of(content: dict[str, Any] | None) -> set[str]:
    """The names of a body's fields."""
    return {name for media in (content or {}).values() for name in resolved(media["schema"]).get("properties", {})}


def answers(row: Row) -> set[str]:
    """The names of the fields of what a row is answered with."""
    found = operation(row)["responses"]
    return {name for status, each in found.items() if status < "300" for name in fields_of(each.get("content"))}


def intruders(row: Row) -> Iterator[str]:
    """Every name that some answer or body has, and that the body of this row has not."""
    own = fields_of(operation(row).get("requestBody", {}).get("content"))
    everywhere = {name for each in API for name in answers(each)} | {
        name for each in API for name in fields_of(operation(each).get("requestBody", {}).get("content"))
    }
    return iter(sorted((everywhere | set(FOREIGN)) - own))


def accepted(world: World, rows: list[Row], *, most: int = 1_000) -> tuple[list[str], int]:
    """The fields that were not refused though no body has them, and how many were tried."""
    door, found, tried = Door(world), [], 0
    admin = world.principals["token, platform"]
    for row in rows:
        is_version = row.route == VERSION
        for name in [*intruders(row)][:: rounds(6, full=1)]:
            tried += 1
            body = {**(row.body or {}), name: CANARY}
            outcome = door.tries(Row(row.face, row.method, row.address, "", body), admin)
            if is_version and name in NOT_LOOKED_AT and outcome.said == "200":
                kept = CANARY in str(read_rows(world.engine))
                found += [f"{row} keeps {name}"] if kept else []
            elif is_version and outcome.said == FIELD_IMMUTABLE and not outcome.writes:
                pass
            elif outcome.said != "400" or f'"{name}"'.encode() not in outcome.response.content or outcome.writes:
                found.append(f"{row} takes {name}: {outcome.said}")
            if outcome.writes:
                world.restore()
            if len(found) == most:
                return found, tried
    return found, tried


def with_body() -> list[Row]:
    """The rows of the API that send a body."""
    return [row for row in API if row.method in UNSAFE and row.body]


def test_every_field_of_an_answer_and_every_foreign_one_is_refused(world: World) -> None:
    rows = with_body()

    found, tried = accepted(world, rows)

    assert not found, "\n".join(found)
    proves(NAME, f"{tried} fields of {len(rows)} bodies, nothing kept of them", target="all", holds=not found)


def test_the_control_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies that take whatever comes."""
    everything = type("Everything", (), {"__contains__": lambda *_: True})()
    monkeypatch.setattr(RequestBody, "ignored", everything)

    found, _ = accepted(world, with_body(), most=1)

    controls(NAME, f"bodies that take whatever comes: {len(found)} found", target="at least 1", holds=bool(found))


@pytest.mark.parametrize("face", [Face.MLFLOW, Face.FORM, Face.ADMIN], ids=lambda face: face.value)
def test_where_more_is_passed_over_nothing_is_kept_of_it(world: World, face: Face) -> None:
    """MLflow's clients may send fields of newer versions, and browsers whatever a page was made to hold."""
    door, names = Door(world), [*intruders(API[0]), "id", "created_by", "user_id", "slug", "epoch", "session_epoch"]
    who = world.principals["token, platform" if face is Face.MLFLOW else "session, root"]
    rows = [row for row in MATRIX if row.face is face and row.events][:: rounds(4, full=1)]
    known = {"MLFLOW": {"description", "name", "version", "source", "tags", "status", "secret", "modelId"}}
    for row in rows:
        own = {*(row.body or {}), *(door.form(row) if face is not Face.MLFLOW else ()), *known.get(face.name, ())}
        more = {name: CANARY for name in names if name not in own and name != "teamId"}
        outcome = door.tries(Row(row.face, row.method, row.address, "", {**more, **(row.body or {})}), who)
        kept = [key for key, item in read_rows(world.engine).items() if CANARY in json.dumps(item)]
        assert outcome.response.status_code < 500
        assert kept == [], (row, kept)
        world.restore()
    proves(f"what the {face.value} face passes over is not kept", f"{len(rows)} routes", target="all", holds=True)


def test_answers_hold_the_fields_that_are_written_down_and_no_others(world: World) -> None:
    """The fields of each answer, for each role: a new one is a decision, and is written down here."""
    door, found = Door(world), {}
    for row in API:
        seen = {}
        for name in ("token, viewer", "token, contributor", "token, maintainer", "token, platform"):
            if row.declared(world.principals[name])[0] != "2":
                continue
            outcome = door.tries(row, world.principals[name])
            if outcome.writes:
                world.restore()
            if outcome.response.content:
                body = outcome.response.json()
                first = (body.get("results") or [None])[0] if "results" in body else None
                seen[name] = sorted([*body, *(f"results.{each}" for each in first or ())])
        whole = {f"{row.method} {row.route}": max(seen.values(), key=len)} if seen else {}
        # Whoever may see a thing at all sees the same of it; of oneself a platform's token has no team to tell.
        assert all(each in whole.values() for each in seen.values()), (row, seen)
        found |= whole

    assert found == json.loads(FIELDS.read_text(encoding="utf-8"))

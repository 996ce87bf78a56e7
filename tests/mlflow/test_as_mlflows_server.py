"""This face answers as MLflow's own server does: every request of ``asked``, against what ``record`` wrote down."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.callers import Cast
from tests.mlflow.asked import ANY_ORDER, SCENES, Asked
from tests.mlflow.record import RECORDED, play

ANSWERS: dict[str, list[dict[str, Any]]] = json.loads(RECORDED.read_text())
REPEATED_BY_THE_CLIENT = {408, 429, 500, 502, 503, 504}


@pytest.fixture
def played(payments: Cast, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """A scene's answers of this face, made by a maintainer."""

    def send(method: str, path: str, body: bytes | None) -> tuple[int, str]:
        answer = payments.maintainer.calls(method, path, raw=body)
        return answer.status, answer.raw.decode()

    return play(SCENES[request.param], send)


@pytest.mark.parametrize(("played", "scene"), [(name, name) for name in SCENES], indirect=["played"], ids=SCENES)
def test_it_answers_alike_where_nothing_else_is_declared(played: list[dict[str, Any]], scene: str) -> None:
    wrong = {}
    for number, (asked, ours, theirs) in enumerate(zip(SCENES[scene], played, ANSWERS[scene], strict=True)):
        if not is_as_expected(asked, ours=ours, theirs=theirs):
            name = f"{number}: {asked.method} {asked.address} {str(asked.given)[:200]}"
            wrong[name] = {"ours": ours, "wanted": theirs, "declared": str(asked.otherwise)}
        assert ours["status"] not in REPEATED_BY_THE_CLIENT, asked
    assert wrong == {}, json.dumps(wrong, indent=1, ensure_ascii=False)


def is_as_expected(asked: Asked, *, ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether this face answers as MLflow's server did, or as is declared; and what is declared is a difference."""
    if (other := asked.otherwise) is None:
        return ours == theirs
    if ours == theirs:
        return other.because == ANY_ORDER  # they are the same by chance
    if ours["status"] != other.status:
        return False
    return other.status == 200 or (ours["code"] == other.code and ours["says"].startswith(other.begins))

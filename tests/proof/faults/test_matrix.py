"""Every fault of storage, at each call of every request: refused in order, in time, and telling nothing internal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import pytest
from django.http import HttpResponse

from models_app.services.tokens import forget_tokens
from models_app.storage import calls
from tests.engine import Engine
from tests.faults import Wire, refuse
from tests.proof.conftest import rounds
from tests.proof.faults import careless
from tests.proof.faults.asked import Asked, every_request
from tests.proof.faults.contract import findings
from tests.proof.faults.kinds import Kind, every, kinds
from tests.proof.faults.world import Kept, World
from tests.proof.figures import controls, proves
from tests.routes import routes

CALM = "storage may fail as it likes: no 500, nothing internal, in time"
KINDS = 14
SOME = 12  # requests that a control takes
WRITES = {"TransactWriteItems", "UpdateItem", "PutItem", "DeleteItem", "BatchWriteItem"}
SLACK_SECONDS = 1.0  # a busy machine


class Matrix:
    """Requests, the usual answer of each with its calls, and what was found wrong with the others."""

    def __init__(self, world: World, wire: Wire, engine: Engine) -> None:
        self.wire = wire
        self.asked = every_request(world)
        self.kept = Kept(engine)
        self.usual: dict[str, HttpResponse] = {}
        self.calls: dict[str, list[str]] = {}
        self.found: list[str] = []
        self.answers = 0

    def look(self, asked: Asked) -> HttpResponse:
        """Ask while nothing fails."""
        self.wire.mend()
        forget_tokens()
        answer = self.usual[asked.name] = asked.send()
        self.calls[asked.name] = [operation for operation, _ in self.wire.met]
        self._restore()
        return answer

    def disturb(self, asked: Asked, kind: Kind, *, spared: int) -> None:
        """Ask while all calls but the first few meet a fault."""
        kind.plan(self.wire, spared=spared)
        forget_tokens()
        began = time.monotonic()
        try:
            answer = asked.send()
        except Exception as escaped:  # noqa: BLE001 - nothing may reach the server's own error page
            answer = HttpResponse(f"{type(escaped).__name__} escaped", status=500)
        took = time.monotonic() - began
        wrong = list(findings(asked, answer, usual=self.usual[asked.name]))
        if took > calls.REQUEST_SECONDS + SLACK_SECONDS:
            wrong.append(f"it took {took:.1f} s")
        if (attempts := len(self.wire.met)) > most_attempts(self.calls[asked.name], kind):
            wrong.append(f"{attempts} attempts")
        self.found += [f"{kind.name} from call {spared + 1}: {asked.name}: {each}" for each in wrong]
        self.answers += 1
        self._restore()

    def disturb_each(self, kinds: Sequence[Kind], *, each: int) -> None:
        """Every request with so many kinds, in turn, from one of its calls on, in turn."""
        for place, asked in enumerate(self.asked):
            for step in range(each):
                kind = kinds[(place + step) % len(kinds)]
                if reached := kind.reached(self.calls[asked.name]):
                    self.disturb(asked, kind, spared=(place // len(kinds) + step) % reached)

    def _restore(self) -> None:
        if any(operation in WRITES for operation, _ in self.wire.met):
            self.kept.restore()


def most_attempts(usual: Sequence[str], kind: Kind) -> int:
    """Each call may be tried four times; what only met another is tried for as long as there is time."""
    return calls.MAX_PAUSES * calls.MAX_ATTEMPTS if kind.is_contention else calls.MAX_ATTEMPTS * (len(usual) + 2)


@pytest.fixture
def matrix(world: World, wire: Wire, engine: Engine) -> Matrix:
    return Matrix(world, wire, engine)


def test_no_route_is_forgotten(world: World) -> None:
    named = {asked.route for asked in every_request(world)}
    there = {route for route, _ in routes()}

    assert named <= there
    assert {route for route in there - named if "ajax-api" not in route} == set()
    for prefix in ("ajax-api/2.0/mlflow", "ajax-api/3.0/mlflow"):  # another spelling of addresses that are named
        others = {route.replace("ajax-api", "api", 1) for route in there if route.startswith(prefix)}
        assert others <= named


def is_refused_always(name: str) -> bool:
    """Pages that the admin has for some of its rows only, and addresses where nothing lives."""
    is_of_some = name.startswith("admin") and any(f"/{page}/" in name for page in ("add", "change", "delete"))
    return is_of_some or "nothing" in name


class TestTheMatrix:
    def test_every_request_is_answered_in_order_whatever_storage_does(
        self, matrix: Matrix, hurry: Callable[[], None]
    ) -> None:
        every = kinds()
        refused = [asked.name for asked in matrix.asked if matrix.look(asked).status_code >= 400]
        assert [name for name in refused if not is_refused_always(name)] == [], "a fault behind it would prove nothing"

        hurry()
        matrix.asked = matrix.asked[:: rounds(3, full=1)]
        matrix.disturb_each(every, each=rounds(1, full=KINDS))

        sys.stdout.write("\n".join(sorted(set(matrix.found))[:60]))
        assert len(every) >= KINDS
        sizes = f"{len(matrix.asked)} requests, {len(every)} kinds of faults, {matrix.answers} answers"
        proves(CALM, f"{sizes}: {len(matrix.found)} findings", target="0 findings", holds=not matrix.found)

    def test_the_controls_are_noticed(
        self, matrix: Matrix, hurry: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        matrix.asked = matrix.asked[:: len(matrix.asked) // SOME]
        assert all(matrix.look(asked).status_code < 500 for asked in matrix.asked)
        hurry()
        for mutant in (careless.know_no_failures, careless.promise_nothing, careless.tell_all):
            matrix.found.clear()
            with monkeypatch.context() as patch:
                mutant(patch)
                matrix.disturb_each([every("InternalServerError", refuse("InternalServerError"))], each=1)

            figure = (
                f"{mutant.__name__.replace('_', ' ')}: {len(matrix.found)} findings in {len(matrix.asked)} requests"
            )
            controls(CALM, figure, target="at least 1", holds=bool(matrix.found))

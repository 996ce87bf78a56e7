"""Automatic numbers under a crowd: each is given once, at a price that does not grow with the crowd."""

from __future__ import annotations

import time
from contextlib import ExitStack

from tests.builders import a_registration
from tests.proof.conftest import CLIENTS, rounds
from tests.proof.figures import proves
from tests.proof.linear.recorder import Recorder
from tests.server import Client, at_once

EACH = rounds(5, full=100)
# Two for the number that somebody else took first, two for the one that nobody can take away; one more where a higher
# number was registered in between. Who is alone needs two.
MOST_CALLS = 5


def test_everybody_gets_a_number_at_the_price_of_one_caller(recorder: Recorder) -> None:
    with ExitStack() as connections:
        clients = [
            connections.enter_context(Client(recorder.server.port, recorder.caller.authorization))
            for _ in range(CLIENTS)
        ]
        for client in clients:
            assert client.calls("GET", "me").status == 200
        recorder.wire.mend()

        def registers(client: Client) -> list[tuple[str, float]]:
            given = []
            for _ in range(EACH):
                began = time.monotonic()
                answer = client.calls("POST", "models", a_registration())
                assert answer.status == 201, answer.body
                given.append((answer.body["version"], time.monotonic() - began))
            return given

        series = at_once([lambda client=client: registers(client) for client in clients])
    given = [each for one in series for each in one]
    numbers, slowest = {number for number, _ in given}, sorted(seconds for _, seconds in given)[-len(given) // 100]
    per_registration = len(recorder.wire.met) / len(given)
    figure = (
        f"{len(numbers)} numbers, {per_registration:.2f} calls to DynamoDB each; "
        f"99 of 100 within {slowest * 1000:.0f} ms"
    )
    target = f"{CLIENTS * EACH} numbers, at most {MOST_CALLS} calls"
    holds = len(numbers) == CLIENTS * EACH and per_registration <= MOST_CALLS
    proves(f"{CLIENTS} writers at one model never get one number twice", figure, target=target, holds=holds)

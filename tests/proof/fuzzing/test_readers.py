"""A million inputs that are nearly right: each is read or refused, and nothing else happens."""

from __future__ import annotations

import base64
import io
import json
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from models_app import jobs
from models_app.outbox import relay
from models_app.services import deliveries
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.fuzzing.mutations import changed, changed_document
from tests.proof.fuzzing.readers import Reader, readers

NAME = "nothing that is read breaks who reads it"
INPUTS = rounds(8_000, full=1_000_000)
SEED = 20260701

# What is wrong with a part of the input is told of that part.
ROW_BY_ROW = {"names", "JSON lines"}


@pytest.fixture(autouse=True)
def nothing_behind_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is let in leads to no work here."""
    for job in ("deliver_webhooks", "time_out_deployments", "finish_moves"):
        monkeypatch.setattr(jobs, job, list if job == "time_out_deployments" else deliveries.Tally)
    monkeypatch.setattr(relay, "relay", relay.Tally)
    monkeypatch.setattr(relay, "backlog", lambda: relay.Backlog(dead=0, oldest_seconds=0.0))
    monkeypatch.setattr(deliveries, "list_listening", lambda _: [])


def test_what_is_nearly_right_is_read_or_refused() -> None:
    tallies = {name: tally(reader, INPUTS * reader.share // 1000) for name, reader in readers().items()}

    broken = {name: dict(found) for name, found in tallies.items() if set(found) - {"read", "refused"}}
    inputs = sum(found.total() for found in tallies.values())
    proves(
        NAME,
        f"{inputs} inputs to {', '.join(tallies)}; exceptions that nobody expects: {broken or 0}",
        target=f"{INPUTS} inputs, 0 exceptions",
        holds=inputs >= INPUTS and not broken,
    )
    # Inputs that are all refused at the first character would prove little, and so would some that are all in order.
    assert all(found["read"] for name, found in tallies.items() if name != "cursors"), tallies
    assert all(found["refused"] for name, found in tallies.items() if name not in ROW_BY_ROW), tallies


def test_a_stock_parser_of_bodies_is_found_out() -> None:
    stock = replace(readers()["bodies"], read=lambda body: JSONParser().parse(io.BytesIO(body)), refusals=(ParseError,))
    _is_found_out(stock, "REST framework's own parser")


def test_a_cursor_that_nobody_sealed_is_found_out() -> None:
    seed = base64.urlsafe_b64encode(json.dumps({"pk": "MODEL#payments.fraud", "sk": "V#1"}).encode())
    unsealed = replace(
        readers()["cursors"], seeds=[seed], read=lambda cursor: json.loads(base64.urlsafe_b64decode(cursor))["pk"]
    )
    _is_found_out(unsealed, "cursors without a seal")


def tally(reader: Reader, inputs: int) -> Counter[str]:
    """How often it read, how often it refused, and what else happened where."""
    found: Counter[str] = Counter()
    for each in _inputs(reader, inputs):
        try:
            reader.read(each)
        except reader.refusals:
            found["refused"] += 1
        except Exception as mistake:  # noqa: BLE001 - each is a find, to be told with the place it came from
            place = traceback.extract_tb(mistake.__traceback__)[-1]
            found[f"{type(mistake).__name__} in {place.name}: {repr(each)[:80]}"[:160]] += 1
            if len(found) > 20:
                return found
        else:
            found["read"] += 1
    return found


def _inputs(reader: Reader, count: int) -> Iterator[object]:
    random = Random(SEED)
    for _ in range(count):
        seed = random.choice(reader.seeds)
        yield changed(seed, reader.seeds, random) if isinstance(seed, bytes) else changed_document(seed, random)


def _is_found_out(reader: Reader, what: str) -> None:
    found = sorted({each.partition(":")[0] for each in tally(reader, 3_000)} - {"read", "refused"})
    controls(NAME, f"{what}: {', '.join(found) or 'unnoticed'}", target="found", holds=bool(found))

"""Users' documents come back as they were sent, number for number; what could not is refused before anything is asked.

The reference is Python's own ``json``: a document's canonical text before and after must be the same bytes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from models_app.storage import versions
from tests.api.hostile.corpus import JSON
from tests.builders import a_registration
from tests.callers import API, Caller, Cast
from tests.costs import counted_calls
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves

NAME = "a document comes back byte for byte in canonical JSON"
REFUSED = "a number that cannot be kept is refused before AWS is asked"
OF_A_VERSION = 100
DOCUMENTS = rounds(600, full=10_000)

EDGES = (0.0, -0.0, 1.0, -1.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1 + 0.2, 1e22, 1e23, 2.0**53)
LETTERS = "abcxyz_-. 0" + 'éßİ模型\u2028\u202e\ufeff\U0001f600\u0301\u200b\x7f\x85"\\/\n\t'


class Dice:
    """Documents by chance, the same ones every time."""

    def __init__(self, seed: object) -> None:
        self.dice = random.Random(str(seed))

    def document(self, depth: int = 3) -> Any:
        kind = self.dice.randrange(9 if depth else 7)
        if kind < 4:
            return self.number()
        if kind < 6:
            return self.text()
        if kind == 6:
            return self.dice.choice([True, False, None])
        inner = [self.document(depth - 1) for _ in range(self.dice.randrange(4))]
        return inner if kind == 7 else {self.text(): each for each in inner}

    def number(self) -> int | float:
        kind = self.dice.randrange(5)
        if kind == 0:
            return self.dice.choice([1, -1]) * self.dice.randrange(10 ** self.dice.randint(1, 38))
        if kind == 1:
            return self.dice.choice([1, -1]) * self.dice.choice(EDGES)
        if kind == 2:
            return float(self.dice.randrange(10**9))
        return self.dice.choice([1, -1]) * self.dice.random() * 10.0 ** self.dice.randint(-307, 307)

    def text(self) -> str:
        return "".join(self.dice.choices(LETTERS, k=self.dice.randrange(9)))


def canonical(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def changed(caller: Caller, documents: int) -> list[str]:
    """The documents that came back as others, of so many that were registered or patched in, and read again."""
    found = []
    for number in range(documents // OF_A_VERSION):
        chosen = range(number * OF_A_VERSION, (number + 1) * OF_A_VERSION)
        dice = {each: Dice(each) for each in chosen}
        metadata = {str(each): dice[each].document() for each in chosen}
        metrics = {str(each): dice[each].number() for each in chosen}
        body = a_registration(version=str(number + 1), metadata={}, metrics=metrics)
        first, later = dict(list(metadata.items())[::2]), dict(list(metadata.items())[1::2])
        assert caller.calls("POST", "models", raw=_raw(body | {"metadata": first})).status == 201
        path = f"models/payments.fraud/{number + 1}"
        assert caller.calls("PATCH", path, raw=_raw({"metadata": later})).status == 200
        told = json.loads(caller.gets(path).raw)
        # A merge patch takes nulls within objects away (RFC 7396).
        for each, document in metadata.items():
            sent = document if each in first else _without_nulls(document)
            for before, after in ((sent, told["metadata"].get(each)), (metrics[each], told["metrics"].get(each))):
                if canonical(before) != canonical(after):
                    found.append(f"{canonical(before)[:200]} is {canonical(after)[:200]}")
    return found


def _raw(body: dict[str, Any]) -> bytes:
    return canonical(body).encode()


def _without_nulls(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _without_nulls(value) for name, value in document.items() if value is not None}
    return document


def test_each_comes_back_as_it_was_sent(payments: Cast) -> None:
    found = changed(payments.contributor, DOCUMENTS)

    assert found == []
    figure = f"{DOCUMENTS} documents and as many metrics: {len(found)} changed"
    proves(NAME, figure, target="0 of 10000", holds=not found)


@pytest.mark.parametrize("careless", ["numbers as floats", "whole floats as integers"])
def test_a_storage_that_takes_numbers_apart_is_noticed(
    payments: Cast, monkeypatch: pytest.MonkeyPatch, careless: str
) -> None:
    def shaken(document: Any) -> str:
        if careless == "numbers as floats":
            return canonical(json.loads(canonical(document), parse_int=float))
        return canonical(json.loads(canonical(document), parse_float=_whole_if_it_can))

    monkeypatch.setattr(versions, "canonical_json", shaken)

    found = changed(payments.contributor, OF_A_VERSION)

    controls(NAME, f"{careless}: {len(found)} of {OF_A_VERSION} changed", target="some", holds=bool(found))


def _whole_if_it_can(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def out_of_range() -> Iterator[str]:
    """Numbers in JSON's grammar that no double or 40 digits can hold."""
    dice = random.Random("out of range")
    yield from ("1e309", "-1e309", "1.8e308", "1E400", "9" * 41, "-" + "1" * 42, "1" + "0" * 5000, "0.1e99999", "NaN")
    for _ in range(rounds(40, full=500)):
        sign = dice.choice(["", "-"])
        yield f"{sign}{dice.randint(1, 9)}.{dice.randrange(10**6)}e{dice.randint(309, 10**6)}"
        yield sign + str(dice.randint(1, 9)) + "".join(dice.choices("0123456789", k=dice.randint(40, 400)))


def kept(caller: Caller) -> tuple[int, list[str]]:
    """How many such numbers were sent, and those that were not refused, or only after a call."""
    wrong, sent = [], 0
    caller.gets("me")
    for text in out_of_range():
        for field in ("metadata", "metrics"):
            body = canonical(a_registration()).encode()[:-1] + f', "{field}": {{"x": {text}}}}}'.encode()
            sent += 1
            with counted_calls() as calls:
                given = caller.client.post(f"{API}/models", body, JSON, headers={"authorization": caller.authorization})
            if given.status_code not in {400, 413, 422} or calls:
                wrong.append(f"{field} {text[:40]}: {given.status_code}, {calls}")
    return sent, wrong


def test_what_cannot_be_kept_is_refused_at_once(payments: Cast) -> None:
    sent, wrong = kept(payments.contributor)

    proves(REFUSED, f"{sent} sent, {len(wrong)} not refused or not at once", target="0", holds=not wrong)


def test_a_reader_without_bounds_is_noticed(payments: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from models_app.domain import documents

    monkeypatch.setattr(documents, "_finite", float)
    monkeypatch.setattr(documents, "MAX_DIGITS", 4000)

    sent, wrong = kept(payments.contributor)

    controls(REFUSED, f"a reader without bounds: {len(wrong)} of {sent} let in", target="some", holds=bool(wrong))

"""Users' numbers survive bit for bit: nothing between the request and the answer may round them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import a_registration
from tests.callers import Answer, Caller, Cast

NUMBERS = [
    "0",
    "-0.0",
    "1",
    "1.0",
    "0.1",
    "0.30000000000000004",
    "1e-07",
    "1e+22",
    "5e-324",
    "2.2250738585072014e-308",
    "1.7976931348623157e+308",
    "9007199254740993",
    "12345678901234567890123456789012345678",
    "-99999999999999999999999999999999999999",
]


def registered(caller: Caller, number: str) -> Answer:
    """A version that holds a number wherever a user may put one, exactly as it is spelled."""
    body = json.dumps(a_registration(version="1", metadata="HERE", metrics="HERE", signature="HERE", lineage="LINEAGE"))
    holder = f'{{"number": {number}}}'
    raw = body.replace('"HERE"', holder).replace('"LINEAGE"', f'{{"datasets": [{holder}]}}')
    answer = caller.calls("POST", "models", raw=raw.encode())
    assert answer.status == 201, answer.body
    return answer


def spelled(answer: Answer) -> set[str]:
    """How the answer writes the numbers: read as texts, so that no parser of ours rounds them for us."""
    body: dict[str, Any] = json.loads(answer.raw, parse_int=str, parse_float=str)
    places = [body["metadata"], body["metrics"], body["signature"], *body["lineage"]["datasets"]]
    return {place["number"] for place in places}


@pytest.mark.parametrize("number", NUMBERS)
class TestNumbers:
    def test_they_come_back_as_they_were_sent(self, payments: Cast, number: str) -> None:
        assert spelled(registered(payments.contributor, number)) == {number}

        assert spelled(payments.viewer.reads("payments.fraud", "1")) == {number}

    def test_they_survive_being_sent_back(self, payments: Cast, number: str) -> None:
        sent = registered(payments.contributor, number)

        answer = payments.contributor.calls("PUT", "models/payments.fraud/1", raw=sent.raw)

        assert answer.raw == sent.raw

    def test_they_survive_a_patch_of_something_else(self, payments: Cast, number: str) -> None:
        registered(payments.contributor, number)

        payments.contributor.patches("payments.fraud", "1", {"description": "x", "metadata": {"other": 2}})

        assert spelled(payments.viewer.reads("payments.fraud", "1")) == {number}


class TestNumbersThatLookAlike:
    def test_one_and_one_point_nought_are_two_values(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", metadata={"n": 1}, metrics={"m": 1})

        answer = payments.contributor.patches("payments.fraud", "1", {"metadata": {"n": 1.0}, "metrics": {"m": 1.0}})

        assert b'"n":1.0' in answer.raw
        assert b'"m":1.0' in answer.raw
        assert payments.viewer.history("payments.fraud") == ["ModelVersionRegistered", "ModelVersionUpdated"]

    def test_a_boolean_does_not_become_a_number(self, payments: Cast) -> None:
        answer = payments.contributor.registers("fraud", metadata={"yes": True, "no": False, "one": 1, "none": None})

        assert answer.body["metadata"]["yes"] is True
        assert answer.body["metadata"]["no"] is False
        assert answer.body["metadata"]["one"] == 1
        assert answer.body["metadata"]["none"] is None

"""Promised: a version that was registered elsewhere under a label that is no number "gets its sequence number"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from models_app.domain.labels import VersionLabel, sequence_of
from tests.callers import Answer, Cast
from tests.costs import counted_calls
from tests.mlflow.test_addresses import asks

AT = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
GET, LIST = "model-versions/get", "model-versions/search"


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with versions under three labels, registered over the REST API in this order."""
    for label in ("1.10.0", "2026-11-01", "1.2.0"):
        payments.contributor.registers("fraud", version=label, s3Uri=f"s3://models/fraud/{label}")
    payments.contributor.registers("fraud", version="7", s3Uri="s3://models/fraud/7")
    return payments


def listed(cast: Cast) -> dict[str, str]:
    """Each version's number, by its label."""
    found = asks(cast.viewer, "GET", LIST, {"filter": "name = 'fraud'"}).body["model_versions"]
    return {version["registry_label"] or version["version"]: version["version"] for version in found}


def number_of(cast: Cast, label: str = "1.2.0") -> str:
    return listed(cast)[label]


class TestANumber:
    def test_is_a_whole_one_in_the_order_of_registration(self, fraud: Cast) -> None:
        numbers = listed(fraud)

        assert numbers["7"] == "7"
        others = [int(numbers[label]) for label in ("1.10.0", "2026-11-01", "1.2.0")]
        assert others == sorted(set(others))
        assert all(10**15 < number < 2**53 for number in others)

    def test_stays_the_same_whatever_becomes_of_the_version(self, fraud: Cast) -> None:
        number = number_of(fraud)

        fraud.contributor.patches("payments.fraud", "1.2.0", {"description": "x"})
        fraud.maintainer.moves("payments.fraud", "champion", "1.2.0")
        fraud.maintainer.removes("payments.fraud", "champion")
        fraud.maintainer.deletes("payments.fraud", "1.2.0")
        fraud.maintainer.restores("payments.fraud", "1.2.0")

        assert number_of(fraud) == number

    def test_goes_with_its_model_to_another_name(self, fraud: Cast) -> None:
        number = number_of(fraud)
        fraud.maintainer.moves("payments.fraud", "champion", "1.2.0")

        assert fraud.maintainer.renames("payments.fraud", "scam").status == 200

        found = asks(fraud.viewer, "GET", GET, {"name": "scam", "version": number}).body["model_version"]
        assert (found["registry_label"], found["aliases"]) == ("1.2.0", ["champion"])
        assert asks(fraud.viewer, "GET", GET, {"name": "fraud", "version": number}).status == 404

    def test_costs_a_registration_no_call(self, fraud: Cast) -> None:
        with counted_calls() as calls:
            assert fraud.contributor.registers("fraud", version="3.0.0").status == 201

        assert calls == ["TransactWriteItems"] * 2  # there is a higher one; as without a number
        with counted_calls() as calls:
            assert fraud.contributor.registers("fraud", version="3000.0.0").status == 201
        assert calls == ["TransactWriteItems"]

    def test_is_shared_by_no_two_labels_of_one_millisecond(self, payments: Cast) -> None:
        labels = labels_that_meet()
        with time_machine.travel(AT, tick=False):
            for label in labels:
                assert payments.contributor.registers("fraud", version=label).status == 201

        numbers = listed(payments)
        assert sorted(numbers) == sorted(labels)
        assert len(set(numbers.values())) == len(labels)

    def test_of_a_long_number_is_that_number(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1763933800123456")

        assert listed(payments) == {"1763933800123456": "1763933800123456"}
        assert asks(payments.viewer, "GET", GET, {"name": "fraud", "version": "1763933800123456"}).status == 200

    def test_that_somebody_takes_for_a_label_leaves_the_first_one_its_own(self, fraud: Cast) -> None:
        number = number_of(fraud)

        fraud.contributor.registers("fraud", version=number)

        assert (
            asks(fraud.viewer, "GET", GET, {"name": "fraud", "version": number}).body["model_version"]["registry_label"]
            == "1.2.0"
        )
        assert number_of(fraud, number) != number


def labels_that_meet() -> list[str]:
    """Labels of which two would have the same number, were they registered at once."""
    by_number: dict[int | None, str] = {}
    for minor in range(2000):
        label = VersionLabel(f"1.{minor}.0")
        number = sequence_of(label, at=AT)
        if number in by_number:
            return [by_number[number], label]
        by_number[number] = label
    raise AssertionError("Two thousand labels share a thousand numbers.")


class TestEveryCall:
    @pytest.mark.parametrize("by", ["number", "label"])
    def test_finds_a_version_by_its_number_and_by_its_label(self, fraud: Cast, by: str) -> None:
        number = number_of(fraud)
        version = {"name": "fraud", "version": number if by == "number" else "1.2.0"}
        tag = {"key": "owner", "value": "risk"}

        def does(method: str, address: str, **more: Any) -> Answer:
            answer = asks(fraud.maintainer, method, address, version | more)
            assert answer.status == 200, answer.body
            return answer

        assert does("GET", "model-versions/get-download-uri").body == {"artifact_uri": "s3://models/fraud/1.2.0"}
        does("PATCH", "model-versions/update", description="third")
        does("POST", "model-versions/set-tag", **tag)
        does("POST", "registered-models/alias", alias="champion")
        does("POST", "model-versions/transition-stage", stage="Production")
        does("POST", "model-versions/create", name="fraud", source=f"models:/fraud/{version['version']}")
        found = does("GET", GET).body["model_version"]
        assert (found["version"], found["registry_label"]) == (number, "1.2.0")
        assert (found["description"], found["tags"]) == ("third", [tag])
        assert (found["aliases"], found["current_stage"]) == (["champion"], "Production")
        does("DELETE", "model-versions/delete-tag", key="owner")
        does("DELETE", "model-versions/delete")
        assert asks(fraud.viewer, "GET", GET, version).status == 404

    def test_costs_as_much_as_by_its_label(self, fraud: Cast) -> None:
        costs = []
        for text in (number_of(fraud), "1.2.0"):
            with counted_calls() as calls:
                asks(fraud.viewer, "GET", GET, {"name": "fraud", "version": text})
                asks(fraud.contributor, "PATCH", "model-versions/update", {"name": "fraud", "version": text})
            costs.append(len(calls))
        assert costs[0] == costs[1]

    def test_tells_aliases_by_number(self, fraud: Cast) -> None:
        number = number_of(fraud)
        fraud.maintainer.moves("payments.fraud", "champion", "1.2.0")
        fraud.contributor.moves("payments.fraud", "shadow", "7")

        model = asks(fraud.viewer, "GET", "registered-models/get", {"name": "fraud"}).body["registered_model"]
        found = asks(fraud.viewer, "GET", "registered-models/search", {}).body["registered_models"]

        told = [{"alias": "champion", "version": number}, {"alias": "shadow", "version": "7"}]
        assert model["aliases"] == found[0]["aliases"] == told

    @pytest.mark.parametrize(("condition", "labels"), [("= {}", {"1.2.0"}), ("< {}", {"1.10.0", "2026-11-01", "7"})])
    def test_compares_numbers(self, fraud: Cast, condition: str, labels: set[str]) -> None:
        text = f"name = 'fraud' AND version_number {condition.format(number_of(fraud))}"

        found = asks(fraud.viewer, "GET", LIST, {"filter": text}).body["model_versions"]

        assert {version["registry_label"] or version["version"] for version in found} == labels

    def test_is_answered_alike_for_a_number_that_nothing_has(self, fraud: Cast) -> None:
        answer = asks(fraud.viewer, "GET", GET, {"name": "fraud", "version": "1763933800123457"})

        assert answer.status == 404
        assert answer.body["message"] == "Model Version (name=fraud, version=1763933800123457) not found"

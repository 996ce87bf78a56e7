"""Promised: "Creates are safe to repeat"; and what is registered twice on purpose is there twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.callers import Answer, Cast
from tests.costs import counted_calls
from tests.faults import Wire, lose_answer
from tests.mlflow.between import between
from tests.mlflow.client import run
from tests.mlflow.test_addresses import asks
from tests.server import Server
from tests.storage.conftest import proxy, wire

__all__ = ["proxy", "wire"]

CLIENT = "mlflow-python-client/3.17.2"
BASE = "/api/2.0/mlflow"
MODELS, VERSIONS = "registered-models/create", "model-versions/create"
FRAUD, FIRST = {"name": "fraud"}, {"name": "fraud", "source": "s3://models/fraud"}


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model without versions."""
    asks(payments.contributor, "POST", MODELS, FRAUD)
    return payments


def sent_on(cast: Cast, address: str, given: dict[str, Any]) -> str:
    """Where MLflow's client is told to ask again."""
    answer = asks(cast.contributor, "POST", address, given, user_agent=CLIENT)
    assert answer.status == 307
    return f"{BASE}/{address.partition('/')[0]}/{answer.location}"


def again(cast: Cast, location: str, given: dict[str, Any]) -> Answer:
    """Ask there."""
    return cast.contributor.calls("POST", location, given, user_agent=CLIENT)


class TestBeingSentOn:
    @pytest.mark.parametrize(("address", "given"), [(MODELS, {"name": "churn"}), (VERSIONS, FIRST)])
    def test_costs_no_call_and_makes_nothing(self, fraud: Cast, address: str, given: dict[str, Any]) -> None:
        with counted_calls() as calls:
            first, second = sent_on(fraud, address, given), sent_on(fraud, address, given)

        assert calls == []
        assert first != second

    def test_is_for_mlflows_client_alone(self, fraud: Cast) -> None:
        assert asks(fraud.contributor, "POST", VERSIONS, FIRST).status == 200

    def test_comes_after_the_refusal_of_what_cannot_be(self, fraud: Cast) -> None:
        given = {"name": "fraud", "source": "/tmp/x"}
        assert asks(fraud.contributor, "POST", VERSIONS, given, user_agent=CLIENT).status == 400

    @pytest.mark.parametrize(("address", "given", "most"), [(MODELS, {"name": "churn"}, 1), (VERSIONS, FIRST, 2)])
    def test_costs_the_create_no_call(self, fraud: Cast, address: str, given: dict[str, Any], most: int) -> None:
        location = sent_on(fraud, address, given)

        with counted_calls() as calls:
            assert again(fraud, location, given).status == 200

        assert len(calls) == most


class TestARepetition:
    @pytest.mark.parametrize(("address", "given"), [(MODELS, {"name": "churn"}), (VERSIONS, FIRST)])
    def test_is_answered_as_the_first_time(self, fraud: Cast, address: str, given: dict[str, Any]) -> None:
        location = sent_on(fraud, address, given)

        answers = [again(fraud, location, given) for _ in range(3)]

        assert [answer.status for answer in answers] == [200] * 3
        assert answers[0].body == answers[1].body == answers[2].body
        assert fraud.viewer.reads("payments.fraud").body["versionCount"] == (1 if address == VERSIONS else 0)

    @pytest.mark.parametrize(("address", "given"), [(MODELS, {"name": "churn"}), (VERSIONS, FIRST)])
    def test_after_all_answers_of_storage_were_lost_finds_what_was_made(
        self, fraud: Cast, wire: Wire, address: str, given: dict[str, Any]
    ) -> None:
        location = sent_on(fraud, address, given)
        wire.always("TransactWriteItems", lose_answer)
        busy = again(fraud, location, given)
        assert (busy.status, busy.body["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
        wire.mend()

        answer = again(fraud, location, given)

        assert answer.status == 200
        model = fraud.viewer.reads(f"payments.{given['name']}").body
        assert model["versionCount"] == (1 if address == VERSIONS else 0)

    def test_of_something_else_under_the_same_key_is_refused(self, fraud: Cast) -> None:
        location = sent_on(fraud, VERSIONS, FIRST)
        again(fraud, location, FIRST)

        answer = again(fraud, location, FIRST | {"source": "s3://models/other"})

        assert answer.body["error_code"] == "INVALID_PARAMETER_VALUE"
        assert 400 <= answer.status < 500

    def test_by_somebody_else_is_another_request(self, fraud: Cast) -> None:
        location = sent_on(fraud, VERSIONS, FIRST)
        again(fraud, location, FIRST)

        answer = fraud.maintainer.calls("POST", location, FIRST, user_agent=CLIENT)

        assert answer.body["model_version"]["version"] == "2"

    def test_under_an_idempotency_key_is_answered_likewise(self, fraud: Cast) -> None:
        answers = [asks(fraud.contributor, "POST", VERSIONS, FIRST, idempotency_key="mine") for _ in range(2)]

        assert answers[0].body == answers[1].body

    def test_of_a_request_without_a_key_makes_another_version(self, fraud: Cast) -> None:
        answers = [asks(fraud.contributor, "POST", VERSIONS, FIRST) for _ in range(2)]

        assert [answer.body["model_version"]["version"] for answer in answers] == ["1", "2"]


class TestTheClient:
    def test_registers_twice_what_it_wants_twice_whatever_answers_are_lost(
        self, server: Server, payments: Cast
    ) -> None:
        with between(server.port) as wire:
            wire.losing = [MODELS, VERSIONS, VERSIONS]

            printed = run("twice.py", server, payments.contributor, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{wire.port}")

            assert wire.losing == []
        assert len(set(printed.split())) == 2
        assert payments.viewer.reads("payments.fraud").body["versionCount"] == 2

    def test_keeps_its_credentials_and_workspace_on_the_way(self, server: Server, payments: Cast) -> None:
        token = (payments.admin.authorization or "").removeprefix("Bearer ")
        basic = {"MLFLOW_TRACKING_USERNAME": "any", "MLFLOW_TRACKING_PASSWORD": token, "MLFLOW_TRACKING_TOKEN": ""}

        assert run("twice.py", server, payments.admin, MLFLOW_WORKSPACE="payments", **basic).split() == ["1", "2"]

    def test_sends_what_is_refused_once(self, server: Server, payments: Cast) -> None:
        asks(payments.contributor, "POST", MODELS, FRAUD)
        with between(server.port) as wire:
            printed = run(
                "mistakes.py", server, payments.contributor, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{wire.port}"
            )

        refused = printed.split()
        assert len([status for _, _, status in wire.seen if status >= 400]) == len(refused)
        assert set(refused) == {"INVALID_PARAMETER_VALUE"}

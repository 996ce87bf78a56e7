"""The same key, the same answer: DESIGN 2, promise 3, "A client that retries is safe"."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from models_app.domain.clock import now
from models_app.domain.teams import Role
from tests.callers import Answer, Cast, token_holder

FRAUD = "payments.fraud"


@pytest.fixture
def payments(payments: Cast) -> Cast:
    """With two versions to deploy."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    return payments


def count(payments: Cast) -> int:
    """How many deployments there are."""
    return len(payments.viewer.lists("deployments").body["results"])


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one."""
    return (one.status, one.raw, one.location) == (other.status, other.raw, other.location)


class TestTheSameKey:
    def test_gives_the_same_answer_to_the_byte(self, payments: Cast) -> None:
        first, *others = [payments.maintainer.deploys(FRAUD, "1", key="a", environment="prod") for _ in range(3)]

        assert first.status == 202
        assert all(same(first, other) for other in others)
        assert count(payments) == 1
        assert payments.viewer.history(FRAUD).count("DeploymentRequested") == 1

    def test_whatever_became_of_it_since(self, payments: Cast) -> None:
        first = payments.maintainer.deploys(FRAUD, "1", key="a")
        payments.maintainer.reports(first, "FAILED")
        payments.contributor.patches(FRAUD, "1", {"status": "DEPRECATED"})
        payments.maintainer.deletes(FRAUD, "1")

        assert same(first, payments.maintainer.deploys(FRAUD, "1", key="a"))

    def test_and_however_the_same_body_is_written(self, payments: Cast) -> None:
        path = f"models/{FRAUD}/1/deploy"
        first = payments.maintainer.calls(
            "POST", path, raw=b'{"environment": "prod", "parameters": {"a": 1}}', idempotency_key="a"
        )

        again = payments.maintainer.calls(
            "POST", path, raw=b'{"parameters":{"a":1},"environment":"prod"}', idempotency_key="a"
        )

        assert same(first, again)

    @pytest.mark.parametrize("different", [{"environment": "test"}, {"parameters": {"x": 1.0}}, {"parameters": {}}, {}])
    def test_with_another_body_is_refused(self, payments: Cast, different: dict[str, object]) -> None:
        payments.maintainer.deploys(FRAUD, "1", key="a", environment="prod", parameters={"x": 1})

        answer = payments.maintainer.deploys(FRAUD, "1", key="a", **different)

        assert (answer.status, answer.slug) == (422, "idempotency-key-reused")
        assert count(payments) == 1

    def test_of_another_caller_is_another(self, payments: Cast) -> None:
        colleague = token_holder("payments", Role.MAINTAINER)
        payments.maintainer.deploys(FRAUD, "1", key="a")

        assert colleague.deploys(FRAUD, "1", key="a").slug == "deployment-blocked"
        assert colleague.deploys(FRAUD, "1", key="a", environment="test").status == 202

    def test_at_another_address_is_another(self, payments: Cast) -> None:
        first = payments.maintainer.deploys(FRAUD, "1", key="a", environment="prod")
        payments.maintainer.reports(first, "SUCCEEDED")

        assert payments.maintainer.deploys(FRAUD, "2", key="a", environment="prod").body["version"] == "2"

    def test_another_key_is_another_request(self, payments: Cast) -> None:
        payments.maintainer.deploys(FRAUD, "1", key="a")

        assert payments.maintainer.deploys(FRAUD, "1", key="b").slug == "deployment-blocked"


class TestWhatIsNotKept:
    def test_a_refusal(self, payments: Cast) -> None:
        assert payments.maintainer.deploys(FRAUD, "1", key="a", environment="A").status == 400
        assert payments.maintainer.deploys(FRAUD, "1", key="a", environment="prod").status == 202

    def test_a_blocked_one(self, payments: Cast) -> None:
        way = payments.maintainer.deploys(FRAUD, "2", environment="prod")
        assert payments.maintainer.deploys(FRAUD, "1", key="a", environment="prod").status == 409
        payments.maintainer.cancels(way)

        assert payments.maintainer.deploys(FRAUD, "1", key="a", environment="prod").status == 202

    def test_a_plan(self, payments: Cast) -> None:
        path = f"models/{FRAUD}/1/deploy"
        plan = payments.maintainer.calls("POST", f"{path}?dryRun=true", {}, idempotency_key="a")

        assert plan.status == 200
        assert payments.maintainer.deploys(FRAUD, "1", key="a").status == 202

    def test_what_somebody_asked_who_may_not(self, payments: Cast) -> None:
        payments.maintainer.deploys(FRAUD, "1", key="a")

        assert payments.contributor.deploys(FRAUD, "1", key="a").status == 403
        assert payments.outsider.deploys(FRAUD, "1", key="a").status == 404


class TestTheEndOfADay:
    @pytest.mark.parametrize(("later", "deployments"), [(timedelta(hours=23), 1), (timedelta(hours=24, seconds=1), 2)])
    def test_a_key_is_good_for_24_hours(self, payments: Cast, later: timedelta, deployments: int) -> None:
        first = payments.maintainer.deploys(FRAUD, "1", key="a")
        payments.maintainer.reports(first, "FAILED")

        with time_machine.travel(now() + later):
            again = payments.maintainer.deploys(FRAUD, "1", key="a")

            assert again.status == 202
            assert same(first, again) is (deployments == 1)
            assert same(again, payments.maintainer.deploys(FRAUD, "1", key="a"))
            assert count(payments) == deployments


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_has_1_to_255_printable_characters(payments: Cast, key: str) -> None:
    answer = payments.maintainer.deploys(FRAUD, "1", key=key)

    assert answer.wrong_fields == {"Idempotency-Key": "invalid"}
    assert payments.maintainer.deploys(FRAUD, "1", key="x" * 255).status == 202

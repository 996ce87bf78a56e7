"""A rollback under an Idempotency-Key: going back twice by mistake would be going nowhere."""

from __future__ import annotations

import pytest

from tests.api.deploying.test_rolling_back import FRAUD, ran
from tests.callers import Cast


@pytest.fixture
def payments(payments: Cast) -> Cast:
    """Where version 2 runs, and 1 did before it."""
    ran(payments, "1", "2")
    return payments


class TestTheSameKey:
    def test_goes_back_once_and_gives_one_answer(self, payments: Cast) -> None:
        first, *others = [payments.maintainer.rolls_back(FRAUD, environment="prod", key="a") for _ in range(3)]

        assert first.status == 202
        assert {(other.status, other.raw, other.location) for other in others} == {
            (first.status, first.raw, first.location)
        }
        assert len(payments.viewer.lists("deployments").body["results"]) == 3

    def test_also_after_it_has_arrived_there(self, payments: Cast) -> None:
        first = payments.maintainer.rolls_back(FRAUD, environment="prod", key="a")
        payments.maintainer.reports(first, "SUCCEEDED")

        assert payments.maintainer.rolls_back(FRAUD, environment="prod", key="a").raw == first.raw
        assert payments.maintainer.rolls_back(FRAUD, environment="prod", key="b").body["version"] == "2"

    def test_also_when_the_version_is_gone(self, payments: Cast) -> None:
        first = payments.maintainer.rolls_back(FRAUD, environment="prod", key="a")
        payments.maintainer.reports(first, "FAILED")
        payments.maintainer.deletes(FRAUD, "1")

        assert payments.maintainer.rolls_back(FRAUD, environment="prod", key="a").raw == first.raw

    @pytest.mark.parametrize("different", [{"environment": "test"}, {"detail": "why"}, {"deploymentTarget": "Lambda"}])
    def test_with_another_body_is_refused(self, payments: Cast, different: dict[str, str]) -> None:
        payments.maintainer.rolls_back(FRAUD, environment="prod", key="a")

        answer = payments.maintainer.rolls_back(FRAUD, **({"environment": "prod"} | different), key="a")

        assert (answer.status, answer.slug) == (422, "idempotency-key-reused")

    def test_is_not_that_of_a_deployment(self, payments: Cast) -> None:
        payments.maintainer.rolls_back(FRAUD, environment="prod", key="a")

        assert payments.maintainer.deploys(FRAUD, "2", environment="test", key="a").body["reason"] == "deploy"


def test_of_a_refusal_nothing_is_kept(payments: Cast) -> None:
    way = payments.maintainer.deploys(FRAUD, "2", environment="prod")
    assert payments.maintainer.rolls_back(FRAUD, environment="prod", key="a").slug == "deployment-blocked"
    payments.maintainer.cancels(way)

    assert payments.maintainer.rolls_back(FRAUD, environment="prod", key="a").status == 202

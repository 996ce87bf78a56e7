"""A registration under an Idempotency-Key: promised is "A client that retries is safe"."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from models_app.domain.clock import now
from models_app.domain.teams import Role
from tests.builders import a_registration
from tests.callers import Answer, Cast, token_holder

FRAUD = "payments.fraud"


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one: what counts of it is all but the id of the request."""
    return (one.status, one.raw, one.location, one.etag, one.headers["Content-Type"]) == (
        *(other.status, other.raw, other.location, other.etag, other.headers["Content-Type"]),
    )


class TestTheSameKey:
    @pytest.mark.parametrize("label", [None, "1.2.0"])
    def test_registers_one_version_and_gives_one_answer(self, payments: Cast, label: str | None) -> None:
        first, *others = [payments.contributor.registers("fraud", key="a", version=label) for _ in range(3)]

        assert first.status == 201
        assert all(same(first, other) for other in others)
        assert payments.viewer.labels(FRAUD) == [first.body["version"]]
        assert payments.viewer.history(FRAUD) == ["ModelVersionRegistered"]

    @pytest.mark.parametrize("label", [None, "1"])
    def test_whatever_became_of_the_version_since(self, payments: Cast, label: str | None) -> None:
        first = payments.contributor.registers("fraud", key="a", version=label)
        payments.contributor.patches(FRAUD, "1", {"description": "changed"})
        payments.maintainer.deletes(FRAUD, "1")

        assert same(first, payments.contributor.registers("fraud", key="a", version=label))

    def test_keeps_every_character_and_number(self, payments: Cast) -> None:
        body = {"description": "größer \N{PILE OF POO} \u2028 \"'\\", "metadata": {"big": 10**39, "small": 1e-300}}
        first, again = (payments.contributor.registers("fraud", key="a", **body) for _ in range(2))

        assert same(first, again)
        assert again.body["metadata"] == {"big": 10**39, "small": 1e-300}

    def test_answers_as_a_registration_without_a_key_does(self, payments: Cast) -> None:
        plain = payments.contributor.registers("churn", version="1")
        keyed = payments.contributor.registers("fraud", version="1", key="a")

        assert {name.lower() for name in plain.headers} == {name.lower() for name in keyed.headers}
        assert plain.raw.replace(b"churn", b"fraud")[:200] == keyed.raw[:200]

    @pytest.mark.parametrize("different", [{"framework": "onnx"}, {"version": "7"}, {"modelName": "churn"}])
    def test_with_another_body_is_refused(self, payments: Cast, different: dict[str, str]) -> None:
        payments.contributor.registers("fraud", key="a")

        answer = payments.contributor.calls("POST", "models", a_registration(**different), idempotency_key="a")

        assert (answer.status, answer.slug) == (422, "idempotency-key-reused")
        assert payments.viewer.finds() == [FRAUD]
        assert payments.viewer.labels(FRAUD) == ["1"]

    def test_with_a_body_that_is_in_conflict_is_refused_as_reused(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", key="a")

        answer = payments.contributor.registers("fraud", version="1", key="a", s3Uri="s3://models/other")

        assert (answer.status, answer.slug) == (422, "idempotency-key-reused")

    def test_of_another_caller_is_another(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", key="a")

        colleague = token_holder("payments", Role.CONTRIBUTOR)

        assert colleague.registers("fraud", key="a").body["version"] == "2"
        assert payments.admin.registers("fraud", key="a", teamId="payments").body["version"] == "3"

    def test_in_another_team_is_another(self, payments: Cast) -> None:
        for team in ("payments", "vision"):
            assert payments.admin.registers("fraud", key="a", teamId=team).body["version"] == "1"

    def test_is_good_for_24_hours(self, payments: Cast) -> None:
        first = payments.contributor.registers("fraud", key="a")
        for later, version in ((timedelta(hours=23, minutes=59), "1"), (timedelta(hours=24, seconds=1), "2")):
            with time_machine.travel(now() + later):
                answer = payments.contributor.registers("fraud", key="a")
            assert (answer.body["version"], same(first, answer)) == (version, version == "1")


class TestWhatIsNotKept:
    def test_a_refusal(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        conflict = payments.contributor.registers("fraud", version="1", s3Uri="s3://models/other", key="a")

        assert conflict.slug == "artifact-differs"
        assert payments.contributor.registers("fraud", version="2", key="a").status == 201

    def test_what_changed_nothing(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")

        assert payments.contributor.registers("fraud", version="1", key="a").status == 200
        assert payments.contributor.registers("fraud", version="2", key="a").status == 201

    def test_what_somebody_asks_who_may_not(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", key="a")

        assert payments.viewer.registers("fraud", key="a").status == 403
        assert payments.outsider.registers("fraud", key="a", teamId="payments").status == 404


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_has_1_to_255_printable_characters(payments: Cast, key: str) -> None:
    assert payments.contributor.registers("fraud", key=key).wrong_fields == {"Idempotency-Key": "invalid"}
    assert payments.viewer.finds() == []

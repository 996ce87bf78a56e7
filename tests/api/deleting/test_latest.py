"""What deleting and restoring do to ``latest``: it is always the highest version that is there."""

from __future__ import annotations

from itertools import permutations

import pytest

from models_app.storage.pages import MAX_QUERIES
from tests.callers import Cast
from tests.costs import counted_calls


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with three versions that differ in all that a summary shows."""
    payments.contributor.registers("fraud", version="1", framework="onnx", tags={"is": "one"})
    payments.contributor.registers("fraud", version="2", framework="torch", tags={"is": "two"})
    payments.contributor.registers("fraud", version="3", framework="xgb", deploymentTarget="Lambda")
    return payments


def latest(cast: Cast) -> str | None:
    """What ``latest`` means, wherever it is asked for."""
    model = cast.viewer.reads("payments.fraud").body["latestVersion"]
    [listed] = cast.viewer.lists("models").body["results"]
    version = cast.viewer.reads("payments.fraud", "latest")
    resolved = cast.viewer.resolves("payments.fraud", alias="latest")
    assert listed["latestVersion"] == model
    if model is None:
        assert (version.status, resolved.status) == (404, 404)
        return None
    assert version.body["version"] == resolved.body["version"] == model["version"]
    assert all(version.body[name] == model[name] for name in model)
    return str(model["version"])


class TestLatest:
    def test_deleting_the_highest_makes_the_next_one_latest(self, fraud: Cast) -> None:
        assert latest(fraud) == "3"

        fraud.maintainer.deletes("payments.fraud", "3")
        assert latest(fraud) == "2"

    def test_deleting_another_one_leaves_it_alone(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "2")

        assert latest(fraud) == "3"

    def test_latest_may_be_what_is_deleted(self, fraud: Cast) -> None:
        for expected in ("2", "1", None):
            assert fraud.maintainer.deletes("payments.fraud", "latest").status == 204
            assert latest(fraud) == expected
        assert fraud.maintainer.deletes("payments.fraud", "latest").slug == "version-not-found"

    def test_deleted_versions_in_between_are_skipped(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "2")
        fraud.maintainer.deletes("payments.fraud", "3")

        assert latest(fraud) == "1"

    def test_of_many_that_are_deleted_a_call_skips_many(self, fraud: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("models_app.storage.version_lists.DELETED_IN_A_ROW", 1)
        for number in range(4, 30):
            fraud.contributor.registers("fraud", version=str(number))
        for number in range(3, 29):
            fraud.maintainer.deletes("payments.fraud", str(number))

        with counted_calls() as calls:
            fraud.maintainer.deletes("payments.fraud", "29")

        # Two at a time, as often as one page does; then as many as there are.
        assert calls == ["BatchGetItem", *["Query"] * (MAX_QUERIES + 1), "TransactWriteItems"]
        assert latest(fraud) == "2"

    def test_restoring_the_highest_brings_latest_back(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "3")
        fraud.maintainer.restores("payments.fraud", "3")

        assert latest(fraud) == "3"

    def test_restoring_a_lower_one_leaves_it_alone(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "1")
        fraud.maintainer.restores("payments.fraud", "1")

        assert latest(fraud) == "3"

    @pytest.mark.parametrize("order", list(permutations("123")), ids="".join)
    def test_in_whatever_order_they_go_and_come_back(self, fraud: Cast, order: tuple[str, ...]) -> None:
        there = {"1", "2", "3"}
        for label in order:
            fraud.maintainer.deletes("payments.fraud", label)
            there.remove(label)
            assert latest(fraud) == max(there, default=None)
        for label in order:
            fraud.maintainer.restores("payments.fraud", label)
            there.add(label)
            assert latest(fraud) == max(there)

    def test_the_next_registration_becomes_latest_again(self, fraud: Cast) -> None:
        for label in ("1", "2", "3"):
            fraud.maintainer.deletes("payments.fraud", label)

        fraud.contributor.registers("fraud", version="0.1.0")

        assert latest(fraud) == "0.1.0"

    def test_changing_what_became_latest_changes_the_summary(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "3")

        fraud.contributor.patches("payments.fraud", "2", {"status": "DEPRECATED", "tags": {"is": "changed"}})

        assert latest(fraud) == "2"

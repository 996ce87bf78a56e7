"""If-Match: only who has seen the present state may replace it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from tests.callers import Answer, Cast

Write = Callable[..., Answer]


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with one version."""
    payments.contributor.registers("fraud", version="1")
    return payments


# Each write of a version with If-Match.
WRITES: dict[str, Callable[[Cast, str], Answer]] = {
    "PUT": lambda cast, etag: cast.contributor.replaces(
        "payments.fraud", "1", {"deploymentTarget": "Lambda"}, if_match=etag
    ),
    "PATCH": lambda cast, etag: cast.contributor.patches("payments.fraud", "1", {"description": "x"}, if_match=etag),
    "DELETE": lambda cast, etag: cast.maintainer.deletes("payments.fraud", "1", if_match=etag),
    "DELETE dryRun": lambda cast, etag: cast.maintainer.deletes(
        "payments.fraud", "1", query="?dryRun=true", if_match=etag
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
class TestIfMatch:
    def test_the_present_etag_lets_it_through(self, fraud: Cast, write: Write) -> None:
        assert write(fraud, fraud.viewer.reads("payments.fraud", "1").etag).status in {200, 204}

    def test_one_of_several_etags_is_enough(self, fraud: Cast, write: Write) -> None:
        etag = fraud.viewer.reads("payments.fraud", "1").etag

        assert write(fraud, f'"other", {etag}').status in {200, 204}

    def test_a_star_means_whatever_stands(self, fraud: Cast, write: Write) -> None:
        assert write(fraud, "*").status in {200, 204}

    @pytest.mark.parametrize("header", ["W/{etag}", '"other"', "", "nonsense"])
    def test_anything_else_is_refused_and_changes_nothing(self, fraud: Cast, write: Write, header: str) -> None:
        before = fraud.viewer.reads("payments.fraud", "1")

        answer = write(fraud, header.format(etag=before.etag))

        assert (answer.status, answer.slug) == (412, "revision-mismatch")
        assert fraud.viewer.reads("payments.fraud", "1").body == before.body

    def test_an_etag_from_before_a_change_is_refused(self, fraud: Cast, write: Write) -> None:
        old = fraud.viewer.reads("payments.fraud", "1").etag
        fraud.contributor.patches("payments.fraud", "1", {"tags": {"a": "b"}})

        assert write(fraud, old).slug == "revision-mismatch"

    def test_an_etag_of_another_version_is_refused(self, fraud: Cast, write: Write) -> None:
        assert write(fraud, fraud.contributor.registers("fraud", version="2").etag).slug == "revision-mismatch"


class TestTheAnswer:
    def test_it_says_what_has_changed_and_what_to_do(self, fraud: Cast) -> None:
        answer = fraud.contributor.patches("payments.fraud", "1", {"description": "x"}, if_match='"0"')

        assert answer.problem == snapshot(
            {
                "type": "/problems/revision-mismatch",
                "title": "It has changed since you read it",
                "status": 412,
                "detail": "The condition in If-Match or If-None-Match does not hold for version 1 of model "
                "payments.fraud as it stands. Read it again, then repeat your change.",
            }
        )

    def test_each_change_gives_a_new_etag_to_go_on_with(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud", "1").etag
        for text in ("a", "b", "c"):
            answer = fraud.contributor.patches("payments.fraud", "1", {"description": text}, if_match=etag)
            assert answer.status == 200
            assert answer.etag != etag
            etag = answer.etag
        assert fraud.viewer.reads("payments.fraud", "1").etag == etag

    def test_latest_is_compared_with_the_version_that_it_means_now(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud", "latest").etag
        fraud.contributor.registers("fraud", version="2")

        answer = fraud.contributor.patches("payments.fraud", "latest", {"description": "x"}, if_match=etag)

        assert answer.slug == "revision-mismatch"
        assert fraud.viewer.reads("payments.fraud", "2").body["description"] == ""

    def test_a_missing_version_is_missing_whatever_was_expected(self, fraud: Cast) -> None:
        answer = fraud.contributor.patches("payments.fraud", "9", {"description": "x"}, if_match="*")

        assert answer.slug == "version-not-found"

"""Compare and set: an alias moves or goes only from where the caller saw it."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with three versions, of which 1 is challenger."""
    for label in ("1", "2", "3"):
        payments.contributor.registers("fraud", version=label)
    payments.contributor.moves("payments.fraud", "challenger", "1")
    return payments


class TestIfMatch:
    def test_of_two_who_saw_the_same_only_the_first_moves_it(self, fraud: Cast) -> None:
        seen = fraud.viewer.alias("payments.fraud", "challenger").etag

        first = fraud.contributor.moves("payments.fraud", "challenger", "2", if_match=seen)
        second = fraud.contributor.moves("payments.fraud", "challenger", "3", if_match=seen)

        assert (first.status, second.status) == (200, 412)
        assert second.slug == "revision-mismatch"
        assert fraud.viewer.alias("payments.fraud", "challenger").body["version"] == "2"

    def test_the_answer_of_a_move_has_the_etag_for_the_next(self, fraud: Cast) -> None:
        first = fraud.contributor.moves("payments.fraud", "challenger", "2")

        assert fraud.contributor.moves("payments.fraud", "challenger", "3", if_match=first.etag).status == 200

    def test_coming_back_to_the_same_version_is_not_the_same_state(self, fraud: Cast) -> None:
        seen = fraud.viewer.alias("payments.fraud", "challenger").etag
        fraud.contributor.moves("payments.fraud", "challenger", "2")
        fraud.contributor.moves("payments.fraud", "challenger", "1")

        assert fraud.contributor.moves("payments.fraud", "challenger", "3", if_match=seen).status == 412

    def test_a_change_of_the_version_behind_it_does_not_matter(self, fraud: Cast) -> None:
        seen = fraud.viewer.alias("payments.fraud", "challenger").etag
        fraud.contributor.patches("payments.fraud", "1", {"description": "x"})

        assert fraud.contributor.moves("payments.fraud", "challenger", "2", if_match=seen).status == 200

    @pytest.mark.parametrize("header", ['"other"', "W/{etag}", "nonsense", ""])
    def test_anything_but_the_present_etag_is_refused(self, fraud: Cast, header: str) -> None:
        if_match = header.format(etag=fraud.viewer.alias("payments.fraud", "challenger").etag)

        assert fraud.contributor.moves("payments.fraud", "challenger", "2", if_match=if_match).status == 412
        assert fraud.contributor.moves("payments.fraud", "challenger", "1", if_match=if_match).status == 412
        assert fraud.contributor.removes("payments.fraud", "challenger", if_match=if_match).status == 412
        assert fraud.viewer.alias("payments.fraud", "challenger").body["version"] == "1"

    def test_a_star_means_that_there_is_one(self, fraud: Cast) -> None:
        assert fraud.contributor.moves("payments.fraud", "challenger", "2", if_match="*").status == 200
        assert fraud.contributor.moves("payments.fraud", "backup", "2", if_match="*").status == 412
        assert fraud.contributor.removes("payments.fraud", "challenger", if_match="*").status == 204

    def test_an_alias_that_is_gone_matches_nothing(self, fraud: Cast) -> None:
        seen = fraud.viewer.alias("payments.fraud", "challenger").etag
        fraud.contributor.removes("payments.fraud", "challenger")

        assert fraud.contributor.moves("payments.fraud", "challenger", "2", if_match=seen).status == 412
        assert fraud.contributor.removes("payments.fraud", "challenger", if_match=seen).slug == "alias-not-found"

    def test_removing_takes_the_present_etag(self, fraud: Cast) -> None:
        seen = fraud.viewer.alias("payments.fraud", "challenger").etag
        fraud.contributor.moves("payments.fraud", "challenger", "2")

        assert fraud.contributor.removes("payments.fraud", "challenger", if_match=seen).slug == "revision-mismatch"
        present = fraud.viewer.alias("payments.fraud", "challenger").etag
        assert fraud.contributor.removes("payments.fraud", "challenger", if_match=present).status == 204


class TestIfNoneMatch:
    def test_a_star_makes_an_alias_only_where_there_is_none(self, fraud: Cast) -> None:
        assert fraud.contributor.moves("payments.fraud", "backup", "1", if_none_match="*").status == 201
        assert fraud.contributor.moves("payments.fraud", "backup", "2", if_none_match="*").problem == snapshot(
            {
                "type": "/problems/revision-mismatch",
                "title": "It has changed since you read it",
                "status": 412,
                "detail": "The condition in If-Match or If-None-Match does not hold for alias backup as it stands. "
                "Read it again, then repeat your change.",
            }
        )
        assert fraud.viewer.alias("payments.fraud", "backup").body["version"] == "1"

    def test_a_reader_who_has_it_already_gets_304(self, fraud: Cast) -> None:
        etag = fraud.viewer.alias("payments.fraud", "challenger").etag

        answer = fraud.viewer.alias("payments.fraud", "challenger", if_none_match=etag)

        assert (answer.status, answer.raw, answer.etag) == (304, b"", etag)

    def test_a_move_is_news(self, fraud: Cast) -> None:
        etag = fraud.viewer.alias("payments.fraud", "challenger").etag
        fraud.contributor.moves("payments.fraud", "challenger", "2")

        assert fraud.viewer.alias("payments.fraud", "challenger", if_none_match=etag).body["version"] == "2"

"""Removing an alias: the name is free again, the version stays."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with the versions 1 and 2, of which 1 is challenger."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    payments.contributor.moves("payments.fraud", "challenger", "1")
    return payments


class TestRemoving:
    def test_a_contributor_takes_it_away(self, fraud: Cast) -> None:
        answer = fraud.contributor.removes("payments.fraud", "challenger")

        assert (answer.status, answer.raw) == (204, b"")
        assert fraud.viewer.alias("payments.fraud", "challenger").slug == "alias-not-found"
        assert fraud.viewer.reads("payments.fraud", "@challenger").slug == "version-not-found"
        assert fraud.viewer.reads("payments.fraud").body["aliases"] == {}

    def test_the_version_stays_without_it(self, fraud: Cast) -> None:
        fraud.contributor.removes("payments.fraud", "challenger")

        assert fraud.viewer.reads("payments.fraud", "1").body["aliases"] == []

    def test_other_aliases_of_the_version_stay(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "backup", "1")

        fraud.contributor.removes("payments.fraud", "challenger")

        assert fraud.viewer.reads("payments.fraud", "@backup").body["aliases"] == ["backup"]

    def test_it_is_in_the_history(self, fraud: Cast) -> None:
        fraud.contributor.removes("payments.fraud", "challenger")

        event = fraud.viewer.gets("models/payments.fraud/events").body["results"][0]

        assert (event["eventType"], event["version"]) == ("AliasRemoved", "1")
        assert event["data"] == {"alias": "challenger", "from": "1"}

    def test_the_name_can_be_given_again(self, fraud: Cast) -> None:
        fraud.contributor.removes("payments.fraud", "challenger")

        assert fraud.contributor.moves("payments.fraud", "challenger", "2").status == 201

    def test_a_missing_one_is_missing(self, fraud: Cast) -> None:
        assert fraud.contributor.removes("payments.fraud", "backup").problem == snapshot(
            {
                "type": "/problems/alias-not-found",
                "title": "No such alias",
                "status": 404,
                "detail": "The model has no such alias, or none that you may see. "
                "GET /api/v1/models/{modelId} lists them.",
            }
        )
        assert fraud.contributor.removes("payments.nothing", "challenger").slug == "alias-not-found"

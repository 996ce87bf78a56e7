"""What happened, as sentences."""

from __future__ import annotations

import doctest

import pytest

from models_app.domain.events import EventKind
from models_app.web.pages import feed, values
from tests.callers import Cast
from tests.web.looking.pages import a_reader


class TestTheFeed:
    def test_each_kind_has_a_sentence(self) -> None:
        kept_with_users = {EventKind.USER_CREATED, EventKind.USER_UPDATED}

        assert set(EventKind) - kept_with_users == set(feed.SENTENCES)

    def test_of_a_model(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.contributor.registers("fraud", version="1.1.0")
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
        payments.maintainer.moves("payments.fraud", "champion", "1.1.0")
        payments.maintainer.removes("payments.fraud", "champion")
        asked = payments.maintainer.deploys("payments.fraud", "1.1.0", environment="prod")
        payments.maintainer.reports(asked, "FAILED", detail="Out of memory.")
        payments.maintainer.deletes("payments.fraud", "1.0.0")

        page = a_reader(payments).opens("models/payments.fraud/events")

        assert [each.text for each in page.all("strong")][1:] == [
            "Version 1.0.0 deleted",
            "Deployment of 1.1.0 to prod (EKS): failed",
            "Deployment of 1.1.0 to prod (EKS) requested",
            "Alias champion removed from 1.1.0",
            "Alias champion moved from 1.0.0 to 1.1.0",
            "Alias champion set to 1.0.0",
            "Version 1.1.0 registered",
            "Version 1.0.0 registered",
        ]
        assert "Out of memory." in page.text
        assert page.links["payments.fraud"] == "/api/v1/models/payments.fraud"

    def test_of_a_team(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")

        page = a_reader(payments).opens("events")

        said = [each.text for each in page.all("strong")][1:]
        assert page.heading == "Activity of payments"
        assert said[0] == "ada added as maintainer"
        assert said[1] == "Version 1.0.0 registered"
        assert said[-1] == "Team founded"

    def test_it_goes_on(self, payments: Cast) -> None:
        for at in range(3):
            payments.contributor.registers("fraud", version=f"1.{at}.0")
        reader = a_reader(payments)

        following = reader.opens(reader.opens("models/payments.fraud/events", limit=2).links["Next page"])

        assert [each.text for each in following.all("strong")][1:] == ["Version 1.0.0 registered"]
        assert "First page" in following.links


class TestValues:
    @pytest.mark.parametrize("module", [feed, values], ids=["feed", "values"])
    def test_the_examples_in_the_code_hold(self, module: object) -> None:
        outcome = doctest.testmod(module)  # type: ignore[arg-type]

        assert outcome.attempted > 0
        assert outcome.failed == 0

    def test_a_number_beyond_any_float_is_shown(self) -> None:
        assert values.text_of(10**350).startswith("10000")
        assert values.text_of(value=True) == "true"
        assert values.text_of(None) == "null"

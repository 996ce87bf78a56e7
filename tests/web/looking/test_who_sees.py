"""Who sees a page, and what stands in the place of those that one may not see."""

from __future__ import annotations

import re

import pytest

from models_app.domain.teams import Role
from tests.callers import Cast, a_person
from tests.web.looking.pages import Reader, a_reader

PAGES = [
    "models/{team}.fraud",
    "models/{team}.fraud/versions",
    "models/{team}.fraud/events",
    "models/{team}.fraud/1.0.0",
    "models/{team}.fraud/1.0.0/deployments",
    "models?teamId={team}",
    "deployments?teamId={team}",
    "events?teamId={team}",
    "/web/models/{team}.fraud/compare?version=1.0.0&version=1.1.0",
]


class TestOutsiders:
    @pytest.mark.parametrize("path", PAGES)
    def test_another_teams_page_looks_like_a_missing_one(self, payments: Cast, path: str) -> None:
        for label in ("1.0.0", "1.1.0"):
            payments.contributor.registers("fraud", version=label)
        reader = Reader(a_person("eve", roles={"vision": Role.MAINTAINER}))

        hidden = reader.opens(path.format(team="payments"), status=404).raw
        missing = reader.opens(path.format(team="nobodys"), status=404).raw

        assert _without_passing(hidden).replace("payments", "nobodys") == _without_passing(missing)

    @pytest.mark.parametrize("path", PAGES)
    def test_who_is_not_signed_in_is_sent_there(self, payments: Cast, path: str) -> None:
        reader = Reader(payments.anonymous)
        url = path.format(team="payments")

        answer = reader.caller.client.get(
            url if url.startswith("/") else f"/api/v1/{url}", headers={"accept": "text/html"}
        )

        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login?next=")


class TestEveryPage:
    @pytest.mark.parametrize("path", PAGES)
    def test_it_has_one_heading_names_for_its_regions_and_nothing_inline(self, payments: Cast, path: str) -> None:
        for label in ("1.0.0", "1.1.0"):
            payments.contributor.registers("fraud", version=label, metrics={"auc": 0.9})
        payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")

        page = a_reader(payments).opens(path.format(team="payments"))

        assert page.heading
        assert all(each.attributes.get("aria-label") for each in page.all("div", role="region"))
        assert all(each.attributes.get("scope") for each in page.all("th"))
        assert all(each.attributes.get("src") for each in page.all("script"))
        assert not [each for each in page.elements if {"style", "onclick", "onload"} & set(each.attributes)]
        assert not page.all("style")
        ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
        assert len(ids) == len(set(ids))
        assert {"Page", "API request", "JSON"} <= set(page.links) or path.startswith("/web/")


def _without_passing(raw: str) -> str:
    """A page without its request's id and its CSRF token."""
    return re.sub(r"[0-9A-HJKMNP-TV-Z]{26}|value=\"\w{64}\"", "", raw)

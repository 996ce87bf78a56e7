"""Whatever people write stands on the pages as they wrote it, and nowhere as markup."""

from __future__ import annotations

import pytest

from models_app.domain.teams import Role
from tests.callers import Cast
from tests.web.looking.pages import Page, Reader, a_reader

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></svg><svg onload=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "javascript:alert(1)",
    "<!--",
]


def full_of(payload: str, payments: Cast) -> str:
    """A model that says it in each text; the id of a deployment of it."""
    for label in ("1.0.0", "1.1.0"):
        answer = payments.contributor.registers(
            "fraud",
            version=label,
            description=payload,
            frameworkVersion=payload[:60],
            metrics={payload: 0.5},
            tags={payload.replace(":", " ")[:60]: payload},
            metadata={payload: {"inner": payload, "list": [payload]}},
            signature={payload: [{"name": payload, "type": payload, payload: payload}]},
            lineage={"runId": payload, "parents": [payload, {"modelId": payload, "version": payload}]},
            s3Uri=f"s3://models/{payload.replace('../', '')}",
        )
        assert answer.status == 201, answer.body
    payments.contributor.describes(
        "payments.fraud", {"description": payload, "tags": {payload.replace(":", " ")[:60]: payload}}
    )
    payments.contributor.patches("payments.fraud", "1.1.0", {"description": f"{payload}!", "tags": {"x": payload}})
    asked = payments.maintainer.deploys("payments.fraud", "1.1.0", environment="prod", parameters={payload: payload})
    payments.maintainer.reports(asked, "FAILED", detail=payload)
    return str(asked.body["deploymentId"])


def pages_of(reader: Reader, deployment: str) -> list[Page]:
    """All pages that show it."""
    return [
        reader.opens("models"),
        reader.opens("models/payments.fraud"),
        reader.opens("models/payments.fraud/versions"),
        reader.opens("models/payments.fraud/1.1.0"),
        reader.opens("models/payments.fraud/1.1.0/deployments"),
        reader.opens("models/payments.fraud/events"),
        reader.opens("events"),
        reader.opens("deployments"),
        reader.opens(f"deployments/{deployment}"),
        reader.opens("/web/models/payments.fraud/compare", version=["1.0.0", "1.1.0"]),
    ]


def tags_of(page: Page) -> list[tuple[str, list[str]]]:
    """The structure of a page: which tags with which attributes."""
    return [(each.tag, sorted(each.attributes)) for each in page.elements]


class TestTexts:
    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_none_becomes_markup(self, payments: Cast, payload: str) -> None:
        deployment = full_of(payload, payments)

        for page in pages_of(a_reader(payments), deployment):
            assert not [each for each in page.all("script") if each.attributes.get("src") is None]
            assert not page.all("img")
            assert not [name for each in page.elements for name in each.attributes if name.startswith("on")]
            assert not [
                href for href in page.links.values() if not href.startswith(("/", "#", "http://testserver/")) and href
            ]

    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_a_filter_says_again_what_was_typed(self, payments: Cast, payload: str) -> None:
        page = a_reader(payments, role=Role.VIEWER).opens("models", namePattern=payload, tag=payload)

        assert page.all("input", name="namePattern")[0].attributes["value"] == payload
        assert page.all("input", name="tag")[0].attributes["value"] == payload
        plain = a_reader(payments, role=Role.VIEWER, username="eve").opens("models", namePattern="a", tag="b")
        assert tags_of(page) == tags_of(plain)

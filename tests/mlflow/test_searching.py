"""Searching goes on where a page ended, whatever the page held."""

from __future__ import annotations

import pytest

from models_app.mlflow import searches
from tests.callers import Cast
from tests.mlflow.test_addresses import asks


def test_versions_behind_many_models_without_any_are_found(payments: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "FILTERED_BATCH", 2)
    monkeypatch.setattr(searches, "MAX_CALLS", 2)
    for number in range(11):
        asks(payments.contributor, "POST", "registered-models/create", {"name": f"empty {number:02}"})
    for number in range(3):
        payments.contributor.registers("fraud", version=f"{number}.0.0")
    payments.contributor.registers("zebra")

    found, pages, token = [], 0, ""
    while pages == 0 or token:
        answer = asks(payments.viewer, "GET", "model-versions/search", {"page_token": token}).body
        found += [(each["name"], each["registry_label"] or each["version"]) for each in answer["model_versions"]]
        token, pages = answer.get("next_page_token", ""), pages + 1

    assert found == [("fraud", "2.0.0"), ("fraud", "1.0.0"), ("fraud", "0.0.0"), ("zebra", "1")]
    assert pages > 3


def test_models_in_the_order_of_a_token_stay_so(payments: Cast) -> None:
    for name in ("b", "a", "c"):
        payments.contributor.registers(name)

    names, token = [], ""
    while not names or token:
        query = {"order_by": "timestamp DESC", "max_results": 1, "page_token": token}
        answer = asks(payments.viewer, "GET", "registered-models/search", query).body
        names += [model["name"] for model in answer["registered_models"]]
        token = answer.get("next_page_token", "")

    assert names == ["c", "a", "b"]

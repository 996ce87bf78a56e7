"""Searching goes on where a page ended, whatever the page held."""

from __future__ import annotations

import pytest

from models_app.mlflow import searches, stages
from models_app.storage import pages
from tests.callers import Cast
from tests.costs import counted_calls
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


def found_by(cast: Cast, **query: str | int) -> list[list[str]]:
    """The versions on each page of a search."""
    found, token = [], ""
    while not found or token:
        answer = asks(cast.viewer, "GET", "model-versions/search", query | {"page_token": token}).body
        found.append([version["version"] for version in answer.get("model_versions", [])])
        token = answer.get("next_page_token", "")
    return found


def test_a_model_with_too_many_versions_to_order_is_not_read_twice(
    payments: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "MOST_VERSIONS", 3)
    for number in range(1, 8):
        payments.contributor.registers("fraud", version=str(number))
    payments.viewer.gets("me")  # who is known costs no call
    query = {"filter": "name = 'fraud'"}

    with counted_calls() as calls:
        asks(payments.viewer, "GET", "model-versions/search", query)

    assert calls == ["Query"]
    assert found_by(payments, **query) == [["7", "6", "5"], ["4", "3", "2"], ["1"]]
    assert found_by(payments, **query, max_results=2) == [["7", "6"], ["5", "4"], ["3", "2"], ["1"]]


@pytest.mark.parametrize("calls", [2, 20])
def test_versions_below_many_that_are_deleted_are_found(
    payments: Cast, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    monkeypatch.setattr(pages, "MAX_QUERIES", 1)
    monkeypatch.setattr(searches, "FILTERED_BATCH", 1)
    monkeypatch.setattr(searches, "MAX_CALLS", calls)
    for number in range(1, 9):
        payments.contributor.registers("fraud", version=str(number))
    for number in range(2, 8):
        payments.maintainer.deletes("payments.fraud", str(number))

    assert [version for page in found_by(payments) for version in page] == ["8", "1"]


def test_the_bounds_are_the_published_ones() -> None:
    assert (searches.MAX_CALLS, searches.FILTERED_BATCH, searches.MOST_VERSIONS) == (20, 250, 1000)
    assert (stages.NEWEST, stages.MAX_PAGES * pages.MAX_QUERIES) == (100, 20)

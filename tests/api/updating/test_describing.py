"""PATCH of a model: a JSON merge patch of its own description and tags, which belong to no version."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with one version and a description of its own."""
    payments.contributor.registers("fraud", version="1", description="The version's.", tags={"of": "version"})
    payments.contributor.describes("payments.fraud", {"description": "The model's.", "tags": {"of": "model"}})
    return payments


class TestDescribing:
    def test_a_contributor_changes_description_and_tags(self, fraud: Cast) -> None:
        answer = fraud.contributor.describes("payments.fraud", {"description": "New.", "tags": {"a": "b"}})

        assert answer.status == 200
        assert (answer.body["description"], answer.body["tags"]) == ("New.", {"of": "model", "a": "b"})
        read = fraud.viewer.reads("payments.fraud")
        assert answer.body == {name: value for name, value in read.body.items() if name != "versions"}
        assert answer.etag == read.etag

    def test_the_version_keeps_its_own(self, fraud: Cast) -> None:
        version = fraud.viewer.reads("payments.fraud", "1").body

        assert (version["description"], version["tags"]) == ("The version's.", {"of": "version"})

    @pytest.mark.parametrize(
        ("patch", "after"),
        [
            ({}, ("The model's.", {"of": "model"})),
            ({"description": ""}, ("", {"of": "model"})),
            ({"description": None}, ("", {"of": "model"})),
            ({"tags": {}}, ("The model's.", {"of": "model"})),
            ({"tags": None}, ("The model's.", {})),
            ({"tags": {"of": None}}, ("The model's.", {})),
            ({"tags": {"of": "x", "a": "b"}}, ("The model's.", {"of": "x", "a": "b"})),
        ],
        ids=str,
    )
    def test_what_is_left_out_stays_and_null_takes_away(
        self, fraud: Cast, patch: dict[str, Any], after: tuple[str, dict[str, str]]
    ) -> None:
        model = fraud.contributor.describes("payments.fraud", patch).body

        assert (model["description"], model["tags"]) == after

    @pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
    def test_both_media_types_are_read(self, fraud: Cast, content_type: str) -> None:
        answer = fraud.contributor.describes("payments.fraud", {"description": "x"}, content_type=content_type)

        assert answer.body["description"] == "x"

    def test_the_change_is_in_the_history(self, fraud: Cast) -> None:
        fraud.contributor.describes("payments.fraud", {"description": "New."})

        event = fraud.viewer.gets("models/payments.fraud/events").body["results"][0]

        assert (event["eventType"], event["version"]) == ("ModelUpdated", None)
        assert event["data"] == {"changes": {"description": {"from": "The model's.", "to": "New."}}}

    def test_a_change_to_the_same_leaves_no_trace(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud")

        answer = fraud.contributor.describes("payments.fraud", {"description": "The model's.", "tags": {"of": "model"}})

        assert answer.etag == before.etag
        assert fraud.viewer.reads("payments.fraud").body == before.body
        assert fraud.viewer.history("payments.fraud").count("ModelUpdated") == 1

    def test_a_later_version_leaves_it_as_it_is(self, fraud: Cast) -> None:
        fraud.contributor.registers("fraud", version="2", description="Another.")

        assert fraud.viewer.reads("payments.fraud").body["description"] == "The model's."


class TestRefusals:
    @pytest.mark.parametrize(
        ("patch", "wrong"),
        [
            ({"description": 7}, {"description": "invalid"}),
            ({"description": "x" * 10_001}, {"description": "max_length"}),
            ({"tags": {"a": 1}}, {"tags.a": "invalid"}),
            ({"tags": {f"t{number}": "" for number in range(50)}}, {"tags": "too_many"}),
            ({"colour": "red", "modelName": "x"}, {"colour": "unknown", "modelName": "unknown"}),
            ({"colour": None}, {"colour": "unknown"}),
            ({"version": "1", "tags": []}, {"version": "unknown", "tags": "object"}),
        ],
        ids=lambda value: f"{value!s:.40}",
    )
    def test_what_is_wrong_is_named_and_changes_nothing(
        self, fraud: Cast, patch: dict[str, Any], wrong: dict[str, str]
    ) -> None:
        before = fraud.viewer.reads("payments.fraud").body

        assert fraud.contributor.describes("payments.fraud", patch).wrong_fields == wrong
        assert fraud.viewer.reads("payments.fraud").body == before

    def test_a_viewer_is_told_which_role_it_takes(self, fraud: Cast) -> None:
        assert fraud.viewer.describes("payments.fraud", {"description": "x"}).problem["detail"] == snapshot(
            "Updating takes the role contributor in team payments; yours is viewer."
        )

    def test_a_missing_model_is_missing(self, fraud: Cast) -> None:
        assert fraud.contributor.describes("payments.nothing", {"description": "x"}).slug == "model-not-found"

    @pytest.mark.parametrize("header", ['"0"', "W/{etag}", "nonsense"])
    def test_an_etag_that_is_not_the_present_one_is_refused(self, fraud: Cast, header: str) -> None:
        etag = fraud.viewer.reads("payments.fraud").etag

        answer = fraud.contributor.describes("payments.fraud", {"description": "x"}, if_match=header.format(etag=etag))

        assert (answer.status, answer.slug) == (412, "revision-mismatch")
        assert fraud.viewer.reads("payments.fraud").body["description"] == "The model's."

    def test_the_present_etag_lets_it_through(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud").etag

        assert fraud.contributor.describes("payments.fraud", {"description": "x"}, if_match=etag).status == 200
        assert fraud.contributor.describes("payments.fraud", {"description": "y"}, if_match=etag).status == 412
        assert fraud.contributor.describes("payments.fraud", {"description": "z"}, if_match="*").status == 200

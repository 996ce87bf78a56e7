"""The filters of the list. All that are given must hold; they look at the model and its latest version."""

from __future__ import annotations

import pytest

from tests.callers import Cast


@pytest.fixture
def library(payments: Cast) -> Cast:
    """Three models that differ in everything that can be filtered by."""
    register = payments.contributor.registers
    register("fraud-detector", framework="sklearn", deploymentTarget="EKS", tags={"stage": "prod", "owner": "ada"})
    register("churn", framework="torch", deploymentTarget="Lambda", tags={"stage": "test"})
    register("Fraud scorer", framework="xgb", deploymentTarget="EKS", version="1")
    payments.contributor.patches("payments.Fraud scorer", "1", {"status": "DEPRECATED"})
    return payments


CHURN, DETECTOR, SCORER = "payments.churn", "payments.fraud-detector", "payments.Fraud scorer"


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, [SCORER, CHURN, DETECTOR]),
            ({"framework": "scikit-learn"}, [DETECTOR]),
            ({"framework": "SKLearn"}, [DETECTOR]),
            ({"framework": "onnx"}, []),
            ({"deploymentTarget": "EKS"}, [SCORER, DETECTOR]),
            ({"deploymentTarget": "lambda"}, [CHURN]),
            ({"status": "REGISTERED"}, [CHURN, DETECTOR]),
            ({"status": "DEPRECATED"}, [SCORER]),
            ({"status": "DEPLOYED"}, []),
            ({"namePattern": "fraud"}, [SCORER, DETECTOR]),
            ({"namePattern": "D S"}, [SCORER]),
            ({"namePattern": "-det"}, [DETECTOR]),
            ({"namePattern": "payments"}, []),
            ({"namePattern": ".*"}, []),
            ({"tag": "stage"}, [CHURN, DETECTOR]),
            ({"tag": "stage:prod"}, [DETECTOR]),
            ({"tag": ["stage", "owner:ada"]}, [DETECTOR]),
            ({"tag": ["stage:prod", "stage:test"]}, []),
            ({"tag": "Stage"}, []),
            ({"tag": "stag"}, []),
            ({"teamId": "payments", "deploymentTarget": "EKS", "namePattern": "det"}, [DETECTOR]),
            ({"framework": "torch", "deploymentTarget": "EKS"}, []),
        ],
        ids=str,
    )
    def test_what_a_filter_leaves(self, library: Cast, query: dict[str, str], found: list[str]) -> None:
        assert library.viewer.finds(**query) == found

    def test_they_look_at_the_latest_version_alone(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", framework="sklearn", tags={"old": "1"})
        payments.contributor.registers("fraud", version="2", framework="torch", tags={"new": "1"})

        assert payments.viewer.finds(framework="sklearn") == []
        assert payments.viewer.finds(tag="old") == []
        assert payments.viewer.finds(framework="torch", tag="new") == ["payments.fraud"]

    def test_they_follow_the_latest_version_when_it_changes_goes_and_returns(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", framework="sklearn", tags={"old": "1"})
        payments.contributor.registers("fraud", version="2", framework="torch", tags={"new": "1"})

        payments.contributor.patches(
            "payments.fraud", "2", {"tags": {"new": None, "newer": "1"}, "deploymentTarget": "Lambda"}
        )
        assert payments.viewer.finds(tag="new") == []
        assert payments.viewer.finds(tag="newer:1", deploymentTarget="Lambda") == ["payments.fraud"]

        payments.maintainer.deletes("payments.fraud", "2")
        assert payments.viewer.finds(tag="newer") == []
        assert payments.viewer.finds(tag="old", framework="sklearn", deploymentTarget="EKS") == ["payments.fraud"]

        payments.maintainer.restores("payments.fraud", "2")
        assert payments.viewer.finds(tag="newer", framework="torch") == ["payments.fraud"]

    def test_a_model_without_versions_passes_no_filter_on_versions(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", tags={"stage": "prod"})
        payments.maintainer.deletes("payments.fraud", "1")

        assert payments.viewer.finds(framework="sklearn") == []
        assert payments.viewer.finds(tag="stage") == []
        assert payments.viewer.finds(namePattern="fraud") == ["payments.fraud"]


class TestTags:
    def test_those_of_the_model_and_of_its_latest_version_both_count(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", tags={"stage": "prod"})
        payments.contributor.describes("payments.fraud", {"tags": {"domain": "cards"}})

        assert payments.viewer.finds(tag="domain:cards") == ["payments.fraud"]
        assert payments.viewer.finds(tag=["domain", "stage:prod"]) == ["payments.fraud"]

    def test_a_tag_that_was_taken_away_finds_nothing(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.contributor.describes("payments.fraud", {"tags": {"domain": "cards"}})
        payments.contributor.describes("payments.fraud", {"tags": {"domain": None}})

        assert payments.viewer.finds(tag="domain") == []

    def test_a_value_may_hold_colons(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", tags={"source": "https://example.org/a?b=c&d"})

        assert payments.viewer.finds(tag="source:https://example.org/a?b=c&d") == ["payments.fraud"]
        assert payments.viewer.finds(tag="source:https") == []

    def test_an_empty_value_is_a_value(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", tags={"reviewed": ""})

        assert payments.viewer.finds(tag="reviewed") == ["payments.fraud"]
        assert payments.viewer.finds(tag="reviewed:") == ["payments.fraud"]


class TestTimes:
    def test_only_what_changed_later_is_found(self, payments: Cast) -> None:
        payments.contributor.registers("churn")
        fraud = payments.contributor.registers("fraud").body["updatedAt"]

        before = payments.viewer.reads("payments.churn").body["updatedAt"]

        assert payments.viewer.finds(updatedAfter="2020-01-01T00:00:00Z") == ["payments.churn", "payments.fraud"]
        assert payments.viewer.finds(updatedAfter=before) == ["payments.fraud"]
        assert payments.viewer.finds(updatedAfter=fraud) == []

    def test_any_offset_is_understood(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")

        assert payments.viewer.finds(updatedAfter="2020-01-01T00:00:00+02:00") == ["payments.fraud"]
        assert payments.viewer.finds(updatedAfter="2999-01-01T00:00:00-08:00") == []

    @pytest.mark.parametrize("change", ["update", "alias", "description", "deletion"])
    def test_every_change_counts(self, payments: Cast, change: str) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.contributor.registers("fraud", version="2")
        before = payments.viewer.reads("payments.fraud").body["updatedAt"]
        {
            "update": lambda: payments.contributor.patches("payments.fraud", "1", {"description": "x"}),
            "alias": lambda: payments.contributor.moves("payments.fraud", "challenger", "1"),
            "description": lambda: payments.contributor.describes("payments.fraud", {"description": "x"}),
            "deletion": lambda: payments.maintainer.deletes("payments.fraud", "1"),
        }[change]()

        assert payments.viewer.finds(updatedAfter=before) == ["payments.fraud"]

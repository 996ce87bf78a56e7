"""The page of a version."""

from __future__ import annotations

from tests.builders import SIGNATURE
from tests.callers import Cast
from tests.web.looking.pages import a_reader

DIGEST = "ab" * 32


class TestWhatItShows:
    def test_artifact_metrics_parameters_and_signature(self, payments: Cast) -> None:
        payments.contributor.registers(
            "fraud",
            version="1.0.0",
            sha256=DIGEST,
            sizeBytes=2048,
            metrics={"auc": 0.923976608, "rows": 1200},
            metadata={"hyperparameters": {"depth": 3}, "features": ["a", "b"]},
            signature=SIGNATURE,
            tags={"stage": "candidate"},
        )

        page = a_reader(payments).opens("models/payments.fraud/1.0.0")

        assert page.heading.startswith("1.0.0 Registered")
        for text in ("s3://models/fraud/model.joblib", DIGEST, "2.0 KB", "stage: candidate"):
            assert text in page.text
        assert page.row("auc") == ["auc", "0.923977"]
        assert page.row("rows") == ["rows", "1200"]
        assert page.row("hyperparameters.depth") == ["hyperparameters.depth", "3"]
        assert page.row("features") == ["features", '["a","b"]']
        assert page.row("amount") == ["amount", "double", "required"]
        assert page.row("#1") == ["#1", "long", "required"]

    def test_any_document_may_stand_for_a_signature(self, payments: Cast) -> None:
        for at, signature in enumerate([{"inputs": "anything"}, {"inputs": [1, None, {"type": {"a": [1]}}]}, {}]):
            payments.contributor.registers("fraud", version=f"1.{at}.0", signature=signature)
            page = a_reader(payments, username=f"ada{at}").opens(f"models/payments.fraud/1.{at}.0")
            assert page.heading.startswith(f"1.{at}.0")

    def test_it_is_found_by_alias_and_as_the_latest(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
        reader = a_reader(payments)

        assert reader.opens("models/payments.fraud/@champion").heading == "1.0.0 Registered @champion"
        assert reader.opens("models/payments.fraud/latest").heading == "1.0.0 Registered @champion"

    def test_parents_in_this_registry_are_led_to(self, payments: Cast) -> None:
        parents = ["payments.base/1.0.0", {"modelId": "payments.base", "version": "2.0.0"}, "elsewhere", {"a": 1}]
        payments.contributor.registers("fraud", version="1.0.0", lineage={"gitCommit": "abc", "parents": parents})

        page = a_reader(payments).opens("models/payments.fraud/1.0.0")

        assert page.links["payments.base/1.0.0"] == "/api/v1/models/payments.base/1.0.0"
        assert page.links["payments.base 2.0.0"] == "/api/v1/models/payments.base/2.0.0"
        assert "elsewhere" in page.text
        assert "elsewhere" not in page.links

    def test_a_large_document_is_cut(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0", metadata={f"k{at}": "x" * 9 for at in range(2000)})

        page = a_reader(payments).opens("models/payments.fraud/1.0.0")

        assert len([row for row in page.rows if row and row[0].startswith("k")]) == 200
        assert "These are the first 200 of them" in page.text


class TestItsDeployments:
    def test_they_stand_there_the_newest_first(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        first = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="staging")
        payments.maintainer.reports(first, "FAILED")
        payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")

        page = a_reader(payments).opens("models/payments.fraud/1.0.0")

        found = [row[1:4] for row in page.rows if row[1:3] in (["prod", "EKS"], ["staging", "EKS"])]
        assert found == [["prod", "EKS", "Requested"], ["staging", "EKS", "Failed"]]

    def test_a_list_of_their_own_goes_on(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        for _ in range(11):
            asked = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")
            payments.maintainer.reports(asked, "FAILED")
        reader = a_reader(payments)

        all_of_them = reader.opens(reader.opens("models/payments.fraud/1.0.0").links["All of them"])

        assert all_of_them.heading == "Deployments"
        assert len(all_of_them.rows) == 12


class TestItsHistory:
    def test_a_change_is_told_key_by_key(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0", tags={"a": "1", "b": "2"}, description="Old.")
        patch = {"description": "New.", "tags": {"a": None, "b": "3", "c": "4"}, "metrics": {"auc": 0.9}}
        payments.contributor.patches("payments.fraud", "1.0.0", patch)

        page = a_reader(payments).opens("models/payments.fraud/1.0.0")

        assert page.row("description") == ["description", "Old.", "New."]
        assert page.row("tags.a") == ["tags.a", "1", "none"]
        assert page.row("tags.b") == ["tags.b", "2", "3"]
        assert page.row("tags.c") == ["tags.c", "none", "4"]
        assert page.row("metrics.auc") == ["metrics.auc", "none", "0.9"]

    def test_only_its_own_events_are_there(self, payments: Cast) -> None:
        for label in ("1.0.0", "2.0.0"):
            payments.contributor.registers("fraud", version=label)
        payments.maintainer.moves("payments.fraud", "champion", "2.0.0")

        page = a_reader(payments).opens("models/payments.fraud/2.0.0")

        assert "Alias champion set to 2.0.0" in page.text
        assert "Version 2.0.0 registered" in page.text
        assert "Version 1.0.0 registered" not in page.text

    def test_what_was_too_large_to_tell_is_told_by_its_size(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.contributor.patches("payments.fraud", "1.0.0", {"metadata": {"text": "x" * 6000}})

        page = a_reader(payments).opens("models/payments.fraud/1.0.0")

        assert page.row("metadata")[2] == "(6011 characters)"

"""Versions side by side."""

from __future__ import annotations

from typing import Any

from models_app.web.pages.values import NONE
from tests.builders import SIGNATURE
from tests.callers import Cast
from tests.web.looking.pages import Page, Reader, a_reader


def compares(reader: Reader, *versions: str, model: str = "payments.fraud", status: int = 200) -> Page:
    """Tick some versions and press the button."""
    return reader.opens(f"/web/models/{model}/compare", version=versions, status=status)


def two_versions(payments: Cast, **second: Any) -> None:
    """The second one differs as a test says."""
    payments.contributor.registers("fraud", version="1.0.0", metrics={"auc": 0.9, "f1": 0.5}, tags={"stage": "old"})
    payments.contributor.registers("fraud", version="1.1.0", **second)


class TestTheComparison:
    def test_metrics_with_their_difference_to_the_first(self, payments: Cast) -> None:
        two_versions(payments, metrics={"auc": 0.95, "f1": 0.5, "new": 1})

        page = compares(a_reader(payments), "1.0.0", "1.1.0")

        assert page.heading == "Compare 2 versions"
        assert page.row("≠ auc") == ["≠ auc", "0.9", "0.95 +0.05"]
        assert page.row("f1") == ["f1", "0.5", "0.5 ±0"]
        assert page.row("≠ new") == ["≠ new", NONE, "1"]

    def test_it_begins_with_the_version_that_was_named_first(self, payments: Cast) -> None:
        two_versions(payments, metrics={"auc": 0.95})

        page = compares(a_reader(payments), "1.1.0", "1.0.0")

        assert page.row("≠ auc") == ["≠ auc", "0.95", "0.9 -0.05"]

    def test_parameters_tags_signature_and_artifact(self, payments: Cast) -> None:
        two_versions(
            payments,
            metadata={"hyperparameters": {"depth": 3}},
            tags={"stage": "new"},
            signature=SIGNATURE,
            s3Uri="s3://models/fraud/2.joblib",
        )

        page = compares(a_reader(payments), "1.0.0", "1.1.0")

        assert page.row("≠ hyperparameters.depth")[1:] == [NONE, "3"]
        assert page.row("≠ stage")[1:] == ["old", "new"]
        assert page.row("≠ inputs amount")[1:] == [NONE, "double required"]
        assert page.row("≠ Artifact")[1:] == ["s3://models/fraud/model.joblib", "s3://models/fraud/2.joblib"]
        assert page.row("Framework")[1:] == ["scikit-learn", "scikit-learn"]

    def test_aliases_and_latest_may_be_compared(self, payments: Cast) -> None:
        two_versions(payments)
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")

        page = compares(a_reader(payments), "@champion", "latest")

        assert page.rows[0][1:] == ["1.0.0 @champion", "1.1.0"]


class TestWhatCannotBeCompared:
    def test_fewer_than_two_and_more_than_five(self, payments: Cast) -> None:
        for at in range(6):
            payments.contributor.registers("fraud", version=f"1.{at}.0")
        reader = a_reader(payments)

        for count in (0, 1, 6):
            page = compares(reader, *(f"1.{at}.0" for at in range(count)), status=400)
            assert f"Choose 2 to 5 versions to compare; these are {count}." in page.text
        assert compares(reader, *(f"1.{at}.0" for at in range(5))).heading == "Compare 5 versions"

    def test_the_same_version_twice_is_one(self, payments: Cast) -> None:
        two_versions(payments)

        assert "these are 1." in compares(a_reader(payments), "1.0.0", "1.0.0", status=400).text

    def test_unknown_and_deleted_versions(self, payments: Cast) -> None:
        two_versions(payments)
        payments.maintainer.deletes("payments.fraud", "1.1.0")
        reader = a_reader(payments)

        for unknown in ("1.1.0", "9.9.9", "@nobody", "not a version"):
            assert compares(reader, "1.0.0", unknown, status=404).heading == "No such version"

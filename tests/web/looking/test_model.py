"""The page of a model."""

from __future__ import annotations

import pytest

from models_app.domain.teams import Role
from models_app.web.charts import Series, bar, metric_chart
from models_app.web.pages.values import NONE
from tests.callers import Cast
from tests.web.looking.pages import a_reader


def three_versions(payments: Cast) -> None:
    """Of a model, with metrics that go up and down."""
    for label, metrics in (("1.0.0", {"auc": 0.9}), ("1.1.0", {"auc": 0.95, "f1": 0.5}), ("1.2.0", {"auc": 0.92})):
        payments.contributor.registers("fraud", version=label, metrics=metrics, sizeBytes=2048)


class TestWhatItShows:
    def test_versions_aliases_description_and_tags(self, payments: Cast) -> None:
        three_versions(payments)
        payments.contributor.describes("payments.fraud", {"description": "Finds it.", "tags": {"domain": "cards"}})
        payments.maintainer.moves("payments.fraud", "champion", "1.1.0")

        page = a_reader(payments).opens("models/payments.fraud")

        assert page.heading == "fraud"
        assert "Finds it." in page.text
        assert "domain: cards" in page.text
        assert page.row("@champion")[1] == "1.1.0"
        versions = [row[1] for row in page.rows if len(row) == 9]
        assert versions == ["Version", "1.2.0", "1.1.0", "1.0.0"]
        assert page.links["1.2.0"] == "/api/v1/models/payments.fraud/1.2.0"

    def test_what_runs_where_with_what_ran_before_and_what_is_under_way(self, payments: Cast) -> None:
        three_versions(payments)
        for label in ("1.0.0", "1.1.0"):
            asked = payments.maintainer.deploys("payments.fraud", label, environment="prod")
            payments.maintainer.reports(asked, "SUCCEEDED")
        payments.maintainer.deploys("payments.fraud", "1.2.0", environment="staging")

        page = a_reader(payments).opens("models/payments.fraud")

        prod, staging = page.row("prod"), page.row("staging")
        assert (prod[1], prod[2], prod[4], prod[5]) == ("EKS", "1.1.0", "1.0.0 Roll back", NONE)
        assert (staging[1], staging[2], staging[4], staging[5]) == ("EKS", NONE, NONE, "Follow")

    def test_more_versions_stand_on_further_pages(self, payments: Cast) -> None:
        three_versions(payments)
        reader = a_reader(payments)

        more = reader.opens(reader.opens("models/payments.fraud", limit=2).links["More versions"])

        assert more.heading == "Versions"
        assert [row[0] for row in more.rows] == ["Version", "1.0.0"]

    def test_a_model_whose_versions_are_all_deleted(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.maintainer.deletes("payments.fraud", "1.0.0")

        page = a_reader(payments).opens("models/payments.fraud")

        assert "All versions are deleted." in page.text
        assert "Version 1.0.0 deleted" in page.text

    def test_a_viewer_is_offered_nothing_to_change(self, payments: Cast) -> None:
        three_versions(payments)

        viewed = a_reader(payments, role=Role.VIEWER, username="eve").opens("models/payments.fraud")
        contributed = a_reader(payments, role=Role.CONTRIBUTOR).opens("models/payments.fraud")

        assert "Register next version" not in viewed.links
        assert contributed.links["Register next version"] == "/web/models/new?teamId=payments&modelName=fraud"


class TestCharts:
    def test_each_metric_is_drawn_over_the_versions_that_have_it(self, payments: Cast) -> None:
        three_versions(payments)

        page = a_reader(payments).opens("models/payments.fraud")

        told = [each.text for each in page.all("desc")]
        assert told == ["1.0.0: 0.9; 1.1.0: 0.95; 1.2.0: 0.92", "1.1.0: 0.5"]
        drawn = page.all("svg", role="img")
        ids = {each.attributes.get("id") for each in page.elements}
        assert len(drawn) == 2
        assert all(set(str(each.attributes["aria-labelledby"]).split()) <= ids for each in drawn)

    def test_the_numbers_stand_beside_as_a_table(self, payments: Cast) -> None:
        three_versions(payments)

        rows = a_reader(payments).opens("models/payments.fraud").rows

        assert rows[rows.index(["Version", "auc", "f1"]) + 1 :][:3] == [
            ["1.2.0", "0.92", NONE],
            ["1.1.0", "0.95", "0.5"],
            ["1.0.0", "0.9", NONE],
        ]

    def test_a_model_without_metrics_has_none(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")

        page = a_reader(payments).opens("models/payments.fraud")

        assert "Metrics over versions" not in page.text

    def test_the_largest_value_is_on_top(self) -> None:
        drawing = metric_chart(Series("auc", [("1", 1.0), ("2", 3.0), ("3", 2.0)]), key="m").drawing

        assert 'points="6.0,66.0 120.0,6.0 234.0,36.0"' in drawing

    @pytest.mark.parametrize(
        "values",
        [[0.5], [1, 1, 1], [-1.7e308, 1.7e308], [10**400, -(10**400)], [5e-324, 0.0]],
        ids=["one", "equal", "far apart", "beyond floats", "tiny"],
    )
    def test_any_numbers_can_be_drawn(self, values: list[float]) -> None:
        chart = metric_chart(Series("auc", [(str(at), value) for at, value in enumerate(values)]), key="m")

        assert "nan" not in chart.drawing
        assert "inf" not in chart.drawing
        assert chart.drawing.count("<circle") == len(values)

    def test_a_bar_is_as_long_as_its_share(self) -> None:
        assert 'width="40.0"' in bar(1, among=[1, -2])
        assert 'class="bar negative"' in bar(-2, among=[1, -2])
        assert 'width="0.0"' in bar(0, among=[0, 0])

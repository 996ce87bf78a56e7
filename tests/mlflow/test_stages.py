"""Stages: one version comes, the others go to the archive; together or not at all."""

from __future__ import annotations

import pytest

from models_app.mlflow import stages as mlflow_stages
from models_app.storage import pages
from tests.callers import Answer, Cast
from tests.costs import counted_calls
from tests.faults import Wire, lose_answer, refuse
from tests.mlflow.test_addresses import asks
from tests.server import Client, Server, at_once
from tests.storage.conftest import proxy, wire

__all__ = ["proxy", "wire"]

TRANSITION = "model-versions/transition-stage"


def registered(cast: Cast, count: int) -> None:
    asks(cast.contributor, "POST", "registered-models/create", {"name": "fraud"})
    for number in range(count):
        given = {"name": "fraud", "source": f"s3://models/{number}"}
        asks(cast.contributor, "POST", "model-versions/create", given)


def put(cast: Cast, version: str, stage: str, *, alone: bool) -> Answer:
    given = {"name": "fraud", "version": version, "stage": stage, "archive_existing_versions": alone}
    return asks(cast.contributor, "POST", TRANSITION, given)


def stages(cast: Cast) -> dict[str, str]:
    """The stage of each version, in the order of their numbers."""
    found = asks(cast.viewer, "GET", "model-versions/search", {"filter": "name = 'fraud'"}).body["model_versions"]
    ordered = sorted(found, key=lambda version: int(version["version"]))
    return {version["version"]: version["current_stage"] for version in ordered}


class TestArchivingTheOthers:
    def test_is_one_transaction_with_an_event_for_each_version(self, payments: Cast) -> None:
        registered(payments, 4)
        for version in "123":
            put(payments, version, "Production", alone=False)
        before = len(payments.viewer.history("payments.fraud"))

        with counted_calls() as calls:
            answer = put(payments, "4", "Production", alone=True)

        assert answer.body["model_version"]["current_stage"] == "Production"
        assert calls == ["BatchGetItem", "Query", "TransactWriteItems"]
        assert stages(payments) == {"1": "Archived", "2": "Archived", "3": "Archived", "4": "Production"}
        assert payments.viewer.history("payments.fraud")[before:] == ["ModelVersionUpdated"] * 4

    def test_again_changes_nothing(self, payments: Cast) -> None:
        registered(payments, 2)
        for _ in range(2):
            assert put(payments, "1", "Staging", alone=True).status == 200
        history = payments.viewer.history("payments.fraud")

        put(payments, "1", "Staging", alone=True)

        assert payments.viewer.history("payments.fraud") == history

    def test_of_more_than_fit_goes_on_to_the_last(self, payments: Cast) -> None:
        registered(payments, 20)
        for version in range(1, 20):
            put(payments, str(version), "Production", alone=False)

        assert put(payments, "20", "Production", alone=True).status == 200

        assert stages(payments) == {str(version): "Archived" for version in range(1, 20)} | {"20": "Production"}

    def test_leaves_other_stages_and_models_alone(self, payments: Cast) -> None:
        registered(payments, 3)
        put(payments, "1", "Staging", alone=False)
        put(payments, "2", "Production", alone=False)
        asks(payments.contributor, "POST", "registered-models/create", {"name": "churn"})

        put(payments, "3", "Production", alone=True)

        assert stages(payments) == {"1": "Staging", "2": "Archived", "3": "Production"}

    def test_is_done_or_not_whatever_happens_on_the_way(self, payments: Cast, wire: Wire) -> None:
        registered(payments, 2)
        put(payments, "1", "Production", alone=False)
        wire.always("TransactWriteItems", refuse("ThrottlingException"))
        assert put(payments, "2", "Production", alone=True).status == 503
        assert stages(payments) == {"1": "Production", "2": "None"}

        wire.mend()
        wire.next("TransactWriteItems", lose_answer)
        assert put(payments, "2", "Production", alone=True).status == 200
        assert stages(payments) == {"1": "Archived", "2": "Production"}

    def test_by_several_at_once_leaves_one(self, server: Server, payments: Cast) -> None:
        registered(payments, 4)

        def promotes(version: str) -> int:
            given = {"name": "fraud", "version": version, "stage": "Production", "archive_existing_versions": True}
            with Client(server.port, payments.contributor.authorization) as client:
                return client.calls("POST", f"/api/2.0/mlflow/{TRANSITION}", given).status

        assert at_once([lambda version=version: promotes(version) for version in "1234"]) == [200] * 4

        assert sorted(stages(payments).values()) == ["Archived"] * 3 + ["Production"]

    @pytest.mark.parametrize("stage", ["None", "Archived"])
    def test_is_for_stages_in_use(self, payments: Cast, stage: str) -> None:
        registered(payments, 1)

        assert put(payments, "1", stage, alone=True).status == 400


class TestLookingForStages:
    def latest(self, cast: Cast, *stages: str) -> dict[str, str]:
        """The version that is the highest in each stage."""
        given = {"name": "fraud", "stages": list(stages)}
        found = asks(cast.viewer, "POST", "registered-models/get-latest-versions", given).body["model_versions"]
        return {version["current_stage"]: version["version"] for version in found}

    @pytest.fixture
    def many(self, payments: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
        """A model with more versions than are looked at first."""
        monkeypatch.setattr(mlflow_stages, "NEWEST", 2)
        registered(payments, 12)
        for version, stage in {"1": "Production", "3": "Archived", "5": "Archived", "6": "Production"}.items():
            put(payments, version, stage, alone=False)
        payments.viewer.gets("me")  # who is known costs no call
        return payments

    def test_finds_the_highest_however_many_are_above_it(self, many: Cast) -> None:
        assert self.latest(many) == {"None": "12", "Production": "6", "Archived": "5"}
        assert self.latest(many, "Archived") == {"Archived": "5"}
        assert self.latest(many, "Staging") == {}

    def test_takes_a_call_more_for_each_that_stands_below_and_not_for_every_hundred_versions(self, many: Cast) -> None:
        with counted_calls() as calls:
            self.latest(many)

        assert calls == ["Query"] * 4  # the highest; Production; Archived; no Staging

    def test_ends_after_so_many_megabytes(self, many: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("models_app.storage.version_lists.MOST_IN_A_QUERY", 1)
        monkeypatch.setattr(pages, "MAX_QUERIES", 1)

        with counted_calls() as calls:
            assert self.latest(many, "Staging") == {}

        assert len(calls) == 1 + mlflow_stages.MAX_PAGES

    def test_looks_below_versions_that_are_deleted(self, many: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "MAX_QUERIES", 1)
        for version in range(7, 13):
            many.maintainer.deletes("payments.fraud", str(version))

        assert self.latest(many, "Production") == {"Production": "6"}

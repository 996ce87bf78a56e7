"""Items that an older release wrote are read as if this one had; those of a newer release are left alone.

Items have two forms so far, of which the first lies in ``form_1.json``. Here a third one is made up, in which versions
have a framework.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models_app.storage import upgrades
from models_app.storage.soundness import find_faults
from models_app.storage.table import RegistryItem, connection, kind_at
from models_app.storage.upgrades import RawItem

VERSION, ALIAS, NUMBER = "version", "alias", "number"


def row(kind: str) -> RawItem:
    """The item of that kind, as it lies in the table."""
    found = connection().scan(consistent_read=True)["Items"]
    item: RawItem = next(each for each in found if kind_at(each["sk"]["S"]) == kind)
    return item


def put(item: RawItem) -> None:
    connection().connection.client.put_item(TableName=RegistryItem.Meta.table_name, Item=item)


def empty() -> None:
    client, name = connection().connection.client, RegistryItem.Meta.table_name
    for item in connection().scan(consistent_read=True)["Items"]:
        client.delete_item(TableName=name, Key={key: item[key] for key in ("pk", "sk")})


@pytest.fixture
def old(payments: Any) -> Any:
    """A team whose version, with its copies, an older release wrote: it lacks what the made-up form has."""
    payments.contributor.registers("fraud", version="1.0.0")
    payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
    for kind in (VERSION, ALIAS, NUMBER):
        item = row(kind)
        del item["framework"]
        put(item)
    return payments


@pytest.fixture
def third_form(old: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The release that brings the form. Afterwards it takes its items along: nobody else knows them."""

    def has_one(_: RawItem) -> RawItem:
        return {"framework": {"S": "scikit-learn"}}

    lifts = dict.fromkeys((VERSION, ALIAS, NUMBER), has_one)
    with monkeypatch.context() as patch:
        patch.setattr(upgrades, "LIFTS", [*upgrades.LIFTS, lifts])
        yield
        assert find_faults() == []
    empty()


@pytest.mark.usefixtures("third_form")
class TestOlderItems:
    def test_they_are_read_in_the_new_form(self, old: Any) -> None:
        assert old.viewer.reads("payments.fraud", "1.0.0").status == 200
        assert old.viewer.reads("payments.fraud", "@champion").status == 200
        assert old.viewer.labels("payments.fraud") == ["1.0.0"]

    def test_reading_them_writes_nothing(self, old: Any) -> None:
        before = row(VERSION)
        old.viewer.reads("payments.fraud", "1.0.0")

        assert row(VERSION) == before

    def test_the_next_change_keeps_them_in_the_new_form(self, old: Any) -> None:
        answer = old.contributor.patches("payments.fraud", "1.0.0", {"description": "new"})

        assert answer.status == 200
        assert row(VERSION)["sv"] == {"N": "3"}
        assert row(ALIAS)["sv"] == {"N": "2"}  # only updated: it is lifted again, which changes nothing any more
        assert row(VERSION)["framework"] == row(ALIAS)["framework"] == {"S": "scikit-learn"}

    def test_a_condition_that_fails_on_one_brings_it_in_the_new_form(self, old: Any) -> None:
        assert old.contributor.registers("fraud", version="1.0.0").status == 200

    def test_what_is_there_already_is_not_filled_in_again(self, old: Any) -> None:
        kept = RegistryItem.from_raw_data(row(VERSION) | {"framework": {"S": "keras"}})

        assert kept.framework == "keras"

    def test_the_table_is_sound_with_items_of_both_forms_in_it(self, old: Any) -> None:
        old.contributor.registers("fraud", version="2.0.0")

        assert find_faults() == []

    def test_new_items_are_of_the_new_form(self, old: Any) -> None:
        old.contributor.registers("churn", version="1.0.0")

        forms = {upgrades.form_of(item) for item in connection().scan()["Items"] if "churn" in item["pk"]["S"]}
        assert forms == {3}


class TestTheFirstForm:
    """Rows as the releases wrote them that kept everything with each item."""

    @pytest.fixture
    def first(self, payments: Any) -> Any:
        """A team with three models: one with labels and an alias, one with a number, one without versions."""
        for item in json.loads((Path(__file__).parent / "form_1.json").read_text()):
            put(item)
        return payments

    def test_is_read_as_it_was_meant(self, first: Any) -> None:
        champion = first.viewer.reads("payments.Fraud", "@champion").body
        listed = {each["modelName"]: each for each in first.viewer.lists("models").body["results"]}

        assert (champion["version"], champion["description"]) == ("1.0.0", "The first.")
        assert (champion["metrics"], champion["updatedBy"]) == ({"auc": 0.5}, "system:form-1")
        assert listed["Fraud"]["latestVersion"]["version"] == "1.1.0"
        assert listed["Fraud"]["latestVersion"]["frameworkVersion"] == "2.1.0"
        assert listed["plain"]["latestVersion"]["tags"] == {"stage": "prod"}
        assert listed["empty"]["latestVersion"] is None

    def test_is_found_by_when_it_changed(self, first: Any) -> None:
        behind = first.viewer.lists("models", updatedAfter="2026-11-30T03:12:24.970Z", ordering="-updatedAt").body

        assert [each["modelName"] for each in behind["results"]] == ["empty", "plain", "Fraud"]

    def test_goes_on_in_the_present_one(self, first: Any) -> None:
        first.contributor.patches("payments.Fraud", "1.0.0", {"description": "", "tags": {}})
        first.contributor.registers("plain")
        first.maintainer.moves("payments.Fraud", "champion", "1.1.0")
        first.maintainer.deletes("payments.Fraud", "1.0.0")

        assert find_faults() == []
        assert first.viewer.labels("payments.plain") == ["8", "7"]


class TestControl:
    def test_without_its_lift_an_older_item_is_not_understood(self, old: Any) -> None:
        with pytest.raises(AssertionError, match="answered 500"):
            old.viewer.reads("payments.fraud", "1.0.0")
        empty()


class TestNewerItems:
    """Those of a release that is being rolled out, or that was rolled back."""

    def test_they_are_not_read_as_what_they_are_not(self, payments: Any, caplog: pytest.LogCaptureFixture) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        item = row(VERSION)
        put(item | {"sv": {"N": "3"}, "added": {"S": "by the newer release"}})

        answers = [
            payments.viewer.reads("payments.fraud", "1.0.0"),
            payments.contributor.patches("payments.fraud", "1.0.0", {"description": "lost?"}),
        ]

        assert {answer.slug for answer in answers} == {"storage-busy"}
        assert "an item of form 3 was read, and this release knows forms up to 2" in caplog.text
        assert row(VERSION)["added"] == {"S": "by the newer release"}
        assert find_faults() != []
        put(item)

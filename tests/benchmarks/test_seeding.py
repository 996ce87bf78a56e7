"""What is planted cannot be told from what was registered: every answer, the table's soundness, events' contract."""

from __future__ import annotations

import json

from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug
from tests.benchmarks.planted import ALIAS, SOURCE, name_of
from tests.benchmarks.seeding import plant_models, plant_versions
from tests.callers import Cast

TEAM = TeamSlug("payments")


class TestPlantedModels:
    """The table is found sound at the end of each test, as everywhere."""

    def test_each_has_a_version_with_a_tag_and_an_alias(self, payments: Cast) -> None:
        plant_models(TEAM, 30)

        for number in (0, 17, 29):
            version = payments.viewer.reads(f"payments.{name_of(number)}", f"@{ALIAS}").body
            assert (version["version"], version["s3Uri"], version["tags"]) == ("1", SOURCE, {"stage": "prod"})
            assert payments.viewer.reads(f"payments.{name_of(number)}", "1").body == version
            assert payments.viewer.history(f"payments.{name_of(number)}") == ["ModelVersionRegistered", "AliasMoved"]

    def test_nothing_is_there_besides(self, payments: Cast) -> None:
        plant_models(TEAM, 30, first=5)

        ids = [f"payments.{name_of(number)}" for number in range(5, 35)]
        assert payments.viewer.finds(limit=50) == ids
        # The last that was made comes first where the order is that of changes.
        assert payments.viewer.finds(limit=50, ordering="-updatedAt") == ids[::-1]

    def test_they_are_as_a_model_that_was_registered(self, payments: Cast) -> None:
        payments.contributor.registers("true", version="1", s3Uri=SOURCE, tags={"stage": "prod"})
        payments.maintainer.moves("payments.true", ALIAS, "1")

        plant_models(TEAM, 1)

        true = json.dumps(payments.viewer.reads("payments.true").lasting)
        planted = json.dumps(payments.viewer.reads(f"payments.{name_of(0)}").lasting)
        assert planted == true.replace('true"', f'{name_of(0)}"')

    def test_they_can_be_changed(self, payments: Cast) -> None:
        plant_models(TEAM, 2)

        assert payments.contributor.registers(name_of(1)).body["version"] == "2"
        assert payments.maintainer.moves(f"payments.{name_of(1)}", ALIAS, "2").status == 200


class TestPlantedVersions:
    def test_they_are_the_numbers_up_to_a_count(self, payments: Cast) -> None:
        plant_versions(ModelId.parse("payments.fraud"), 40)

        model = payments.viewer.reads("payments.fraud").body
        assert payments.viewer.labels("payments.fraud")[:3] == ["40", "39", "38"]
        assert model["versionCount"] == 40
        assert payments.viewer.reads("payments.fraud", "7").body["version"] == "7"
        assert payments.viewer.reads("payments.fraud", f"@{ALIAS}").body["version"] == "40"

    def test_the_next_registration_goes_on_counting(self, payments: Cast) -> None:
        plant_versions(ModelId.parse("payments.fraud"), 3)

        assert payments.contributor.registers("fraud").body["version"] == "4"

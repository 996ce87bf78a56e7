"""Reading a model: what it says of itself, its aliases, and its versions with the newest first."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast

# From the lowest to the highest.
LABELS = [
    *("0", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11"),
    *("1.0.0-rc.1", "1.0.0", "v1.0.1", "1.2.0", "1.10.0", "2", "v7", "10", "2026-02-01", "2026-11-01"),
]


class TestReading:
    def test_a_model_comes_with_its_aliases_and_its_versions(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", tags={"stage": "candidate"})
        payments.maintainer.moves("payments.fraud", "champion", "1.2.0")
        payments.contributor.describes("payments.fraud", {"description": "Card fraud.", "tags": {"domain": "cards"}})

        assert payments.viewer.reads("payments.fraud").lasting == snapshot(
            {
                "modelId": "payments.fraud",
                "teamId": "payments",
                "modelName": "fraud",
                "description": "Card fraud.",
                "tags": {"domain": "cards"},
                "aliases": {"champion": "1.2.0"},
                "placements": {},
                "versionCount": 1,
                "latestVersion": {
                    "version": "1.2.0",
                    "status": "REGISTERED",
                    "framework": "scikit-learn",
                    "frameworkVersion": None,
                    "deploymentTarget": "EKS",
                    "s3Uri": "s3://models/fraud/model.joblib",
                    "tags": {"stage": "candidate"},
                },
                "versions": {
                    "next": None,
                    "previous": None,
                    "results": [
                        {
                            "modelId": "payments.fraud",
                            "teamId": "payments",
                            "modelName": "fraud",
                            "version": "1.2.0",
                            "status": "REGISTERED",
                            "framework": "scikit-learn",
                            "frameworkVersion": None,
                            "s3Uri": "s3://models/fraud/model.joblib",
                            "sha256": None,
                            "sizeBytes": None,
                            "deploymentTarget": "EKS",
                            "description": "",
                            "metadata": {},
                            "metrics": {},
                            "tags": {"stage": "candidate"},
                            "signature": None,
                            "lineage": None,
                            "aliases": ["champion"],
                            "deployments": [],
                        }
                    ],
                },
            }
        )

    def test_a_version_in_the_list_reads_like_the_version_itself(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1.2.0", metadata={"n": 1.0}, metrics={"f1": 5e-324})

        [listed] = payments.viewer.reads("payments.fraud").body["versions"]["results"]

        assert listed == payments.viewer.reads("payments.fraud", "1.2.0").body

    def test_it_remembers_who_began_it(self, payments: Cast) -> None:
        first = payments.contributor.registers("fraud", version="1").body
        payments.maintainer.registers("fraud", version="2")

        model = payments.viewer.reads("payments.fraud").body

        assert (model["createdBy"], model["createdAt"]) == (first["createdBy"], first["createdAt"])
        assert model["updatedAt"] > model["createdAt"]

    def test_a_deleted_version_is_not_shown(self, payments: Cast) -> None:
        for label in ("1", "2", "3"):
            payments.contributor.registers("fraud", version=label)
        payments.maintainer.deletes("payments.fraud", "2")

        assert payments.viewer.labels("payments.fraud") == ["3", "1"]
        assert payments.viewer.reads("payments.fraud").body["versionCount"] == 2

    def test_a_model_without_versions_is_still_there(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.maintainer.deletes("payments.fraud", "1")

        model = payments.viewer.reads("payments.fraud").body

        assert (model["versionCount"], model["latestVersion"], model["versions"]["results"]) == (0, None, [])

    @pytest.mark.parametrize("model", ["payments.nothing", "nothing", "payments.", ".fraud", "payments.a%2Fb"])
    def test_one_that_does_not_exist_is_missing(self, payments: Cast, model: str) -> None:
        assert payments.viewer.reads(model).status == 404

    def test_names_begin_alike_and_are_not_mixed_up(self, payments: Cast) -> None:
        for name in ("fraud", "fraud.v2", "fraud-detector", "frau"):
            payments.contributor.registers(name, version="1")
        payments.contributor.registers("fraud", version="2")

        assert payments.viewer.labels("payments.fraud") == ["2", "1"]
        assert payments.viewer.labels("payments.fraud.v2") == ["1"]
        assert payments.viewer.labels("payments.frau") == ["1"]


class TestWhatIsKnownAlready:
    def test_the_present_etag_is_answered_with_304(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        etag = payments.viewer.reads("payments.fraud").etag

        answer = payments.viewer.reads("payments.fraud", if_none_match=etag)

        assert (answer.status, answer.raw, answer.etag) == (304, b"", etag)

    @pytest.mark.parametrize("change", ["registration", "update", "alias", "description", "deletion"])
    def test_every_change_is_news(self, payments: Cast, change: str) -> None:
        payments.contributor.registers("fraud", version="1")
        etag = payments.viewer.reads("payments.fraud").etag
        {
            "registration": lambda: payments.contributor.registers("fraud"),
            "update": lambda: payments.contributor.patches("payments.fraud", "1", {"description": "x"}),
            "alias": lambda: payments.contributor.moves("payments.fraud", "challenger", "1"),
            "description": lambda: payments.contributor.describes("payments.fraud", {"description": "x"}),
            "deletion": lambda: payments.maintainer.deletes("payments.fraud", "1"),
        }[change]()

        assert payments.viewer.reads("payments.fraud", if_none_match=etag).status == 200


class TestTheOrderOfVersions:
    @pytest.mark.parametrize("way", [1, -1], ids=["lowest-first", "highest-first"])
    def test_the_newest_comes_first_in_whatever_order_they_came(self, payments: Cast, way: int) -> None:
        for label in LABELS[::way]:
            payments.contributor.registers("fraud", version=label)

        assert payments.viewer.labels("payments.fraud") == LABELS[::-1]

    def test_latest_is_the_highest_so_far_and_not_the_last_that_came(self, payments: Cast) -> None:
        middle = len(LABELS) // 2
        order = [LABELS[middle], *LABELS[:middle], *LABELS[middle + 1 :]]
        for number, label in enumerate(order):
            payments.contributor.registers("fraud", version=label)

            highest = max(order[: number + 1], key=LABELS.index)
            assert payments.viewer.reads("payments.fraud", "latest").body["version"] == highest
            assert payments.viewer.reads("payments.fraud").body["latestVersion"]["version"] == highest

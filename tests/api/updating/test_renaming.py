"""A model gets another name: all that is in it goes along, and what happened stays told under the former name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.callers import Answer, Cast
from tests.costs import counted_calls

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)  # noqa: TID251


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with two versions, an alias, a description and a tag."""
    payments.contributor.registers("fraud", version="1.0.0", tags={"env": "prod"})
    payments.contributor.registers("fraud", version="2.0.0")
    payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
    payments.contributor.describes("payments.fraud", {"description": "Cards", "tags": {"owner": "risk"}})
    return payments


class TestRenaming:
    def test_everything_is_under_the_new_name(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud").body

        answer = fraud.maintainer.renames("payments.fraud", "card-fraud")

        after = fraud.viewer.reads("payments.card-fraud").body
        assert (answer.status, answer.location) == (200, "/api/v1/models/payments.card-fraud")
        named = {"modelId": "payments.card-fraud", "modelName": "card-fraud"}
        changing = {"updatedAt", "versions"}
        assert {name: after[name] for name in after if name not in changing} == {
            name: value for name, value in (before | named).items() if name not in changing
        }
        assert answer.body == {name: value for name, value in after.items() if name != "versions"}

    def test_versions_and_aliases_answer_there_and_say_so(self, fraud: Cast) -> None:
        fraud.maintainer.renames("payments.fraud", "card-fraud")

        version = fraud.viewer.reads("payments.card-fraud", "@champion").body
        assert (version["modelId"], version["version"], version["tags"]) == (
            "payments.card-fraud",
            "1.0.0",
            {"env": "prod"},
        )
        assert version == fraud.viewer.reads("payments.card-fraud", "1.0.0").body
        assert fraud.viewer.reads("payments.card-fraud", "latest").body["version"] == "2.0.0"

    def test_nothing_is_left_under_the_former_name(self, fraud: Cast) -> None:
        fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert fraud.viewer.finds() == ["payments.card-fraud"]
        for reference in (None, "1.0.0", "@champion", "latest"):
            assert fraud.viewer.reads("payments.fraud", reference).status == 404

    def test_the_former_name_is_free(self, fraud: Cast) -> None:
        fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert fraud.contributor.registers("fraud").body["version"] == "1"
        assert fraud.viewer.finds() == ["payments.card-fraud", "payments.fraud"]

    def test_numbers_go_on_where_they_were(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        payments.contributor.registers("fraud")
        payments.maintainer.deletes("payments.fraud", "2")

        payments.maintainer.renames("payments.fraud", "card-fraud")

        assert payments.contributor.registers("card-fraud").body["version"] == "3"

    def test_a_deleted_version_can_be_restored_under_the_new_name(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "2.0.0")
        fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert fraud.maintainer.restores("payments.card-fraud", "2.0.0").status == 200

    def test_lists_find_it_by_its_new_name_alone(self, fraud: Cast) -> None:
        fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert fraud.viewer.finds(namePattern="CARD") == ["payments.card-fraud"]
        assert fraud.viewer.finds(tag="owner:risk") == ["payments.card-fraud"]

    def test_its_own_name_changes_nothing(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud").etag

        assert fraud.maintainer.renames("payments.fraud", "fraud").etag == etag

    def test_it_takes_four_calls(self, fraud: Cast) -> None:
        with counted_calls() as calls:
            fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert calls == ["GetItem", "Query", "Query", "TransactWriteItems"]


class TestItsHistory:
    def test_either_name_tells_of_it(self, fraud: Cast) -> None:
        fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert fraud.viewer.history("payments.card-fraud") == ["ModelRenamed"]
        assert fraud.viewer.history("payments.fraud")[-1] == "ModelRenamed"
        [event] = fraud.viewer.gets("models/payments.card-fraud/events").body["results"]
        assert event["data"] == {
            "from": "payments.fraud",
            "to": "payments.card-fraud",
            "latest": "2.0.0",
            "aliases": {"champion": "1.0.0"},
        }

    def test_each_name_meant_what_it_meant_at_the_time(self, payments: Cast) -> None:
        def meant(model: str, alias: str, minutes: int) -> str | None:
            at = (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
            answer: Answer = payments.viewer.resolves(f"payments.{model}", alias=alias, at=at)
            return answer.body["version"] if answer.status == 200 else None

        with time_machine.travel(NOON, tick=False) as clock:
            payments.contributor.registers("fraud", version="1")
            payments.maintainer.moves("payments.fraud", "champion", "1")
            clock.shift(120)
            payments.maintainer.renames("payments.fraud", "card-fraud")
            clock.shift(120)
            payments.contributor.registers("card-fraud", version="2")
            payments.maintainer.moves("payments.card-fraud", "champion", "2")
            clock.shift(120)

            told = {
                (model, name): [meant(model, name, minute) for minute in (1, 3, 5)]
                for model in ("fraud", "card-fraud")
                for name in ("champion", "latest")
            }

        assert told == {
            ("fraud", "champion"): ["1", None, None],
            ("fraud", "latest"): ["1", None, None],
            ("card-fraud", "champion"): [None, "1", "2"],
            ("card-fraud", "latest"): [None, "1", "2"],
        }


class TestRefusals:
    def test_a_contributor_is_told_which_role_it_takes(self, fraud: Cast) -> None:
        answer = fraud.contributor.renames("payments.fraud", "card-fraud")

        assert answer.status == 403
        assert "Renaming takes the role maintainer" in answer.body["detail"]

    def test_a_name_that_is_taken(self, fraud: Cast) -> None:
        fraud.contributor.registers("card-fraud")

        assert fraud.maintainer.renames("payments.fraud", "card-fraud").slug == "model-taken"
        assert fraud.viewer.labels("payments.fraud") == ["2.0.0", "1.0.0"]

    @pytest.mark.parametrize("name", ["", "a/b", "x" * 129, ".", " x", 7, None])
    def test_what_is_no_name(self, fraud: Cast, name: object) -> None:
        answer = fraud.maintainer.renames("payments.fraud", name)  # type: ignore[arg-type]

        assert answer.status == 400
        assert list(answer.wrong_fields) == ["modelName"]

    def test_a_model_that_is_deployed(self, fraud: Cast) -> None:
        deployment = fraud.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")

        answer = fraud.maintainer.renames("payments.fraud", "card-fraud")

        assert answer.slug == "model-in-use"
        assert answer.body["blockers"] == [
            {
                "kind": "deployment",
                "deploymentId": deployment.body["deploymentId"],
                "environment": "prod",
                "deploymentTarget": "EKS",
            }
        ]

    def test_after_its_last_deployment_failed_it_may_go(self, fraud: Cast) -> None:
        fraud.maintainer.reports(fraud.maintainer.deploys("payments.fraud", "1.0.0"), "FAILED")

        assert fraud.maintainer.renames("payments.fraud", "card-fraud").status == 200

    def test_somebody_changed_it_in_between(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud").etag
        fraud.contributor.describes("payments.fraud", {"description": "new"})

        assert fraud.maintainer.renames("payments.fraud", "card-fraud", if_match=etag).status == 412

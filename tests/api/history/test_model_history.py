"""A model's history: each change once, the newest first, told so that people can read it."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast
from tests.engine import Engine
from tests.tables import kept

MANY = 60


def newest(cast: Cast) -> dict[str, Any]:
    """The last event of the model."""
    event: dict[str, Any] = cast.viewer.gets("models/payments.fraud/events").body["results"][0]
    return event


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with one version."""
    payments.contributor.registers("fraud", version="1", metrics={"f1": 1}, tags={"stage": "test"})
    return payments


class TestHistory:
    def test_every_change_is_told_once(self, fraud: Cast) -> None:
        fraud.contributor.registers("fraud", version="2")
        fraud.contributor.patches("payments.fraud", "1", {"description": "x"})
        fraud.contributor.describes("payments.fraud", {"description": "x"})
        fraud.contributor.moves("payments.fraud", "challenger", "1")
        fraud.contributor.removes("payments.fraud", "challenger")
        fraud.maintainer.deletes("payments.fraud", "1")
        fraud.maintainer.restores("payments.fraud", "1")

        assert fraud.viewer.history("payments.fraud") == [
            "ModelVersionRegistered",
            "ModelVersionRegistered",
            "ModelVersionUpdated",
            "ModelUpdated",
            "AliasMoved",
            "AliasRemoved",
            "ModelVersionDeregistered",
            "ModelVersionRestored",
        ]

    def test_an_update_tells_what_was_and_what_is(self, fraud: Cast) -> None:
        fraud.contributor.patches(
            "payments.fraud",
            "1",
            {"description": "New.", "metrics": {"f1": 1.0}, "tags": {"stage": None}, "status": "DEPRECATED"},
        )

        event = fraud.viewer.gets("models/payments.fraud/events").lasting["results"][0]

        assert event == snapshot(
            {
                "eventType": "ModelVersionUpdated",
                "schemaVersion": 1,
                "teamId": "payments",
                "modelId": "payments.fraud",
                "version": "1",
                "data": {
                    "changes": {
                        "description": {"from": "", "to": "New."},
                        "metrics": {"from": {"f1": 1}, "to": {"f1": 1.0}},
                        "status": {"from": "REGISTERED", "to": "DEPRECATED"},
                        "tags": {"from": {"stage": "test"}, "to": {}},
                    }
                },
            }
        )

    def test_a_target_is_called_as_on_the_wire(self, fraud: Cast) -> None:
        fraud.contributor.patches("payments.fraud", "1", {"deploymentTarget": "Lambda"})

        assert newest(fraud)["data"] == {"changes": {"deploymentTarget": {"from": "EKS", "to": "Lambda"}}}

    def test_what_is_too_long_to_tell_is_told_by_its_size(self, fraud: Cast) -> None:
        fraud.contributor.patches("payments.fraud", "1", {"description": "x" * 5000})

        assert newest(fraud)["data"]["changes"]["description"] == {
            "from": "",
            "to": {"omitted": True, "characters": 5002},
        }

    def test_it_names_who_when_and_in_which_request(self, fraud: Cast) -> None:
        answer = fraud.maintainer.patches("payments.fraud", "1", {"description": "x"}, x_request_id="deploy-4711")

        event = newest(fraud)
        assert event["actor"] == fraud.maintainer.gets("me").body["actor"]
        assert event["requestId"] == answer.headers["X-Request-Id"] == "deploy-4711"
        assert answer.body["createdAt"] < event["occurredAt"]

    def test_what_was_refused_is_not_told(self, fraud: Cast) -> None:
        fraud.viewer.registers("fraud")
        fraud.contributor.registers("fraud", version="1", s3Uri="s3://models/other")
        fraud.contributor.patches("payments.fraud", "1", {"description": 7})
        fraud.contributor.patches("payments.fraud", "1", {"description": "x"}, if_match='"0"')
        fraud.contributor.moves("payments.fraud", "champion", "1")
        fraud.maintainer.deletes("payments.fraud", "1", query="?dryRun=true")

        assert fraud.viewer.history("payments.fraud") == ["ModelVersionRegistered"]

    def test_each_model_has_its_own(self, fraud: Cast) -> None:
        fraud.contributor.registers("churn")
        fraud.contributor.registers("fraud.v2")

        assert fraud.viewer.history("payments.fraud") == ["ModelVersionRegistered"]

    def test_it_outlives_the_versions(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "1")

        assert fraud.viewer.history("payments.fraud") == ["ModelVersionRegistered", "ModelVersionDeregistered"]


def much_happens(payments: Cast) -> None:
    """A registration, and one change after the other."""
    payments.contributor.registers("fraud", version="1")
    for number in range(MANY):
        payments.contributor.patches("payments.fraud", "1", {"description": f"{number}"})


class TestPages:
    @pytest.fixture
    def busy(self, engine: Engine, payments: Cast) -> Cast:
        """A model to which much has happened."""
        kept(engine, much_happens, payments)
        return payments

    def test_following_next_leads_back_to_the_beginning(self, busy: Cast) -> None:
        pages = busy.viewer.pages("models/payments.fraud/events", limit=25)

        events = [event for page in pages for event in page]
        assert [len(page) for page in pages] == [25, 25, 11]
        assert [event["data"]["changes"]["description"]["to"] for event in events[:-1]] == [
            str(number) for number in reversed(range(MANY))
        ]
        assert events[-1]["eventType"] == "ModelVersionRegistered"
        ids = [event["eventId"] for event in events]
        assert ids == sorted(set(ids), reverse=True)

    def test_fifty_come_unasked(self, busy: Cast) -> None:
        assert [len(page) for page in busy.viewer.pages("models/payments.fraud/events")] == [50, 11]

    def test_what_happens_meanwhile_shifts_nothing(self, busy: Cast) -> None:
        first = busy.viewer.lists("models/payments.fraud/events", limit=10).body
        busy.contributor.patches("payments.fraud", "1", {"description": "meanwhile"})

        following = busy.viewer.gets(first["next"]).body["results"][0]

        assert following["data"]["changes"]["description"]["to"] == str(MANY - 11)

    def test_a_cursor_belongs_to_one_list(self, busy: Cast) -> None:
        busy.contributor.registers("churn")
        following = busy.viewer.lists("models/payments.fraud/events", limit=1).body["next"]

        for path in ("models/payments.churn/events", "models/payments.fraud/versions", "events"):
            other = following.replace("models/payments.fraud/events", path)
            assert busy.viewer.gets(other).slug == "invalid-cursor", path
        assert busy.viewer.gets(following[:-20] + following[-19:]).slug == "invalid-cursor"
        assert busy.outsider.gets(following).slug == "model-not-found"


class TestRefusals:
    def test_a_model_that_never_was_has_no_history(self, payments: Cast) -> None:
        assert payments.viewer.gets("models/payments.nothing/events").slug == "model-not-found"

    @pytest.mark.parametrize(
        ("query", "wrong"),
        [({"limit": 0}, {"limit": "out-of-range"}), ({"eventType": "AliasMoved"}, {"eventType": "unknown"})],
        ids=str,
    )
    def test_a_question_that_makes_no_sense_is_refused(
        self, fraud: Cast, query: dict[str, Any], wrong: dict[str, str]
    ) -> None:
        assert fraud.viewer.lists("models/payments.fraud/events", **query).wrong_fields == wrong

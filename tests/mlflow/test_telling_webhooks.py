"""What webhooks are told: what of each change, once, again where nobody took it, and nothing that is not theirs."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from inline_snapshot import snapshot

from models_app import jobs
from models_app.domain import clock
from models_app.domain.deliveries import Delivery
from models_app.domain.models import ModelId
from models_app.mlflow import payloads
from models_app.outbox import bus, posting
from models_app.services import deliveries as telling
from models_app.services.deliveries import Tally
from models_app.storage import deliveries, events
from models_app.storage.pages import Page
from models_app.storage.table import EVENTS
from registry_project.lambda_entry import lambda_handler
from tests.callers import Answer, Caller, Cast
from tests.costs import counted_calls
from tests.mlflow.test_addresses import DOCS
from tests.mlflow.test_webhooks import asks, makes, wants
from tests.outbox.acts import TEAM, everything
from tests.outbox.receivers import SECRET, Receiver, listening, say
from tests.server import at_once

EVERYTHING = (
    *("registered_model.created", "model_version.created", "model_version_tag.set", "model_version_tag.deleted"),
    *("model_version_alias.created", "model_version_alias.deleted", "prompt.created", "prompt_version.created"),
    *("prompt_tag.set", "prompt_tag.deleted", "prompt_version_tag.set", "prompt_version_tag.deleted"),
    *("prompt_alias.created", "prompt_alias.deleted"),
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def ci(payments: Cast, receiver: Receiver) -> str:
    """The id of a webhook of payments that wants to hear everything."""
    return makes(payments.maintainer, receiver.url, *EVERYTHING).body["webhook"]["webhook_id"]


def envelopes() -> list[dict[str, Any]]:
    """All events that there are as the bus hands them over, the oldest first."""
    raw = [item for item in everything() if item["sk"]["S"].startswith(EVENTS)]
    found = sorted(events.page(Page(raw)).items, key=lambda event: event.id)
    return [
        {"source": bus.SOURCE, "detail-type": each.kind.value, "detail": json.loads(json.dumps(bus.detail_of(each)))}
        for each in found
    ]


def hands_over(*kinds: str) -> Tally:
    """The bus hands over all events that there are, or those of some kinds."""
    taken = [each for each in envelopes() if each["detail-type"] in (kinds or jobs.TOLD_TO_WEBHOOKS)]
    return sum((jobs.take_event(each) for each in taken), Tally())


def says(caller: Caller, call: str, **body: Any) -> Answer:
    """What MLflow's client does."""
    method, address = call.split()
    return asks(caller, method, address, body)


def shows(payments: Cast, webhook: str) -> dict[str, Any]:
    return asks(payments.maintainer, "GET", f"webhooks/{webhook}").body["webhook"]


def waiting() -> list[Any]:
    """The deliveries that are due at some time."""
    return deliveries.list_due(at=clock.now() + timedelta(days=2), limit=1000)


class TestWhatIsTold:
    def test_of_a_models_life_through_mlflow(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        one = {"name": "fraud", "version": "1"}
        says(
            payments.contributor,
            "POST registered-models/create",
            name="fraud",
            description="Card fraud",
            tags=[{"key": "owner", "value": "risk"}],
        )
        says(payments.contributor, "POST registered-models/set-tag", name="fraud", key="owner", value="cards")
        says(
            payments.contributor,
            "POST model-versions/create",
            name="fraud",
            source="s3://models/fraud/1",
            run_id="4f2a",
            tags=[{"key": "env", "value": "test"}],
        )
        says(payments.contributor, "POST model-versions/set-tag", **one, key="env", value="prod")
        says(payments.contributor, "POST model-versions/transition-stage", **one, stage="Staging")
        says(payments.contributor, "DELETE model-versions/delete-tag", **one, key="env")
        says(payments.contributor, "PATCH model-versions/update", **one, description="The first")
        says(payments.contributor, "POST registered-models/alias", **one, alias="challenger")
        says(payments.contributor, "DELETE registered-models/alias", name="fraud", alias="challenger")

        hands_over()

        assert all(each.is_signed() for each in receiver.told)
        assert {each.says["workspace"] for each in receiver.told} == {"payments"}
        assert [(each.about, each.data) for each in receiver.told] == snapshot(
            [
                ("registered_model.created", {"description": "Card fraud", "name": "fraud", "tags": {"owner": "risk"}}),
                (
                    "model_version.created",
                    {
                        "description": None,
                        "name": "fraud",
                        "run_id": "4f2a",
                        "source": "s3://models/fraud/1",
                        "tags": {"env": "test"},
                        "version": "1",
                    },
                ),
                ("model_version_tag.set", {"key": "env", "name": "fraud", "value": "prod", "version": "1"}),
                ("model_version_tag.deleted", {"key": "env", "name": "fraud", "version": "1"}),
                ("model_version_alias.created", {"alias": "challenger", "name": "fraud", "version": "1"}),
                ("model_version_alias.deleted", {"alias": "challenger", "name": "fraud"}),
            ]
        )

    def test_of_a_prompt_under_the_names_of_prompts(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        is_prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
        text = {"key": "mlflow.prompt.text", "value": "Hello {{name}}! " * 500}
        kind = {"key": "_mlflow_prompt_type", "value": "text"}
        one = {"name": "greeting", "version": "1"}
        tags = [is_prompt, text, kind, {"key": "tone", "value": "kind"}]
        for call, body in (
            ("POST registered-models/create", {"name": "greeting", "tags": [is_prompt]}),
            ("POST model-versions/create", {"name": "greeting", "source": "dummy-source", "tags": tags}),
            ("POST registered-models/set-tag", {"name": "greeting", "key": "owner", "value": "web"}),
            ("DELETE registered-models/delete-tag", {"name": "greeting", "key": "owner"}),
            ("POST model-versions/set-tag", {**one, "key": "tone", "value": "brisk"}),
            ("DELETE model-versions/delete-tag", {**one, "key": "tone"}),
            ("POST registered-models/alias", {**one, "alias": "live"}),
            ("DELETE registered-models/alias", {"name": "greeting", "alias": "live"}),
        ):
            assert says(payments.contributor, call, **body).status == 200
            hands_over()  # soon, for values of tags that are too large for an event are read from what stands

        told = [(each.about, each.data) for each in receiver.told]
        assert told[1][1].pop("template") == text["value"]
        assert told == snapshot(
            [
                ("prompt.created", {"description": None, "name": "greeting", "tags": {}}),
                (
                    "prompt_version.created",
                    {"description": None, "name": "greeting", "tags": {"tone": "kind"}, "version": "1"},
                ),
                ("prompt_tag.set", {"key": "owner", "name": "greeting", "value": "web"}),
                ("prompt_tag.deleted", {"key": "owner", "name": "greeting"}),
                ("prompt_version_tag.set", {"key": "tone", "name": "greeting", "value": "brisk", "version": "1"}),
                ("prompt_version_tag.deleted", {"key": "tone", "name": "greeting", "version": "1"}),
                ("prompt_alias.created", {"alias": "live", "name": "greeting", "version": "1"}),
                ("prompt_alias.deleted", {"alias": "live", "name": "greeting"}),
            ]
        )

    def test_of_a_first_registration_through_the_rest_api_also_that_there_is_a_model(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        payments.contributor.registers("fraud", version="7")
        query = "/api/2.0/mlflow/model-versions/get?name=fraud&version=1.0.0"
        number = payments.viewer.gets(query).body["model_version"]["version"]

        hands_over()

        assert [(each.about, each.data.get("version")) for each in receiver.told] == [
            ("registered_model.created", None),
            ("model_version.created", number),
            ("model_version.created", "7"),
        ]

    def test_only_what_the_webhook_wants(self, payments: Cast, receiver: Receiver) -> None:
        makes(payments.maintainer, receiver.url, "model_version_alias.created")
        payments.contributor.registers("fraud", version="1")
        payments.maintainer.moves("payments.fraud", "champion", "1")

        hands_over()

        assert receiver.heard == ["model_version_alias.created"]

    def test_nothing_that_happened_before_there_was_a_webhook(self, payments: Cast, receiver: Receiver) -> None:
        with time_machine.travel(clock.now() - timedelta(minutes=1), tick=True):
            payments.contributor.registers("fraud")
        makes(payments.maintainer, receiver.url)

        assert hands_over() == Tally()

    def test_nothing_of_another_team(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        payments.outsider.registers("segmentation")

        assert hands_over() == Tally()
        assert receiver.told == []

    def test_nothing_while_it_is_disabled(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"status": "DISABLED"})
        payments.contributor.registers("fraud")

        assert hands_over() == Tally()

    def test_signed_so_that_the_check_in_the_documentation_takes_it(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        [check] = [
            block for block in re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL) if "hmac" in block
        ]
        documented: dict[str, Any] = {}
        exec(check, documented)
        payments.contributor.registers("fraud")

        hands_over()

        [*_, told] = receiver.told
        assert documented["is_from_the_registry"](told.headers, told.body, SECRET)
        assert not documented["is_from_the_registry"](told.headers, told.body + b" ", SECRET)
        assert not documented["is_from_the_registry"](told.headers, told.body, "guessed")

    def test_without_a_secret_nothing_is_signed(self, payments: Cast, receiver: Receiver) -> None:
        makes(payments.maintainer, receiver.url, secret="")
        payments.contributor.registers("fraud")

        hands_over()
        assert "X-MLflow-Signature" not in receiver.told[0].headers

    def test_a_version_that_is_gone_by_then_is_told_from_its_event(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1", tags={"env": "test"})
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]
        happening = telling.find_happening(ModelId.parse("payments.fraud"), envelope["detail"]["eventId"])
        assert happening is not None

        [told] = payloads.occurrences_of(replace(happening, model=None, version=None))

        assert (told.occasion, told.data["source"], told.data["tags"]) == (
            "model_version.created",
            "s3://models/fraud/model.joblib",
            {"env": "test"},
        )


class TestWhatIsBelieved:
    @pytest.mark.parametrize(
        "different",
        [
            {"eventId": "01M86DQ4W7Q3W5E7R9T1Y3V5ZX"},
            {"eventId": "x" * 5000},
            {"eventId": None},
            {"modelId": None},
            {"modelId": "payments.other"},
            {"modelId": "vision.fraud"},
            {"modelId": "../.."},
        ],
        ids=str,
    )
    def test_an_event_that_was_never_committed_is_not_told(
        self, payments: Cast, ci: str, receiver: Receiver, different: dict[str, Any]
    ) -> None:
        payments.contributor.registers("fraud")
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]

        assert jobs.take_event({**envelope, "detail": envelope["detail"] | different}) == Tally()
        assert receiver.told == []

    @pytest.mark.parametrize("detail", [None, [], "x", 7])
    def test_a_detail_that_is_none_is_not_told(self, payments: Cast, ci: str, detail: Any) -> None:
        assert jobs.take_event({"detail": detail}) == Tally()

    def test_what_the_envelope_says_beside_the_ids_does_not_count(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        payments.contributor.registers("fraud", version="1")
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]
        forged = envelope["detail"] | {"version": "666", "data": {"artifact": {"s3Uri": "s3://evil"}}}

        jobs.take_event({**envelope, "detail": forged})

        assert receiver.told[-1].data["source"] == "s3://models/fraud/model.joblib"


class TestOnce:
    def test_an_event_that_is_handed_over_again_is_not_told_again(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        payments.contributor.registers("fraud")

        assert (hands_over().delivered, hands_over().delivered) == (2, 0)
        assert len(receiver.told) == 2

    def test_each_of_several_tags_is_told_once(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        payments.contributor.registers("fraud", version="1", tags={"a": "1", "b": "1", "c": "1"})
        payments.contributor.patches("payments.fraud", "1", {"tags": {"a": "2", "b": None, "d": "1"}})

        for _ in range(2):
            hands_over("ModelVersionUpdated")

        assert sorted((each.about, each.data["key"], each.data.get("value")) for each in receiver.told) == [
            ("model_version_tag.deleted", "b", None),
            ("model_version_tag.set", "a", "2"),
            ("model_version_tag.set", "d", "1"),
        ]

    def test_eight_who_take_the_same_event_tell_of_it_once(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        payments.contributor.registers("fraud")
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]

        at_once([lambda: jobs.take_event(envelope)] * 8)

        assert sorted(receiver.heard) == ["model_version.created", "registered_model.created"]
        assert waiting() == []

    def test_eight_who_try_what_is_due_send_it_once(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        receiver.manner = say(503)
        payments.contributor.registers("fraud")
        hands_over()
        receiver.manner, receiver.told = lambda told: told.say(200), []

        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            tallies = at_once([jobs.deliver_webhooks] * 8)

        assert sum(each.delivered for each in tallies) == len(receiver.told) == 2


class TestAgain:
    def test_what_was_refused_comes_again_under_the_same_id_until_it_is_taken(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        receiver.manner = say(500)
        asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"events": wants("model_version.created")})
        payments.contributor.registers("fraud")
        assert hands_over() == Tally(failed=1)
        assert shows(payments, ci)["last_delivery_error"] == "HTTP 500"

        start = clock.now()
        with time_machine.travel(start + timedelta(seconds=50), tick=True):
            assert jobs.deliver_webhooks() == Tally()
        with time_machine.travel(start + timedelta(seconds=70), tick=True):
            assert jobs.deliver_webhooks() == Tally(failed=1)
        receiver.manner = lambda told: told.say(204)
        with time_machine.travel(start + timedelta(minutes=4), tick=True):
            assert jobs.deliver_webhooks() == Tally(delivered=1)
            assert jobs.deliver_webhooks() == Tally()

        assert len(receiver.told) == 3
        assert len({each.id for each in receiver.told}) == len({each.body for each in receiver.told}) == 1
        assert len({each.headers["X-MLflow-Timestamp"] for each in receiver.told}) == 3
        assert all(each.is_signed() for each in receiver.told)
        assert "last_delivery_error" not in shows(payments, ci)

    def test_a_receiver_whose_answer_got_lost_gets_the_same_id_again(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        receiver.manner = lambda told: told.hang_up()
        payments.contributor.registers("fraud")
        hands_over("ModelVersionRegistered")
        receiver.manner = lambda told: told.say(200)

        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            jobs.deliver_webhooks()

        first, *others = [each.id for each in receiver.told if each.about == "registered_model.created"]
        assert others == [first]

    def test_what_lasts_for_a_day_is_given_up_and_the_webhook_says_so(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        receiver.manner = say(503)
        asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"events": wants("model_version.created")})
        payments.contributor.registers("fraud")
        total = hands_over()
        start = clock.now()
        for minutes in range(0, 26 * 60, 30):
            with time_machine.travel(start + timedelta(minutes=minutes), tick=True):
                total += jobs.deliver_webhooks()

        assert (total.given_up, waiting()) == (1, [])
        assert shows(payments, ci)["last_delivery_error"] == f"HTTP 503; given up after {total.failed + 1} tries"

    def test_what_is_no_use_is_given_up_at_once(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        receiver.manner = say(410)
        payments.contributor.registers("fraud")

        assert hands_over().given_up == 1
        assert shows(payments, ci)["last_delivery_error"] == "HTTP 410; given up after 1 tries"

    def test_who_asks_to_wait_is_left_alone(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        receiver.manner = say(429, Retry_After="3600")
        asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"events": wants("model_version.created")})
        payments.contributor.registers("fraud")
        hands_over()

        [delivery] = waiting()
        assert timedelta(minutes=59) < delivery.due_at - clock.now() <= timedelta(minutes=60)

    @pytest.mark.parametrize("end", ["disabled", "deleted"])
    def test_a_webhook_that_ended_is_sent_nothing_that_was_due(
        self, payments: Cast, ci: str, receiver: Receiver, end: str
    ) -> None:
        receiver.manner = say(500)
        payments.contributor.registers("fraud")
        hands_over()
        receiver.told = []
        if end == "deleted":
            asks(payments.maintainer, "DELETE", f"webhooks/{ci}")
        else:
            asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"status": "DISABLED"})

        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            jobs.deliver_webhooks()

        assert (receiver.told, waiting()) == ([], [])

    def test_one_that_leads_inside_by_now_is_given_up_uncalled(
        self, payments: Cast, ci: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        payments.contributor.registers("fraud")
        monkeypatch.setattr(posting, "_insecure", False)

        assert hands_over().given_up == 1
        assert receiver.told == []


class TestWhoeverDies:
    """Killed anywhere between the event and the note of what came of it, a delivery falls due again."""

    @pytest.mark.parametrize("point", ["try_once", "settle"])
    def test_between_keeping_and_noting_loses_nothing(
        self, payments: Cast, ci: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, point: str
    ) -> None:
        class Killed(BaseException):
            pass

        def die(*_: Any, **__: Any) -> None:
            raise Killed

        payments.contributor.registers("fraud")
        with monkeypatch.context() as patched:
            patched.setattr(telling if point == "try_once" else telling.deliveries, point, die)
            for envelope in envelopes():
                with suppress(Killed):
                    jobs.take_event(envelope)

        hands_over()  # the bus brings it again: each has its delivery already
        before = len(receiver.told)
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            assert jobs.deliver_webhooks().delivered == 2
        assert (before, waiting()) == ({"try_once": 0, "settle": 1}[point], [])


class TestOthers:
    def test_who_does_not_answer_holds_up_nobody_else(
        self, payments: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.5)
        sleeping = threading.Event()
        makes(payments.maintainer, f"http://127.0.0.1:{receiver.port}/sleeps", name="sleeps")
        makes(payments.maintainer, f"http://127.0.0.1:{receiver.port}/wakes", name="wakes")
        receiver.manner = lambda told: sleeping.wait(3) if told.path == "/sleeps" else told.say(200)
        for version in ("1", "2", "3"):
            payments.contributor.registers("fraud", version=version)

        tally = hands_over()
        paths = [each.path for each in receiver.told]
        sleeping.set()

        # After its first failure it is left to the schedule.
        assert (paths.count("/sleeps"), paths.count("/wakes")) == (1, 3)
        assert (tally.delivered, tally.failed, len(waiting())) == (3, 1, 3)

    def test_of_what_is_due_one_webhook_that_fails_is_tried_once_in_a_pass(
        self, payments: Cast, ci: str, receiver: Receiver
    ) -> None:
        receiver.manner = say(500)
        for version in ("1", "2", "3"):
            payments.contributor.registers("fraud", version=version)
        hands_over()
        receiver.told = []

        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            assert jobs.deliver_webhooks() == Tally(failed=1)
        assert len(receiver.told) == 1

    def test_however_much_is_due_to_who_is_gone_others_are_told_in_the_same_pass(
        self, payments: Cast, receiver: Receiver
    ) -> None:
        ids = {}
        for name in ("gone", "there"):
            url = f"http://127.0.0.1:{receiver.port}/{name}"
            ids[name] = makes(payments.maintainer, url, name=name).body["webhook"]["webhook_id"]
        receiver.manner = lambda told: told.say(503 if told.path == "/gone" else 200)
        an_hour_ago, behind = clock.now() - timedelta(hours=1), clock.now() - timedelta(minutes=1)
        for number in range(telling.DUE_BATCH + 20):
            owed(ids["gone"], f"gone-{number}", since=an_hour_ago)
        owed(ids["there"], "there", since=behind)

        assert jobs.deliver_webhooks() == Tally(delivered=1, failed=1)

        assert sorted(each.path for each in receiver.told) == ["/gone", "/there"]
        # The others wait for as long as that webhook has been gone.
        rests = {each.due_at - clock.now() for each in waiting()}
        assert len(waiting()) == telling.DUE_BATCH + 20
        assert sum(rest > timedelta(minutes=59) for rest in rests) >= 1

        with time_machine.travel(clock.now() + timedelta(hours=25), tick=True):
            given_up = sum((jobs.deliver_webhooks() for _ in range(3)), Tally())
            assert (given_up.given_up, waiting()) == (telling.DUE_BATCH + 20, [])


def owed(webhook: str, delivery: str, *, since: datetime) -> None:
    """A delivery that was never tried."""
    body = '{"entity":"model_version","action":"created","data":{}}'
    kept = Delivery(id=delivery, team=TEAM, webhook=webhook, body=body, created_at=since, tries=1, due_at=since)
    assert deliveries.open_new(kept)


class TestCosts:
    def test_a_team_without_webhooks_costs_a_call_for_each_event(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]

        with counted_calls() as calls:
            jobs.take_event(envelope)
        assert calls == ["Query"]

    def test_telling_one_costs_three_more_than_reading(self, payments: Cast, receiver: Receiver) -> None:
        makes(payments.maintainer, receiver.url)
        payments.contributor.registers("fraud")
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]

        with counted_calls() as calls:
            jobs.take_event(envelope)
        assert calls == ["Query", "GetItem", "BatchGetItem", "UpdateItem", "UpdateItem", "UpdateItem"]


class TestOnLambda:
    def test_the_bus_and_the_schedule_tell_what_came_of_it(
        self, payments: Cast, ci: str, receiver: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        receiver.manner = say(500)
        payments.contributor.registers("fraud")
        [envelope] = [each for each in envelopes() if each["detail-type"] == "ModelVersionRegistered"]

        assert lambda_handler(envelope, None) == {"delivered": 0, "failed": 1, "givenUp": 0}
        receiver.manner = lambda told: told.say(200)
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
            assert lambda_handler({"job": "deliver_webhooks"}, None) == {"delivered": 2, "failed": 0, "givenUp": 0}

        assert json.loads(capsys.readouterr().out.splitlines()[-1])["WebhooksDelivered"] == [2.0]

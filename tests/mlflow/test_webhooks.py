"""Webhooks as their owners see them: who may, what is kept, what is shown, and what nobody is shown."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from inline_snapshot import snapshot

from models_app.domain.webhooks import MOST_WEBHOOKS
from models_app.mlflow.urls import PREFIXES, WEBHOOKS
from models_app.outbox import posting
from models_app.storage.table import EVENTS
from tests.callers import Answer, Caller, Cast
from tests.costs import counted_calls
from tests.mlflow.test_addresses import DOCS
from tests.mlflow.test_refusals import HOSTILE, REPEATED
from tests.outbox.acts import everything
from tests.outbox.receivers import SECRET, Receiver, listening, say
from tests.server import at_once

WEBHOOK = "webhooks/{webhook_id}"

# What each call sends, and how many calls to DynamoDB it makes.
CALLS: dict[tuple[str, str], tuple[dict[str, Any] | None, int]] = {
    ("GET", "webhooks"): (None, 1),
    ("POST", "webhooks"): ({"name": "cd", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}, 1),
    ("GET", WEBHOOK): (None, 1),
    ("PATCH", WEBHOOK): ({"status": "DISABLED"}, 2),
    ("DELETE", WEBHOOK): (None, 2),
    ("POST", f"{WEBHOOK}/test"): ({}, 1),
}
every_call = pytest.mark.parametrize(("method", "address"), CALLS)


def wants(*events: str) -> list[dict[str, str]]:
    """Events as the client writes them."""
    return [dict(zip(("entity", "action"), event.upper().split("."), strict=True)) for event in events]


def asks(caller: Caller, method: str, address: str, body: Any = None, **headers: str) -> Answer:
    """Call an address of webhooks."""
    return caller.calls(method, f"/{PREFIXES[0]}/{address}", body, **headers)


def makes(caller: Caller, at: str, *events: str, **different: Any) -> Answer:
    """Make a webhook that wants to hear of new versions, unless the case says otherwise."""
    body = {"name": "ci", "url": at, "events": wants(*(events or ["model_version.created"])), "secret": SECRET}
    return asks(caller, "POST", "webhooks", body | different)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def ci(payments: Cast, receiver: Receiver) -> str:
    """The id of a webhook of payments; everybody is known already, so that knowing them costs no call."""
    for each in (payments.viewer, payments.contributor, payments.outsider):
        each.gets("me")
    return makes(payments.maintainer, receiver.url).body["webhook"]["webhook_id"]


class TestEveryAddress:
    def test_none_is_forgotten_here_or_in_the_documentation(self) -> None:
        there = {(method, address.replace("str:", "")) for address, deeds in WEBHOOKS.items() for method in deeds}

        assert {(method, address.replace("{", "<").replace("}", ">")) for method, address in CALLS} == there
        page = DOCS.read_text()
        assert [call for call in CALLS if f"| `{call[0]} {call[1]}` |" not in page] == []

    @every_call
    def test_does_what_it_says_for_no_more_calls_than_promised(
        self, payments: Cast, ci: str, receiver: Receiver, method: str, address: str
    ) -> None:
        body, most = CALLS[method, address]
        body = {**body, "url": receiver.url} if address == "webhooks" and body else body

        with counted_calls() as calls:
            answer = asks(payments.maintainer, method, address.format(webhook_id=ci), body)

        assert answer.status == 200, answer.body
        assert len(calls) == most, calls

    @every_call
    @pytest.mark.parametrize("role", ["viewer", "contributor"])
    def test_takes_a_maintainer(self, payments: Cast, ci: str, role: str, method: str, address: str) -> None:
        with counted_calls() as calls:
            answer = asks(getattr(payments, role), method, address.format(webhook_id=ci), *_sent(method, address))

        assert (answer.status, answer.body["error_code"], calls) == (403, "PERMISSION_DENIED", [])

    @every_call
    def test_a_webhook_of_another_team_is_a_missing_one(
        self, payments: Cast, ci: str, method: str, address: str
    ) -> None:
        if "{" not in address:
            return
        foreign, missing = (
            asks(payments.outsider, method, address.format(webhook_id=each), *_sent(method, address))
            for each in (ci, "01M86DQ4W7Q3W5E7R9T1Y3V5ZX")
        )
        assert (foreign.status, foreign.body["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
        assert foreign.body["message"].replace(ci, "…") == missing.body["message"].replace(
            "01M86DQ4W7Q3W5E7R9T1Y3V5ZX", "…"
        )

    @pytest.mark.parametrize("webhook_id", ["x", "..", "é", "VERSION~", "0" * 2000])
    def test_what_can_be_no_id_is_missing(self, payments: Cast, webhook_id: str) -> None:
        assert asks(payments.maintainer, "GET", f"webhooks/{webhook_id}").status == 404


def _sent(method: str, address: str) -> list[dict[str, Any]]:
    """A good body for a call that takes one."""
    body = CALLS[method, address][0]
    return [] if body is None else [{"url": "https://93.184.215.14/", **body}]


class TestMakingOne:
    def test_shows_what_is_kept_but_not_the_secret(self, payments: Cast, receiver: Receiver) -> None:
        answer = makes(payments.maintainer, receiver.url, "model_version.created", description="Builds images")

        made = answer.body["webhook"]
        assert made.pop("webhook_id")
        assert made.pop("creation_timestamp") == made.pop("last_updated_timestamp")
        assert made.pop("url") == receiver.url
        assert made == snapshot(
            {
                "name": "ci",
                "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}],
                "status": "ACTIVE",
                "description": "Builds images",
            }
        )

    @pytest.mark.parametrize(
        ("different", "sentence"),
        [
            ({"name": ""}, "Missing value for required parameter 'name'."),
            ({"name": "-ci"}, "A webhook's name has 1 to 63 letters"),
            ({"name": "x" * 64}, "A webhook's name has 1 to 63 letters"),
            ({"name": "ci\n"}, "A webhook's name has 1 to 63 letters"),
            ({"url": ""}, "Missing value for required parameter 'url'."),
            ({"url": "ftp://example.org"}, "Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https"),
            ({"url": "https:///x"}, "Webhook URL must include a hostname"),
            ({"events": []}, "Missing value for required parameter 'events'."),
            ({"events": "model_version.created"}, "Parameter 'events' is a list of objects"),
            ({"events": ["model_version.created"]}, "An event is an object with entity and action"),
            ({"events": [{"entity": "MODEL_VERSION"}]}, "An event is an object with entity and action"),
            ({"events": wants("run.created")}, "Invalid entity 'run'. Entities are: "),
            (
                {"events": wants("registered_model.deleted")},
                "Invalid action 'deleted' for entity 'registered_model'. Valid actions are: ['created']",
            ),
            ({"events": wants("budget_policy.exceeded")}, "There are no budget policies in this registry"),
            ({"status": "ASLEEP"}, "Invalid webhook status 'ASLEEP'"),
            ({"secret": "x" * 1001}, "A secret has at most 1000 characters."),
            ({"secret": 7.5}, "Value was of type 'float'"),
            ({"description": "x" * 10_001}, "at most 10000 characters are kept"),
        ],
        ids=str,
    )
    def test_what_cannot_be_one_is_refused(
        self, payments: Cast, receiver: Receiver, different: dict[str, Any], sentence: str
    ) -> None:
        answer = makes(payments.maintainer, receiver.url, **different)

        assert (answer.status, answer.body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert sentence in answer.body["message"]

    @pytest.mark.parametrize(
        ("url", "resolved", "sentence"),
        [
            ("http://example.org/", ["93.184.215.14"], "Invalid webhook URL scheme: 'http'"),
            ("https://169.254.169.254/", ["169.254.169.254"], "It leads to no public address."),
            ("https://inside.example.org/", ["10.0.0.7"], "the name leads to an address that is not public"),
            ("https://nowhere.example.org/", [], "the name cannot be resolved"),
        ],
    )
    def test_one_that_leads_inside_is_refused_without_telling_where(
        self, payments: Cast, monkeypatch: pytest.MonkeyPatch, url: str, resolved: list[str], sentence: str
    ) -> None:
        monkeypatch.setattr(posting, "resolve", lambda *_: resolved)

        answer = makes(payments.maintainer, url)

        assert answer.status == 400
        assert sentence in answer.body["message"]
        assert "10.0.0.7" not in answer.body["message"]

    def test_a_team_has_no_more_than_each_event_can_be_told_to(self, payments: Cast, receiver: Receiver) -> None:
        for _ in range(MOST_WEBHOOKS):
            assert makes(payments.maintainer, receiver.url).status == 200

        answer = makes(payments.maintainer, receiver.url)
        assert (answer.status, answer.body["error_code"]) == (409, "RESOURCE_CONFLICT")
        assert answer.body["message"] == "Team payments has 20 webhooks, the most a team may have. Delete one first."

        one = asks(payments.maintainer, "GET", "webhooks").body["webhooks"][0]["webhook_id"]
        asks(payments.maintainer, "DELETE", f"webhooks/{one}")
        assert makes(payments.maintainer, receiver.url).status == 200

    def test_also_when_several_make_one_at_the_same_time(self, payments: Cast, receiver: Receiver) -> None:
        for _ in range(MOST_WEBHOOKS - 3):
            makes(payments.maintainer, receiver.url)

        answers = at_once([lambda: makes(payments.maintainer, receiver.url)] * 8)

        assert sorted(answer.status for answer in answers) == [200] * 3 + [409] * 5
        assert len(asks(payments.maintainer, "GET", "webhooks").body["webhooks"]) == MOST_WEBHOOKS


class TestListing:
    def test_goes_page_by_page_from_the_newest(self, payments: Cast, receiver: Receiver) -> None:
        names = [f"hook-{number}" for number in range(5)]
        for name in names:
            makes(payments.maintainer, receiver.url, name=name)
        makes(payments.outsider, receiver.url, name="elsewhere")

        pages, token = [], ""
        while token is not None:
            answer = asks(payments.maintainer, "GET", f"webhooks?max_results=2&page_token={token}").body
            pages.append([each["name"] for each in answer["webhooks"]])
            token = answer.get("next_page_token")

        assert pages == [["hook-4", "hook-3"], ["hook-2", "hook-1"], ["hook-0"]]

    @pytest.mark.parametrize("query", ["max_results=0", "max_results=x", "page_token=x", "page_token=e30="])
    def test_what_is_no_page_is_refused(self, payments: Cast, query: str) -> None:
        assert asks(payments.maintainer, "GET", f"webhooks?{query}").status == 400


class TestChangingOne:
    def test_leaves_what_is_not_sent(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        before = asks(payments.maintainer, "GET", f"webhooks/{ci}").body["webhook"]

        asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"description": "Builds", "name": "builder"})

        after = asks(payments.maintainer, "GET", f"webhooks/{ci}").body["webhook"]
        assert after.pop("last_updated_timestamp") >= before.pop("last_updated_timestamp")
        assert after == before | {"description": "Builds", "name": "builder"}

    def test_the_same_again_changes_nothing(self, payments: Cast, ci: str) -> None:
        for _ in range(2):
            asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"status": "DISABLED"})

        assert _history(payments) == ["WebhookUpdated", "WebhookCreated"]

    def test_to_what_cannot_be_is_refused(self, payments: Cast, ci: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(posting, "_insecure", False)

        for wrong in ({"url": "http://127.0.0.1/"}, {"name": "."}, {"events": wants("run.created")}, {"status": "x"}):
            assert asks(payments.maintainer, "PATCH", f"webhooks/{ci}", wrong).status == 400
        assert _history(payments) == ["WebhookCreated"]

    def test_a_deleted_one_is_gone(self, payments: Cast, ci: str) -> None:
        assert asks(payments.maintainer, "DELETE", f"webhooks/{ci}").body == {}

        for method in ("GET", "DELETE"):
            answer = asks(payments.maintainer, method, f"webhooks/{ci}")
            assert (answer.status, answer.body["message"]) == (404, f"Webhook with ID {ci} not found.")
        assert _history(payments) == ["WebhookDeleted", "WebhookCreated"]

    def test_a_team_with_webhooks_is_not_deleted(self, payments: Cast, ci: str) -> None:
        blockers = payments.admin.calls("DELETE", "teams/payments").problem["blockers"]

        assert {"kind": "webhooks"} in blockers


class TestTryingOne:
    def test_sends_a_signed_sample_of_the_first_event(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        answer = asks(payments.maintainer, "POST", f"webhooks/{ci}/test", {})

        assert answer.body == {"result": {"success": True, "response_status": 200, "response_body": "thanks"}}
        [told] = receiver.told
        assert told.is_signed()
        assert not told.is_signed("another secret")
        assert told.says.pop("timestamp")
        assert (told.about, told.data) == snapshot(
            (
                "model_version.created",
                {
                    "description": "An example model",
                    "name": "example_model",
                    "run_id": "abcd1234abcd5678",
                    "source": "models:/123",
                    "tags": {"example_key": "example_value"},
                    "version": "1",
                },
            )
        )

    def test_sends_the_event_that_is_named(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        [event] = wants("prompt_alias.deleted")

        asks(payments.maintainer, "POST", f"webhooks/{ci}/test", {"event": event})

        assert (receiver.heard, receiver.told[0].data) == (
            ["prompt_alias.deleted"],
            {"name": "example_prompt", "alias": "example_alias"},
        )

    def test_tells_of_a_refusal(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        receiver.manner = say(500)

        assert asks(payments.maintainer, "POST", f"webhooks/{ci}/test", {}).body["result"] == {
            "success": False,
            "response_status": 500,
            "response_body": "no",
            "error_message": "Failed to test webhook: HTTP 500",
        }

    def test_a_dead_receiver_is_no_mistake_of_ours(self, payments: Cast, ci: str, receiver: Receiver) -> None:
        receiver.close()

        answer = asks(payments.maintainer, "POST", f"webhooks/{ci}/test", {})
        assert (answer.status, answer.body["result"]["success"]) == (200, False)

    def test_one_that_leads_inside_by_now_is_not_called(
        self, payments: Cast, ci: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(posting, "_insecure", False)

        result = asks(payments.maintainer, "POST", f"webhooks/{ci}/test", {}).body["result"]
        assert (result["success"], receiver.told) == (False, [])


@pytest.mark.parametrize("name", ["name", "url", "events", "secret", "status", "description", "event", "max_results"])
def test_no_value_of_any_parameter_is_our_mistake(payments: Cast, ci: str, receiver: Receiver, name: str) -> None:
    for value in [*HOSTILE, [{}], [[]], [{"entity": [], "action": {}}], {"entity": "x" * 9000, "action": "\x01"}]:
        for method, address in (("POST", "webhooks"), ("PATCH", f"webhooks/{ci}"), ("POST", f"webhooks/{ci}/test")):
            body = {"name": "ci", "url": receiver.url, "events": wants("prompt.created"), name: value}
            answer = asks(payments.maintainer, method, address, body)
            assert answer.status not in REPEATED, (method, address, value)


class TestSecrets:
    def test_are_nowhere_but_in_the_webhook_itself(
        self, payments: Cast, receiver: Receiver, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.INFO)  # as the settings have it; below lie whole requests
        url = receiver.url
        ci = makes(payments.maintainer, url).body["webhook"]["webhook_id"]
        receiver.manner = say(500)
        answers = [
            asks(payments.maintainer, "GET", "webhooks"),
            asks(payments.maintainer, "POST", f"webhooks/{ci}/test", {}),
            asks(payments.maintainer, "PATCH", f"webhooks/{ci}", {"secret": f"{SECRET}-2", "url": f"{url}2"}),
            payments.viewer.gets("events"),
        ]

        assert all(SECRET not in answer.raw.decode() for answer in answers)
        assert "-key" not in answers[-1].raw.decode()
        events = json.dumps([item for item in everything() if item["sk"]["S"].startswith(EVENTS)])
        logged = caplog.text + "".join(capsys.readouterr())
        for text in (events, logged):
            assert SECRET not in text
            assert "path-key" not in text
            assert "query-key" not in text


def _history(payments: Cast) -> list[str]:
    events = payments.viewer.gets("events").body["results"]
    return [event["eventType"] for event in events if event["eventType"].startswith("Webhook")]

"""One JSON line a request, and nothing in any line that a reader of logs could sign in with."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.urls import include, path

from models_app.domain import clock, tickets
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.teams import TeamSlug
from models_app.domain.tokens import TokenText
from tests.callers import Caller, a_team
from tests.identity.outages import dead_engine
from tests.identity.people import PASSWORD, Browser, an_account, signed_in

CANARY = "canary-in-a-coal-mine"


def fails(request: HttpRequest) -> None:
    """A view of nobody's: it fails with all that the request holds at hand, and some of it in its message."""
    authorization, cookies, body = request.headers.get("Authorization"), dict(request.COOKIES), request.body
    token = (authorization or "").removeprefix("Bearer ")
    raise RuntimeError(f"It broke on {token} after {len(cookies)} cookies and {len(body)} bytes.")


urlpatterns = [path("fails", fails), path("", include("registry_project.urls"))]
handler500 = "models_app.web.refusals.server_error"


class Log:
    """What was written since the test began."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == "registry.requests"]


@pytest.fixture
def log() -> Iterator[Log]:
    """The handler that settings made, writing where the test can read."""
    (handler,) = (each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler)
    log = Log(io.StringIO())
    before = handler.setStream(log.stream)
    yield log
    handler.setStream(before)


class TestLines:
    def test_each_request_is_one_line_that_says_what_matters(self, payments: Any, log: Log) -> None:
        answer = payments.contributor.registers("fraud", version="1")

        (line,) = log.lines
        assert line.pop("milliseconds") > 0
        assert line.pop("coldStart") in {True, False}
        assert line.pop("time").endswith("Z")
        assert line == {
            "level": "INFO",
            "logger": "registry.requests",
            "message": "request",
            "requestId": answer.headers["X-Request-Id"],
            "method": "POST",
            "route": "api/v1/models",
            "status": 201,
            "actor": answer.body["createdBy"],
            "team": "payments",
            "calls": 2,
            "readUnits": 1,
            "writeUnits": 11,
        }

    def test_so_are_those_that_got_nowhere(self, payments: Any, log: Log) -> None:
        answers = [
            payments.anonymous.gets("me"),
            payments.viewer.gets("/nowhere"),
            payments.viewer.gets("models/payments.nothing"),
            payments.viewer.calls("DELETE", "models"),
            payments.viewer.gets("me", host="evil.example"),
            payments.contributor.calls("POST", "models", raw=b"{"),
        ]

        assert [line["status"] for line in log.requests] == [answer.status for answer in answers]
        assert [line["requestId"] for line in log.requests] == [each.headers["X-Request-Id"] for each in answers]

    def test_queries_and_paths_of_callers_are_not_repeated(self, payments: Any, log: Log) -> None:
        payments.viewer.gets(f"models?namePattern={CANARY}")
        payments.viewer.gets(f"models/payments.{CANARY}")
        payments.viewer.gets(f"/{CANARY}")
        payments.viewer.gets(f"models?{CANARY}=1")

        assert len(log.requests) == 4
        assert CANARY not in log.text

    def test_no_caller_writes_a_line_of_their_own(self, payments: Any, log: Log) -> None:
        forged = '12345678\n{"level": "INFO", "message": "all is well"}'

        payments.viewer.gets("me", x_request_id=forged, user_agent=forged, host=forged)
        payments.viewer.gets("/x%0A%7B%22level%22%3A%22INFO%22%7D")

        assert all(set(line) > {"time", "level", "logger"} for line in log.lines)
        assert "all is well" not in [line["message"] for line in log.lines]

    def test_storage_that_is_away_is_told_without_what_was_asked_of_it(self, payments: Any, log: Log) -> None:
        payments.contributor.gets("me")
        with dead_engine():
            payments.contributor.registers(CANARY, description=CANARY)

        assert [line["level"] for line in log.lines[1:]] == ["ERROR", "INFO"]
        assert CANARY not in log.text


class TestSecrets:
    def test_no_line_of_a_long_day_holds_one(self, table: None, log: Log) -> None:
        """Every way to prove who you are, good and bad; then the log is searched for each part of it."""
        cast = a_team()
        an_account("grace", payments="maintainer")
        ada = signed_in("ada", payments="maintainer")
        issued = ada.calls("POST", "teams/payments/tokens", {"name": "ci", "role": "viewer"}).body["token"]
        basic = base64.b64encode(f"ada:{issued}".encode()).decode()
        wrong = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
        mistyped, foreign = issued[:-1] + "_", TokenText.generate().text
        stranger = Browser("stranger")
        stranger.signs_in("ada", f"not-{PASSWORD}")
        stranger.signs_in(issued, PASSWORD)
        for header in (
            f"Bearer {issued}",
            f"Basic {basic}",
            f"Basic {wrong}",
            f"Bearer {mistyped}",
            f"Bearer {foreign}",
        ):
            for call in (
                "me",
                "models",
                "models/payments.nothing",
                f"models?x={issued}",
                f"/{issued}",
                f"teams/{issued}",
            ):
                Caller("caller", header).gets(call)
            Caller("caller", header).calls("POST", "models", {"modelName": issued, issued: PASSWORD})
        ada.calls("DELETE", f"teams/payments/tokens/{issued[3:15]}")
        thief = ada.copy_of_session()
        held = [ada.session, ada.csrf_token]
        ada.signs_out()
        thief.gets("me")
        cast.viewer.gets("me", host=issued)
        cast.viewer.gets("me", x_request_id=issued[:40], cookie=f"session={held[0]}")

        secrets = [issued, issued[16:], issued[16:40], basic, wrong, mistyped, foreign, foreign[16:], PASSWORD, *held]
        assert len(log.requests) > 40
        assert [secret for secret in secrets if secret in log.text] == []

    def test_nor_does_a_traceback(self, payments: Any, log: Log, settings: Any) -> None:
        ada = signed_in("ada", payments="viewer")
        settings.ROOT_URLCONF = __name__
        token = payments.viewer.authorization.removeprefix("Bearer ")

        ada.client.generic(
            "GET", "/fails", PASSWORD, headers={"authorization": f"Bearer {token}", "x-csrftoken": ada.csrf_token}
        )

        (error,) = (line for line in log.lines if line["level"] == "ERROR")
        assert "RuntimeError: It broke on [token] after 2 cookies" in error["exception"]
        assert error["requestId"] == log.requests[-1]["requestId"]
        assert log.requests[-1]["status"] == 500
        secrets = (token, token[16:], ada.session, ada.csrf_token, PASSWORD)
        assert [secret for secret in secrets if secret in log.text] == []

    def test_and_its_caller_is_told_only_what_to_ask_for(self, payments: Any, log: Log, settings: Any) -> None:
        settings.ROOT_URLCONF = __name__

        answer = payments.viewer.gets("/fails")

        assert (answer.status, answer.slug) == (500, "internal-error")
        assert b"broke" not in answer.raw

    def test_what_looks_like_a_single_sign_on_token_is_struck_out_too(self, log: Log) -> None:
        jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"

        logging.getLogger("registry").error("It said %s and %s.", jwt, TokenText("A" * 12, "B" * 30).text)

        assert log.lines[0]["message"] == "It said [token] and [token]."

    def test_a_callback_ticket_is_struck_out_too(self, log: Log) -> None:
        ticket = tickets.issue(DeploymentId.new(TeamSlug("payments")), key="k" * 60, at=clock.now())

        logging.getLogger("registry").error("It said %s.", ticket)

        assert log.lines[0]["message"] == "It said [token]."

"""Each caller has a quota of requests for each window; who has used it up is told when to go on."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from inline_snapshot import snapshot

from models_app.domain.rates import RatePolicy
from models_app.services import rates
from tests.callers import Answer
from tests.costs import counted_calls
from tests.identity.outages import dead_engine
from tests.identity.people import PASSWORD, Browser, an_account, signed_in
from tests.limits.conftest import Limit

NOON = "2026-11-23T12:00:00Z"
FORM = re.compile(r'"default";r=(\d+);t=(\d+)')


@pytest.fixture(autouse=True)
def clock() -> Any:
    """A clock that stands still at the beginning of a window, until a test moves it."""
    with time_machine.travel(NOON, tick=False) as moving:
        yield moving


def until_refused(caller: Any, path: str = "me") -> tuple[list[Answer], Answer]:
    """What a caller gets who does not stop asking: the answers, and the refusal."""
    answers = []
    for _ in range(1000):
        answer = caller.gets(path)
        if answer.status == 429:
            return answers, answer
        answers.append(answer)
    raise AssertionError("There is no limit.")


class TestQuotas:
    def test_a_window_has_as_many_requests_as_promised_and_not_one_more(self, payments: Any, limit: Limit) -> None:
        policy = limit(5, 10)

        answers, _ = until_refused(payments.viewer)

        assert len(answers) == policy.quota == 50

    def test_who_used_it_up_is_told_when_to_go_on(self, payments: Any, limit: Limit, clock: Any) -> None:
        limit(2, 10)
        clock.shift(3.5)

        _, refusal = until_refused(payments.viewer)

        assert refusal.problem == snapshot(
            {
                "type": "/problems/too-many-requests",
                "title": "Too many requests",
                "status": 429,
                "detail": (
                    "These are more than 20 requests within 10 seconds. Wait for 7 seconds, then go on; "
                    "the RateLimit header of each answer tells what is left."
                ),
            }
        )
        assert refusal.headers["Retry-After"] == "7"
        assert refusal.headers["RateLimit-Policy"] == '"default";q=20;w=10'
        assert refusal.headers["RateLimit"] == '"default";r=0;t=7'

    @pytest.mark.parametrize("past", [0, 0.001, 3.2, 9, 9.999])
    def test_and_then_it_goes_on(self, payments: Any, limit: Limit, clock: Any, past: float) -> None:
        limit(1, 10)
        clock.shift(past)
        _, refusal = until_refused(payments.viewer)

        clock.shift(int(refusal.headers["Retry-After"]))

        assert payments.viewer.gets("me").status == 200

    def test_each_answer_says_what_is_left(self, payments: Any, limit: Limit) -> None:
        limit(5, 10)

        answers, _ = until_refused(payments.viewer)

        told = [FORM.fullmatch(answer.headers["RateLimit"]) for answer in answers]
        assert [int(found[1]) for found in told if found] == list(range(49, -1, -1))

    def test_refusals_of_other_kinds_count_and_say_so_too(self, payments: Any, limit: Limit) -> None:
        limit(5, 10)

        answers = [payments.viewer.gets("models/payments.nothing"), payments.viewer.registers("fraud")]

        assert [answer.status for answer in answers] == [404, 403]
        assert [answer.headers["RateLimit"] for answer in answers] == ['"default";r=49;t=10', '"default";r=48;t=10']

    def test_nobody_pays_for_somebody_else(self, payments: Any, limit: Limit) -> None:
        limit(1, 10)
        until_refused(payments.viewer)

        assert payments.maintainer.gets("me").status == 200

    def test_without_a_limit_nothing_is_said_or_asked(self, payments: Any) -> None:
        payments.viewer.gets("me")
        with counted_calls() as calls:
            answer = payments.viewer.gets("me")

        assert calls == []
        assert "RateLimit" not in answer.headers

    def test_a_limit_that_is_none_stops_the_start(self) -> None:
        with pytest.raises(ValueError, match="at least one request a second"):
            RatePolicy(per_second=-1, window_seconds=10)


class TestFaces:
    def test_mlflows_client_reads_its_own_code_and_waits(self, payments: Any, limit: Limit) -> None:
        limit(1, 10)

        _, refusal = until_refused(payments.viewer, "/api/2.0/mlflow/registered-models/search")

        assert refusal.body["error_code"] == "REQUEST_LIMIT_EXCEEDED"
        assert refusal.headers["Retry-After"] == "10"

    def test_the_faces_share_a_quota(self, payments: Any, limit: Limit) -> None:
        limit(1, 10)
        until_refused(payments.viewer, "/api/2.0/mlflow/registered-models/search")

        assert payments.viewer.gets("me").slug == "too-many-requests"

    @pytest.mark.parametrize("path", ["/api/v1/models", "/web/account", "/admin/", "/web/teams/new"])
    def test_a_browser_is_limited_on_every_page(self, payments: Any, limit: Limit, path: str) -> None:
        ada = signed_in("ada", payments="maintainer")
        limit(1, 10)

        statuses = [ada.client.get(path, headers={"accept": "text/html"}).status_code for _ in range(11)]

        assert 429 not in statuses[:10]
        page = ada.client.get(path, headers={"accept": "text/html"})
        assert (statuses[10], page.status_code) == (429, 429)
        assert page.headers["Retry-After"] == "10"
        assert b"Too many requests" in page.content

    def test_an_authorization_header_that_a_page_ignores_opens_no_second_quota(
        self, payments: Any, limit: Limit
    ) -> None:
        ada = signed_in("ada", payments="maintainer")
        limit(1, 10)

        statuses = [
            ada.client.get("/web/account", headers={"authorization": "Bearer x"}).status_code for _ in range(11)
        ]

        assert statuses[10] == 429

    def test_a_session_that_was_ended_uses_up_nothing_of_its_user(self, payments: Any, limit: Limit) -> None:
        ada = signed_in("ada", payments="maintainer")
        thief, stolen = Browser("thief"), ada.session
        ada.signs_out()
        limit(1, 10)

        for _ in range(15):
            thief.client.cookies["session"] = stolen
            assert thief.gets("me").status == 401
        again = Browser("ada")
        again.signs_in("ada")
        assert again.gets("me").status == 200

    def test_a_caller_with_a_token_is_told_nothing_about_cookies(self, payments: Any, limit: Limit) -> None:
        limit(1, 10)

        assert "Cookie" not in payments.viewer.gets("me").headers.get("Vary", "")

    def test_who_proves_no_identity_uses_up_nobodys_quota(self, payments: Any, limit: Limit) -> None:
        limit(1, 10)
        an_account("grace", payments="viewer")
        good = payments.viewer.authorization
        payments.viewer.authorization = good[:-6] + "A" * 6
        stranger = Browser("stranger")

        refused = [payments.viewer.gets("me").status for _ in range(30)]
        for _ in range(3):
            stranger.signs_in("grace", f"not-{PASSWORD}")

        assert set(refused) == {401}
        payments.viewer.authorization = good
        assert payments.viewer.gets("me").headers["RateLimit"] == '"default";r=9;t=10'


class TestCosts:
    def test_a_request_with_a_lease_makes_no_call_more(self, payments: Any, limit: Limit) -> None:
        limit(50, 10)
        payments.viewer.gets("me")  # the token, and the first lease
        with counted_calls() as calls:
            answers = [payments.viewer.gets("me") for _ in range(2)]

        assert [answer.status for answer in answers] == [200, 200]
        assert calls == []

    def test_leases_grow_so_that_a_busy_caller_seldom_asks(self, payments: Any, limit: Limit) -> None:
        limit(50, 10)
        payments.viewer.gets("me")
        with counted_calls() as calls:
            for _ in range(99):
                payments.viewer.gets("me")

        assert set(calls) == {"UpdateItem"}
        assert len(calls) == 12  # each lease is at most a fiftieth of what is left

    def test_being_refused_costs_nothing(self, payments: Any, limit: Limit) -> None:
        limit(1, 10)
        until_refused(payments.viewer)
        with counted_calls() as calls:
            assert {payments.viewer.gets("me").status for _ in range(20)} == {429}

        assert calls == []


class TestOutages:
    """Decided: a limit that cannot be asked lets requests through."""

    def test_a_request_is_let_through_and_the_log_tells(
        self, payments: Any, limit: Limit, caplog: pytest.LogCaptureFixture
    ) -> None:
        payments.viewer.gets("me")
        limit(1, 10)
        with dead_engine():
            answer = payments.viewer.gets("me")

        assert answer.status == 200
        assert "RateLimit" not in answer.headers
        assert "no rate limit for token:" in caplog.text

    def test_a_page_says_in_its_own_form_that_storage_is_away(self, payments: Any, limit: Limit) -> None:
        ada = signed_in("ada", payments="maintainer")
        limit(1, 10)
        with dead_engine():
            page = ada.client.get("/api/v1/models")

        assert page.status_code == 503

    def test_for_a_second_nobody_waits_for_another_failure(self, payments: Any, limit: Limit, clock: Any) -> None:
        payments.viewer.gets("me")
        limit(1, 10)
        with dead_engine(), counted_calls() as calls:
            for _ in range(5):
                payments.viewer.gets("me")
            once = len(calls)
            clock.shift(1)
            payments.viewer.gets("me")

        assert 1 <= once < len(calls)

    def test_afterwards_the_limit_is_back(self, payments: Any, limit: Limit, clock: Any) -> None:
        payments.viewer.gets("me")
        limit(1, 10)
        with dead_engine():
            payments.viewer.gets("me")
        clock.shift(1)

        answers, _ = until_refused(payments.viewer)

        assert len(answers) == 10


class TestForgetting:
    def test_a_process_that_forgot_its_callers_grants_no_more_than_there_is(
        self, payments: Any, limit: Limit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        policy = limit(5, 10)
        monkeypatch.setattr(rates, "MOST_CALLERS", 1)

        admitted = {"viewer": 0, "maintainer": 0}
        for _ in range(120):
            for name in admitted:
                admitted[name] += getattr(payments, name).gets("me").status == 200

        assert admitted == {"viewer": policy.quota, "maintainer": policy.quota}

"""Whoever guesses passwords is stopped: ten failures of one account in a quarter of an hour, then 429."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from models_app.domain.actors import command_line
from models_app.domain.clock import now
from models_app.domain.sign_ins import MOST_FAILURES, WINDOW
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.services import tokens, users
from tests.callers import Answer, Cast, assert_is_problem
from tests.costs import counted_calls
from tests.identity.people import Browser, an_account, hashed, signed_in

SOON = timedelta(seconds=1)


def tries(username: str, password: str = "wrong") -> Answer:
    """One attempt from a browser of its own, as a guesser would."""
    answer = Browser("guesser").signs_in(username, password)
    body = answer.json() if "json" in answer.headers["Content-Type"] else None
    return Answer(answer.status_code, body, answer.headers, answer.content)


def fails(username: str, *, times: int = MOST_FAILURES) -> None:
    """Guess wrong so often, and be told no more than that."""
    assert [tries(username).status for _ in range(times)] == [200] * times


def is_let_in(username: str) -> bool:
    """Whether the right password opens the account."""
    return Browser(username).signs_in(username).status_code == 302


class TestAfterTenFailures:
    def test_the_account_takes_no_password_for_a_quarter_of_an_hour(self, table: None) -> None:
        an_account("ada")
        fails("ada")

        answer = tries("ada")

        assert_is_problem(answer)
        assert (answer.status, answer.slug) == (429, "too-many-sign-ins")
        assert 0 < int(answer.headers["Retry-After"]) <= WINDOW.total_seconds()
        assert not is_let_in("ada")

    def test_nine_are_forgiven(self, table: None) -> None:
        an_account("ada")
        fails("ada", times=MOST_FAILURES - 1)

        assert is_let_in("ada")

    def test_retry_after_is_when_it_opens_again(self, table: None) -> None:
        an_account("ada")
        began = now()
        with time_machine.travel(began, tick=False):
            fails("ada")
        with time_machine.travel(began + timedelta(minutes=5), tick=False):
            wait = timedelta(seconds=int(tries("ada").headers["Retry-After"]))
        with time_machine.travel(began + timedelta(minutes=5) + wait - SOON, tick=False):
            assert not is_let_in("ada")
        with time_machine.travel(began + timedelta(minutes=5) + wait + SOON, tick=False):
            assert is_let_in("ada")

    def test_refused_attempts_do_not_make_it_longer(self, table: None) -> None:
        an_account("ada")
        fails("ada")
        with time_machine.travel(now() + WINDOW - SOON * 30):
            assert tries("ada").status == 429
        with time_machine.travel(now() + WINDOW + SOON):
            assert is_let_in("ada")

    def test_the_next_quarter_of_an_hour_counts_anew(self, table: None) -> None:
        an_account("ada")
        fails("ada")
        with time_machine.travel(now() + WINDOW + SOON):
            fails("ada")
            assert tries("ada").status == 429

    def test_a_name_that_nobody_has_is_treated_alike(self, table: None) -> None:
        fails("nobody")

        assert tries("nobody").slug == "too-many-sign-ins"
        users.create_user(actor=command_line(), username=Username("nobody"), password=hashed("x"))
        assert users.find_user(Username("nobody")) is not None

    def test_however_the_name_is_written(self, table: None) -> None:
        an_account("ada")
        for written in ("ADA", "ada") * (MOST_FAILURES // 2):
            assert tries(written).status == 200

        assert tries("Ada").status == 429

    def test_so_are_failures_of_a_deactivated_account(self, table: None) -> None:
        an_account("ada")
        users.update_user(actor=command_line(), username=Username("ada"), is_active=False)
        fails("ada")

        assert tries("ada").status == 429


class TestNobodyElseIsShutOut:
    def test_other_accounts_sign_in(self, table: None) -> None:
        an_account("ada")
        an_account("grace")
        fails("ada")

        assert is_let_in("grace")

    def test_an_open_session_goes_on(self, table: None) -> None:
        ada = signed_in("ada")
        fails("ada")

        assert ada.gets("me").status == 200

    def test_tokens_work_and_cannot_be_shut_out_by_guessing(self, payments: Cast) -> None:
        an_account("ada", payments="maintainer")
        issued = tokens.issue_token(
            actor=command_line(), team=TeamSlug("payments"), name="of ada", role=Role.MAINTAINER
        )
        fails("ada")
        guesser = Browser("guesser", authorization=f"Bearer {issued.text.text[:-8]}00000000")
        assert [guesser.gets("me").status for _ in range(MOST_FAILURES + 5)] == [401] * (MOST_FAILURES + 5)

        assert payments.maintainer.gets("me").status == 200
        assert Browser("ada", authorization=f"Bearer {issued.text.text}").gets("me").status == 200


class TestCosts:
    @pytest.mark.parametrize(
        ("failures", "password", "calls"),
        [
            (0, None, ["Query"]),
            (3, None, ["Query"]),
            (0, "wrong", ["Query", "UpdateItem"]),
            (3, "wrong", ["Query", "UpdateItem"]),
            (MOST_FAILURES, "wrong", ["Query"]),
        ],
    )
    def test_a_success_costs_none_more_a_failure_one(
        self, table: None, failures: int, password: str | None, calls: list[str]
    ) -> None:
        an_account("ada")
        fails("ada", times=failures)
        with counted_calls() as sent:
            tries("ada", password) if password else is_let_in("ada")

        assert sent == calls

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from models_app.domain import clock
from models_app.domain.actors import command_line
from models_app.domain.events import Event, EventKind
from models_app.domain.teams import TeamSlug
from models_app.domain.tokens import TokenText
from models_app.storage import tokens
from models_app.storage.transactions import commit
from tests.callers import Caller
from tests.costs import counted_calls

TOKENS = "teams/payments/tokens"


@pytest.fixture
def ci(payments):
    """A pipeline with a token of its own, good for a day."""
    body = {"name": "ci", "role": "contributor", "expiresInDays": 1}
    issued = payments.maintainer.calls("POST", TOKENS, body).body
    return Caller(issued["tokenId"], f"Bearer {issued['token']}")


@contextmanager
def at(instant):
    with time_machine.travel(instant, tick=False):
        yield


def revoked_by_another_process(token_id):
    """What a revocation elsewhere leaves in the table, and nothing in this process's memory."""
    token = tokens.find(token_id)
    gone = replace(token, revoked_at=clock.now(), revision=token.revision + 1)
    data = {"tokenId": token.id, "name": token.name, "role": token.role}
    event = Event.record(EventKind.TOKEN_REVOKED, by=command_line(), team=TeamSlug("payments"), data=data)
    commit([tokens.revoking(gone)], event=event)


class TestRevoking:
    def test_here_it_is_refused_from_the_next_request_on(self, payments, ci):
        assert ci.gets("me").status == 200

        assert payments.maintainer.calls("DELETE", f"{TOKENS}/{ci.name}").status == 204

        answer = ci.gets("me")
        assert (answer.status, answer.slug) == (401, "credentials-refused")
        assert answer.problem["detail"] == "This token was revoked. A maintainer of your team can issue another."

    def test_it_leaves_the_list_and_says_when_it_ended(self, payments, ci):
        payments.maintainer.calls("DELETE", f"{TOKENS}/{ci.name}")

        assert ci.name not in [each["tokenId"] for each in payments.maintainer.gets(TOKENS).body["results"]]
        assert payments.maintainer.gets(f"{TOKENS}/{ci.name}").body["revokedAt"] is not None

    def test_a_second_time_changes_nothing(self, payments, ci):
        payments.maintainer.calls("DELETE", f"{TOKENS}/{ci.name}")
        once = payments.maintainer.gets(f"{TOKENS}/{ci.name}").body
        history = payments.viewer.gets("events").body

        assert payments.maintainer.calls("DELETE", f"{TOKENS}/{ci.name}").status == 204

        assert payments.maintainer.gets(f"{TOKENS}/{ci.name}").body == once
        assert payments.viewer.gets("events").body == history

    def test_a_token_may_end_itself(self, payments):
        me = payments.maintainer.gets("me").body["actor"].removeprefix("token:")

        assert payments.maintainer.calls("DELETE", f"{TOKENS}/{me}").status == 204
        assert payments.maintainer.gets("me").status == 401

    @pytest.mark.parametrize(
        "token_id",
        ["0" * 12, "x", "TOKEN", "..", "a%23b", "%00", "a" * 3000, "%F0%9F%92%A5", "a%20b", "ci", "' OR 1=1"],
        ids=lambda text: text[:12],
    )
    def test_an_unknown_one_is_not_found_whatever_it_looks_like(self, payments, token_id):
        for method in ("GET", "DELETE"):
            answer = payments.maintainer.calls(method, f"{TOKENS}/{token_id}")
            assert (answer.status, answer.slug) == (404, "token-not-found")

    def test_nor_is_another_teams(self, payments):
        theirs = payments.outsider.gets("me").body["actor"].removeprefix("token:")

        for method in ("GET", "DELETE"):
            assert payments.maintainer.calls(method, f"{TOKENS}/{theirs}").slug == "token-not-found"
        assert payments.outsider.gets("me").status == 200

    def test_nor_is_the_platforms(self, payments):
        platform = payments.admin.gets("me").body["actor"].removeprefix("token:")

        assert payments.maintainer.calls("DELETE", f"{TOKENS}/{platform}").slug == "token-not-found"
        assert payments.admin.gets("me").status == 200


class TestElsewhere:
    """Promised: the record is cached in the process for at most 30 s, so a revoked token dies within 30 s."""

    def test_a_revocation_elsewhere_counts_after_at_most_30_seconds(self, ci):
        now = clock.now()
        with at(now):
            assert ci.gets("me").status == 200
            revoked_by_another_process(ci.name)
        with at(now + timedelta(seconds=29.9)):
            assert ci.gets("me").status == 200
        with at(now + timedelta(seconds=30)):
            assert ci.gets("me").status == 401

    def test_being_used_all_the_time_does_not_prolong_that(self, ci):
        now = clock.now()
        with at(now):
            ci.gets("me")
            revoked_by_another_process(ci.name)
        statuses = []
        for seconds in range(1, 32):
            with at(now + timedelta(seconds=seconds)):
                statuses.append(ci.gets("me").status)

        assert statuses == [200] * 29 + [401] * 2

    def test_meanwhile_it_is_known_without_a_call(self, ci):
        ci.gets("me")

        with counted_calls() as calls:
            ci.gets("me")

        assert calls == []


class TestExpiry:
    def test_a_token_is_good_to_its_last_moment_and_not_for_longer(self, payments, ci):
        end = tokens.find(ci.name).expires_at
        with at(end - timedelta(milliseconds=1)):
            assert ci.gets("me").status == 200
        with at(end):
            answer = ci.gets("me")
            assert (answer.status, answer.slug) == (401, "credentials-refused")
            assert answer.problem["detail"] == "This token has expired. A maintainer of your team can issue another."

    def test_only_who_holds_the_secret_is_told_that_it_ended(self, payments, ci):
        payments.maintainer.calls("DELETE", f"{TOKENS}/{ci.name}")
        guess = TokenText(ci.name, "0" * 30).text
        never = TokenText("0" * 12, "0" * 30).text

        answers = [Caller("guesser", f"Bearer {text}").gets("me") for text in (guess, never)]

        assert answers[0].problem == answers[1].problem

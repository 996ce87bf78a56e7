"""API tokens at the door: Bearer, or the password of Basic, which is what MLflow's client sends."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from models_app.domain.tokens import BASE62, TokenText
from tests.callers import Caller
from tests.costs import counted_calls

A_TOKEN = TokenText("Nobody000000", "knowsThisToken0000000000000000").text


def basic(username, password):
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def text_of(caller):
    return caller.authorization.removeprefix("Bearer ")


class TestAccepted:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer ", "  Bearer"])
    def test_bearer_in_any_case_and_spacing(self, payments, scheme):
        caller = Caller("ci", f"{scheme} {text_of(payments.viewer)}")

        assert caller.gets("me").status == 200

    @pytest.mark.parametrize("username", ["ada", "", "token", "x y", "ünï", "a" * 500])
    def test_basic_with_the_token_as_password_whatever_the_name(self, payments, username):
        caller = Caller("mlflow", basic(username, text_of(payments.viewer)))

        assert caller.gets("me").body["actor"] == payments.viewer.gets("me").body["actor"]

    def test_basic_may_write_too(self, payments):
        caller = Caller("mlflow", basic("ci", text_of(payments.contributor)))

        assert caller.registers("fraud").status == 201


class TestRefused:
    REASONS = (
        ("", "credentials-missing"),
        ("   ", "credentials-missing"),
        ("Bearer", "credentials-refused"),
        ("Bearer ", "credentials-refused"),
        ("Bearer mr_", "credentials-refused"),
        ("Bearer null", "credentials-refused"),
        ("Bearer None", "credentials-refused"),
        ("Bearer undefined", "credentials-refused"),
        ("Basic", "credentials-refused"),
        ("Basic !!!", "credentials-refused"),
        ("Basic é", "credentials-refused"),
        ("Basic \udc80", "credentials-refused"),
        ("Basic YQ", "credentials-refused"),
        ("Basic /w==", "credentials-refused"),
        ("Basic Og==", "credentials-refused"),
        (basic("ada", ""), "credentials-refused"),
        ("Digest username=ada", "credentials-refused"),
        ("Negotiate YII=", "credentials-refused"),
        ("Token " + A_TOKEN, "credentials-refused"),
        (A_TOKEN, "credentials-refused"),
        (f"Bearer {A_TOKEN}, Bearer {A_TOKEN}", "credentials-refused"),
        (f"Bearer {A_TOKEN} x", "credentials-refused"),
        (f"Bearer {A_TOKEN}\x00", "credentials-refused"),
        (f"Bearer {A_TOKEN}\n", "credentials-refused"),
        ("Bearer " + "a" * 100_000, "credentials-refused"),
        ("Bearer eyJhbGciOiJub25lIn0.e30.", "credentials-refused"),
        ("Bearer \xff\xfe", "credentials-refused"),
        ("Bearer mr_" + "é" * 49, "credentials-refused"),
    )

    @pytest.mark.parametrize(
        ("header", "slug"),
        REASONS,
        ids=[f"{ascii(header)[:12]} {number}" for number, (header, _) in enumerate(REASONS)],
    )
    def test_what_is_no_token_is_a_401_that_challenges(self, table, header, slug):
        answer = Caller("stranger", header).gets("me")

        assert (answer.status, answer.slug) == (401, slug)
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="model-registry"'

    def test_a_token_of_another_registry_is_told_so(self, table):
        assert Caller("stranger", f"Bearer {A_TOKEN}").gets("me").problem == snapshot(
            {
                "type": "/problems/credentials-refused",
                "title": "These credentials are not accepted",
                "status": 401,
                "detail": "This token is not known here. Check which registry it belongs to.",
            }
        )

    def test_the_right_id_with_another_secret_reads_just_the_same(self, payments):
        forged = TokenText(TokenText.parse(text_of(payments.viewer)).id, "A" * 30).text

        answers = [Caller("stranger", f"Bearer {text}").gets("me") for text in (forged, A_TOKEN)]

        assert answers[0].problem == answers[1].problem

    def test_nothing_that_was_sent_is_repeated(self, payments):
        mistyped = text_of(payments.viewer)[:-1] + "_"

        answer = Caller("stranger", f"Bearer {mistyped}").gets("me")

        assert mistyped[3:] not in answer.raw.decode()

    def test_an_error_at_the_door_comes_before_one_in_the_room(self, payments):
        stranger = Caller("stranger", "Bearer mr_x")

        answers = [stranger.gets("models/payments.nothing"), stranger.calls("POST", "models", raw=b"{")]

        assert [answer.status for answer in answers] == [401, 401]


class TestMistyped:
    """Promised: the checksum refuses typos without a call."""

    def test_2000_tokens_with_one_wrong_character_cost_nothing(self, payments):
        text = text_of(payments.viewer)
        typist = Caller("typist")
        refused = 0
        with counted_calls() as calls:
            for number in range(2_000):
                place = number % len(text)
                old = text[place]
                others = [character for character in BASE62 + "_-. \t~é" if character != old]
                mutant = text[:place] + others[number // len(text) % len(others)] + text[place + 1 :]
                typist.authorization = f"Bearer {mutant}"
                refused += typist.gets("me").status == 401

        assert refused == 2_000
        assert calls == []

    @settings(max_examples=300, deadline=None)
    @given(data=st.data())
    def test_neither_do_swapped_left_out_or_doubled_ones(self, data):
        text = A_TOKEN
        place = data.draw(st.integers(0, len(text) - 2))
        mutants = [
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:],
        ]
        for mutant in set(mutants) - {text}:
            with counted_calls() as calls:
                assert Caller("typist", f"Bearer {mutant}").gets("me").status == 401
            assert calls == []

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(st.characters(max_codepoint=255), max_size=200))
    def test_no_header_at_all_is_more_than_a_401(self, header):
        with counted_calls() as calls:
            assert Caller("stranger", header or " ").gets("me").status == 401
        assert calls == []


class TestPasswords:
    def test_account_passwords_are_for_signing_in_only(self, payments):
        from tests.identity.people import PASSWORD, an_account

        an_account("ada", payments="maintainer")

        with counted_calls() as calls:
            answer = Caller("ada", basic("ada", PASSWORD)).gets("me")

        assert answer.status == 401
        assert answer.problem["detail"] == snapshot(
            "An API token begins with mr_. Account passwords are for signing in only."
        )
        assert calls == []

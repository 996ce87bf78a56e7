"""Tokens: what their text tells without a call, and when one is accepted."""

from __future__ import annotations

import random
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain.errors import CredentialsRefused
from models_app.domain.teams import Role, TeamSlug
from models_app.domain.tokens import BASE62, Token, TokenText

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def refused(text: str) -> bool:
    try:
        TokenText.parse(text)
    except CredentialsRefused:
        return True
    return False


class TestTheText:
    """Promised: "Authorization: Bearer mr_<id>_<secret><checksum>. The checksum refuses typos without a call"."""

    def test_it_has_the_published_form(self) -> None:
        assert re.fullmatch(r"mr_[0-9A-Za-z]{12}_[0-9A-Za-z]{36}", TokenText.generate().text)

    def test_it_is_what_it_always_was(self) -> None:
        token = TokenText("9fJ2kLm3Qw8Z", "abcdefghijKLMNOPQRST0123456789")

        assert token.text == "mr_9fJ2kLm3Qw8Z_abcdefghijKLMNOPQRST01234567893OMdSj"

    def test_it_reads_back(self) -> None:
        written = TokenText.generate()

        assert TokenText.parse(written.text) == written

    def test_no_two_are_alike(self) -> None:
        texts = [TokenText.generate() for _ in range(500)]

        assert len({each.id for each in texts}) == len({each.secret for each in texts}) == 500

    def test_every_change_of_one_character_is_caught(self) -> None:
        for text in (TokenText.generate().text for _ in range(2)):
            mutants = {text[:at] + other + text[at + 1 :] for at in range(len(text)) for other in BASE62 + "_- "} - {
                text
            }
            assert len(mutants) > 3000
            assert [mutant for mutant in mutants if not refused(mutant)] == []

    def test_every_transposition_is_caught(self) -> None:
        caught = 0
        for text in (TokenText.generate().text for _ in range(4)):
            for one in range(len(text)):
                for other in range(one + 1, len(text)):
                    characters = list(text)
                    characters[one], characters[other] = characters[other], characters[one]
                    if (mutant := "".join(characters)) != text:
                        assert refused(mutant)
                        caught += 1
        assert caught > 4000

    def test_a_character_too_few_or_too_many_is_caught(self) -> None:
        text = TokenText.generate().text

        assert all(refused(text[:at] + text[at + 1 :]) for at in range(len(text)))
        assert all(refused(text[:at] + random.choice(BASE62) + text[at:]) for at in range(len(text) + 1))

    @given(text=st.text(max_size=60))
    def test_nothing_that_anybody_types_breaks_it(self, text: str) -> None:
        assert refused(text)
        assert refused(f"mr_{text}")

    @pytest.mark.parametrize("form", [" {}", "{}\n", "Bearer {}", '"{}"', "<{}>"], ids=ascii)
    def test_what_copying_adds_to_it_is_caught(self, form: str) -> None:
        assert refused(form.format(TokenText.generate().text))

    @pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
    def test_another_case_is_caught(self, change: Callable[[str], str]) -> None:
        assert refused(change(TokenText.generate().text))


class TestTheSecret:
    """Promised: "the secret is stored hashed". No log line or traceback shows it either."""

    def test_no_way_of_printing_shows_it(self) -> None:
        token = TokenText.generate()

        for shown in (repr(token), str(token), f"{token}", f"{[token]}", "%s" % token):  # noqa: UP031 - one more way
            assert token.secret not in shown
            assert token.id in shown

    def test_a_refusal_does_not_repeat_it(self) -> None:
        text = TokenText.generate().text
        mistyped = text[:-1] + ("a" if text[-1] != "a" else "b")

        with pytest.raises(CredentialsRefused) as refusal:
            TokenText.parse(mistyped)

        assert text[16:40] not in "".join(traceback.format_exception(refusal.value))

    def test_the_digest_does_not_give_it_back(self) -> None:
        token = TokenText.generate()

        assert token.secret not in token.digest
        assert token.digest == TokenText.parse(token.text).digest != TokenText.generate().digest


class TestAccepting:
    TEXT = TokenText.generate()

    def token(self, **different: object) -> Token:
        facts = {
            "id": self.TEXT.id,
            "name": "ci",
            "digest": self.TEXT.digest,
            "team": TeamSlug("payments"),
            "role": Role.CONTRIBUTOR,
            "created_at": NOON,
            "created_by": "user:ada",
            "expires_at": NOON + timedelta(days=1),
        }
        return Token(**facts | different)  # type: ignore[arg-type]

    def refusal_of(self, token: Token, presented: TokenText, at: datetime) -> str:
        with pytest.raises(CredentialsRefused) as refusal:
            token.accept(presented, at=at)
        return str(refusal.value)

    def test_the_right_secret_is_accepted(self) -> None:
        self.token().accept(self.TEXT, at=NOON)

    def test_the_wrong_secret_is_refused(self) -> None:
        wrong = TokenText(self.TEXT.id, TokenText.generate().secret)

        assert "not known here" in self.refusal_of(self.token(), wrong, NOON)

    def test_it_ends_at_its_expiry_to_the_instant(self) -> None:
        end = NOON + timedelta(days=1)

        self.token().accept(self.TEXT, at=end - timedelta(milliseconds=1))
        assert "expired" in self.refusal_of(self.token(), self.TEXT, end)

    def test_a_revoked_one_is_refused(self) -> None:
        assert "revoked" in self.refusal_of(self.token(revoked_at=NOON), self.TEXT, NOON)

    def test_only_the_holder_of_the_secret_learns_that_it_was_revoked(self) -> None:
        wrong = TokenText(self.TEXT.id, TokenText.generate().secret)
        sentences = {
            self.refusal_of(token, wrong, NOON + timedelta(days=2))
            for token in (self.token(), self.token(revoked_at=NOON))
        }

        assert len(sentences) == 1
        assert "not known here" in sentences.pop()

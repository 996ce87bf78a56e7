"""Credentials that are almost right, and labels that were given before: none is taken."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from models_app.domain import tokens as domain
from models_app.domain.errors import CredentialsRefused
from models_app.domain.tokens import BASE62, PREFIX, TokenText
from tests.callers import Caller, Cast
from tests.costs import counted_calls
from tests.identity.people import Browser, signed_in
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves

MUTANTS = "mistyped tokens are refused without a call"
COOKIES = "tampered session cookies are refused"
LABELS = "a number is never given again"


def mistyped(chance: random.Random, count: int) -> Iterator[str]:
    """Tokens with one other character, or with two neighbours swapped."""
    while count:
        text = TokenText.generate().text
        place = chance.randrange(len(PREFIX), len(text) - 1)
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        other = chance.choice([each for each in BASE62 if each != text[place]])
        for wrong in {text[:place] + other + text[place + 1 :], swapped} - {text}:
            if count:
                count -= 1
                yield wrong


def passing(count: int) -> list[str]:
    """Those that are read as tokens."""
    found = []
    for text in mistyped(random.Random(3), count):
        try:
            TokenText.parse(text)
        except CredentialsRefused:
            continue
        found.append(text)
    return found


def test_mistyped_tokens_are_refused_without_a_call(payments: Cast) -> None:
    count = rounds(5_000, full=100_000)

    found = passing(count)
    with counted_calls() as calls:
        for text in mistyped(random.Random(4), rounds(50, full=500)):
            assert Caller("typist", f"Bearer {text}").gets("me").status == 401

    proves(MUTANTS, f"{count} refused, {len(calls)} calls", target="all, 0 calls", holds=not found and not calls)


def test_without_the_checksum_they_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: tokens of which only the form is looked at."""
    monkeypatch.setattr(domain.hmac, "compare_digest", lambda *_: True)
    found = passing(1_000)

    controls(MUTANTS, f"without the checksum {len(found)} of 1000 pass", target="at least 1", holds=bool(found))


def test_tampered_cookies_are_refused(payments: Cast) -> None:
    ada = signed_in("ada", payments="maintainer")
    whole, chance, count, let_in = ada.session, random.Random(5), rounds(100, full=1_000), []
    thief = Browser("thief")
    for _ in range(count):
        place = chance.randrange(len(whole) - 1)
        other = chance.choice([each for each in BASE62 if each != whole[place]])
        thief.client.cookies["session"] = whole[:place] + other + whole[place + 1 :]
        if thief.gets("me").status != 401:
            let_in.append(place)
    thief.client.cookies["session"] = whole

    proves(COOKIES, f"{count - len(let_in)} of {count} refused", target="all", holds=not let_in)
    controls(
        COOKIES, f"the one that was not: {thief.gets('me').status}", target=200, holds=thief.gets("me").status == 200
    )


def test_numbers_are_given_once_and_what_is_restored_is_the_same(payments: Cast) -> None:
    given, count = [], rounds(20, full=100)
    for _ in range(count):
        label = payments.maintainer.registers("fraud").body["version"]
        given.append(label)
        if len(given) % 20 == 1:  # as it was, but for its revision and when that was
            before = payments.viewer.reads("payments.fraud", label)
            payments.maintainer.deletes("payments.fraud", label)
            assert payments.maintainer.restores("payments.fraud", label).status == 200
            after = payments.viewer.reads("payments.fraud", label)
            changing = ("updatedAt", "updatedBy")
            assert {k: v for k, v in after.body.items() if k not in changing} == {
                k: v for k, v in before.body.items() if k not in changing
            }
        assert payments.maintainer.deletes("payments.fraud", label).status == 204

    assert given == [str(number) for number in range(1, count + 1)]
    proves(LABELS, f"{len(set(given))} numbers in {count} cycles", target="one each", holds=len(set(given)) == count)

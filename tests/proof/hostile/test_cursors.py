"""Cursors that were tampered with open nothing, and filters of any shape take no time."""

from __future__ import annotations

import base64
import contextlib
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from cryptography.fernet import InvalidToken

from models_app.api import pagination
from models_app.mlflow.filters import MAX_CHARACTERS, OF_MODELS, OF_VERSIONS, is_like, parse_filter, parse_order
from models_app.mlflow.refusals import MlflowRefusal
from models_app.mlflow.searches import MODEL_ORDER
from models_app.mlflow.urls import PREFIXES
from tests.callers import Caller, Cast
from tests.costs import counted_calls
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.hostile.machine import slowness

CURSORS = "a cursor that was tampered with is refused before anything is asked"
TOKENS = "a forged page token of MLflow's shows nothing that its caller may not see"
FILTERS = "no filter takes time, and what is none is refused"

COUNT = rounds(400, full=10_000)
MILLISECONDS = 10
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
LISTS = (
    *("models", "models?ordering=-updatedAt", "models/payments.first/versions", "models/payments.first/events"),
    *("models/payments.first/deployments", "events", "teams/payments/tokens", "deployments"),
)


@pytest.fixture
def cast(payments: Cast) -> Cast:
    """Two teams with enough to go on with on every list."""
    for caller, maintainer, team in (
        (payments.contributor, payments.maintainer, "payments"),
        (payments.outsider, payments.outsider, "vision"),
    ):
        for name in ("first", "second"):
            for version in ("1", "2"):
                caller.registers(name, version=version)
        for target in ("EKS", "Lambda"):
            maintainer.deploys(f"{team}.first", "1", deploymentTarget=target)
    return payments


def first_cursor(caller: Caller, path: str) -> str:
    """The cursor of a list's second page; a text that is none where there is only one."""
    following = caller.gets(f"{path}{'&' if '?' in path else '?'}limit=1").body["next"] or f"?cursor={'A' * 100}"
    return parse_qs(urlsplit(following).query)["cursor"][0]


def tampered(good: str, other: str, dice: random.Random) -> str:
    """A cursor with something about it that is not as it was made."""
    place, letter = dice.randrange(len(good) - 3), dice.choice(ALPHABET)  # its last bits mean nothing
    cut = dice.randrange(1, len(good) - 3)
    ways: list[Callable[[], str]] = [
        lambda: good[:place] + (letter if letter != good[place] else "~") + good[place + 1 :],
        lambda: good[:cut],
        lambda: good[:cut] + other[cut:],
        lambda: good[:place] + good[place + 1] + good[place] + good[place + 2 :],
        lambda: good[:place] + letter + good[place:],
        lambda: "".join(dice.choices(ALPHABET, k=len(good))),
        lambda: base64.urlsafe_b64encode(dice.randbytes(dice.choice([0, 1, 60, 120]))).decode(),
        lambda: base64.urlsafe_b64encode(json.dumps({"pk": "MODEL#vision.first", "sk": "META"}).encode()).decode(),
        lambda: good + chr(dice.randrange(0x110000 - 0x800) % 0xD800),
        lambda: "".join(chr(dice.randrange(0xD800)) for _ in range(dice.randrange(1, 40))),
    ]
    made = dice.choice(ways)()
    return made if made not in {good, other} else made + "A"


def let_in(cast: Cast, count: int) -> list[str]:
    """The tampered cursors that were not refused, or not at once."""
    dice, wrong = random.Random("cursors"), []
    cursors = {path: first_cursor(cast.maintainer, path) for path in LISTS}
    others = {path: first_cursor(cast.outsider, path.replace("payments", "vision")) for path in LISTS}
    for number in range(count):
        path = LISTS[number % len(LISTS)]
        cursor = tampered(cursors[path], others[path], dice) if number % 40 else others[path]
        address = f"/api/v1/{path}{'&' if '?' in path else '?'}cursor={quote(cursor, safe='')}"
        with counted_calls() as calls:
            answer = cast.maintainer.client.get(address, headers={"authorization": cast.maintainer.authorization})
        is_refused = answer.status_code == 400 and answer.json()["type"].removeprefix("/problems/") in REFUSED
        if not is_refused or calls or b"vision" in answer.content:
            wrong.append(f"{path} {cursor[:60]!a}: {answer.status_code}, {calls}")
    return wrong


REFUSED = {"invalid-cursor", "invalid-fields"}


class TestCursors:
    def test_none_opens_anything(self, cast: Cast) -> None:
        wrong = let_in(cast, COUNT)

        assert wrong == []
        proves(CURSORS, f"{COUNT} tampered: {len(wrong)} let in", target="0 of 10000", holds=not wrong)

    def test_cursors_without_a_seal_are_noticed(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        class Unsealed:
            """What opens whatever it can read."""

            def encrypt(self, text: bytes) -> bytes:
                return base64.urlsafe_b64encode(text)

            def decrypt(self, text: bytes, *, ttl: int) -> bytes:
                try:
                    json.loads(found := base64.urlsafe_b64decode(text))
                except ValueError:
                    raise InvalidToken from None
                return found

        monkeypatch.setattr(pagination, "_box", lambda *_: Unsealed())

        wrong = let_in(cast, 200)

        controls(CURSORS, f"cursors without a seal: {len(wrong)} of 200 let in", target="some", holds=bool(wrong))


class TestTokens:
    """MLflow's page tokens are open, as MLflow's own are: a forged one is of the caller's own team, or none."""

    def test_none_shows_another_teams(self, cast: Cast) -> None:
        dice, wrong, count = random.Random("tokens"), [], rounds(200, full=5_000)
        fields: tuple[Any, ...] = (
            "first",
            "secret",
            "1",
            "../x",
            "\0",
            "\ud800",
            "9" * 500,
            "",
            7,
            None,
            [],
            {},
            "MODEL#x",
        )
        for number in range(count):
            names = dice.sample(["name", "at", "version", "shown", "webhook"], dice.randrange(4))
            place: Any = {name: dice.choice(fields) for name in names}
            if dice.random() < 0.2:
                place = dice.choice([[], "x", 1, None, [place]])
            token = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
            token = token if dice.random() < 0.8 else token[: dice.randrange(len(token))] + dice.choice(ALPHABET)
            address = ("registered-models/search", "model-versions/search", "webhooks")[number % 3]
            query = urlencode({"page_token": token, "max_results": "1"})
            answer = cast.maintainer.calls("GET", f"/{PREFIXES[0]}/{address}?{query}")
            if answer.status not in {200, 400} or b"vision" in answer.raw:
                wrong.append(f"{address} {place!a}: {answer.status}")

        assert wrong == []
        proves(TOKENS, f"{count} forged: {len(wrong)} answered otherwise", target="0", holds=not wrong)


PIECES = (
    *("name", "tags", "tags.x", "tags.`x y`", 'tags."x"', "attribute.name", "run_id", "version_number", "source_path"),
    *("=", "!=", ">=", "<", "LIKE", "ILIKE", "IN", "NOT IN", "AND", "OR", "and", "NOT", "(", ")", ",", "`", "'", '"'),
    *("'x'", '"x"', "'%'", "'%%%%%%%%_%'", "('a','b')", "('a',)", "()", "1", "-1.5", "1e9", "NULL", "''", "'it''s'"),
    *(" ", "  ", "\t", "\n", "\0", "é", "\u202e", "İ", ";", "--", "/*", "\\", "%", "_", ".", "$", "^", "(((", "'" * 50),
)


def filters(count: int) -> Iterator[str]:
    """Texts of a filter's parts, some without end."""
    dice = random.Random("filters")
    for number in range(count):
        if number % 10 == 0:
            yield dice.choice(PIECES) * dice.choice([100, 1000, MAX_CHARACTERS])
        elif number % 10 == 1:
            yield " AND ".join(["name = 'x'"] * dice.randrange(1, 300)) + dice.choice(PIECES)
        elif number % 10 == 2:
            yield f"name LIKE '{'%a' * dice.randrange(2000)}{dice.choice(PIECES)}'"
        elif number % 10 == 3:
            yield f"name IN ({', '.join(['x'.join(QUOTES)] * dice.randrange(1500))}{dice.choice(PIECES)}"
        else:
            yield "".join(dice.choices(PIECES, k=dice.randrange(1, 40)))


QUOTES = ("'", "'")


def slow(parse: Callable[[str], object], texts: Iterator[str]) -> tuple[float, list[str]]:
    """The slowest, in milliseconds, and those that took too long or broke."""
    slowest, wrong = 0.0, []
    for text in texts:
        least, said = _timed(parse, text), ""
        if least > MILLISECONDS:  # the machine has other things to do: the least of several is what it takes
            least = min(least, *(_timed(parse, text) for _ in range(4)))
            said = f"{least:.0f} ms" if least > MILLISECONDS * slowness() else ""
        slowest = max(slowest, least)
        if said:
            wrong.append(f"{text[:60]!a} of {len(text)}: {said}")
    return slowest, wrong


def _timed(parse: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    with contextlib.suppress(MlflowRefusal):
        parse(text)
    return (time.thread_time() - begun) * 1000


def read(text: str) -> None:
    """All that is done with a filter, an order, and a pattern."""
    for known in (OF_MODELS, OF_VERSIONS):
        try:
            for comparison in parse_filter(text, known):
                comparison.holds({"name": "xa" * 60, "version_number": 7}, {"x": "y"})
        except MlflowRefusal:
            continue
    is_like("xa" * 60, text[:1000])
    parse_order([text], MODEL_ORDER, what="Invalid attribute")


class TestFilters:
    def test_none_takes_time(self) -> None:
        slowest, wrong = slow(read, filters(COUNT))

        assert wrong == []
        figure = f"{COUNT} texts, the slowest {slowest:.1f} ms of CPU, {len(wrong)} beyond {MILLISECONDS} ms"
        proves(FILTERS, figure, target=f"10000, each within {MILLISECONDS} ms", holds=not wrong)

    def test_a_grammar_that_tries_everything_is_noticed(self) -> None:
        careless = re.compile(r"(\w+)+=")

        _, wrong = slow(careless.fullmatch, iter(["a" * 20]))

        controls(FILTERS, f"an expression that backtracks: {len(wrong)} of 1 too slow", target="1", holds=bool(wrong))

    def test_through_the_api_too(self, cast: Cast) -> None:
        dice, wrong = random.Random("queries"), []
        names = (
            "framework",
            "deploymentTarget",
            "status",
            "ordering",
            "namePattern",
            "updatedAfter",
            "tag",
            "teamId",
            "limit",
        )
        texts = list(filters(rounds(150, full=3_000)))
        for text in texts:
            query = urlencode([(dice.choice(names), text[:4000]) for _ in range(dice.randrange(1, 4))])
            if cast.maintainer.gets(f"models?{query}").status not in {200, 400, 403, 404}:
                wrong.append(query[:100])
            answer = cast.maintainer.calls("GET", f"/{PREFIXES[0]}/model-versions/search?{urlencode({'filter': text})}")
            if answer.status not in {200, 400}:
                wrong.append(f"{text[:60]!a}: {answer.status}")

        assert wrong == []
        proves(f"{FILTERS}: through HTTP", f"{2 * len(texts)} queries, {len(wrong)} wrong", target="0", holds=not wrong)

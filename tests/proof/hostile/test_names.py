"""Names: refused, or the same after a round trip, and no two under one key. A twin that looks the same is no name."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from models_app.domain.aliases import AliasName
from models_app.domain.errors import InvalidFields
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import TeamSlug, parse_username
from models_app.storage import table
from tests.callers import Cast
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves

NAME = "a name is refused, or comes back as it was under a key of its own"
NAMES = rounds(5_000, full=50_000)
THROUGH_HTTP = rounds(40, full=400)

PLAIN = "abcxyzABCXYZ0159vV"
JOINTS = "._ -+@"
# Marks that nobody sees, letters that look like others, separators.
STRANGE = (
    "\u200b\u200c\u200d\u2060\ufeff\xad\u202e\u2066\u200f\u0301\u0307\xa0\u2028\x00\n\r\t\x7f\x85\u0430"
    "\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0501\u0455\uff41\uff42\uff11\uff0e\uff0d\xe9\xdf\u0130"
    "\u0131\u017fK\ufb01\u2460\xb2\u0663\u0966#/\\%:?&~*,;'\"<>|`$^(){}[]!=\U0001d41a\U0001d7cf\U000e0061"
    "\u6a21"
)
TWINS: dict[str, Callable[[str], str]] = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text.replace("e", "é")),
    "composed": lambda text: unicodedata.normalize("NFC", text.replace("e", "é")),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "zero width inside": lambda text: text[:1] + "\u200b" + text[1:],
    "joiner behind": lambda text: text + "\u200d",
    "turned": lambda text: "\u202e" + text,
    "Cyrillic": lambda text: text.translate(str.maketrans("aeopcyx", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445")),
    "dotless": lambda text: text.replace("i", "\u0131"),
    "line behind": lambda text: text + "\n",
    "space behind": lambda text: text + " ",
    "space before": lambda text: " " + text,
    "NUL behind": lambda text: text + "\0",
}


@dataclass(frozen=True)
class Kind:
    """A kind of name: how it is read, under what it is kept, and whether case matters there."""

    parse: Callable[[str], str]
    key: Callable[[str], str]
    folds_case: bool = False


KINDS = {
    "team": Kind(TeamSlug.parse, lambda name: table.team_partition(TeamSlug(name)), folds_case=True),
    "user": Kind(parse_username, table.user_partition, folds_case=True),
    "model": Kind(ModelName.parse, lambda name: table.model_partition(ModelId(TeamSlug("payments"), ModelName(name)))),
    "alias": Kind(AliasName.parse, str),
    "version": Kind(VersionLabel.parse, lambda name: VersionLabel(name).key),
}


def names(count: int, *, seed: str = "names") -> Iterator[str]:
    """Names, half of them good but for a letter or two."""
    dice = random.Random(seed)
    for _ in range(count):
        text = dice.choices(
            PLAIN if dice.random() < 0.6 else PLAIN + JOINTS, k=dice.choice([1, 2, 3, 5, 8, 64, 65, 129])
        )
        for _ in range(dice.choice([0, 0, 1, 2])):
            strange = dice.choice(STRANGE) if dice.random() < 0.8 else chr(dice.randrange(0x110000))
            text.insert(dice.randrange(len(text) + 1), strange)
        yield "".join(text)


def read(kind: Kind, text: str) -> str | None:
    """The name in a text, None if there is none in it."""
    try:
        return kind.parse(text)
    except InvalidFields:
        return None


def confusions(count: int) -> list[str]:
    """What went wrong with so many names of each kind."""
    wrong = []
    for what, kind in KINDS.items():
        kept: dict[str, str] = {}
        for text in names(count):
            name = read(kind, text)
            if name is None:
                continue
            if name != (text.lower() if kind.folds_case else text) or not name.isascii():
                wrong.append(f"{what} {text!a} is read as {name!a}")
            if kept.setdefault(kind.key(name), name) != name:
                wrong.append(f"{what} {name!a} is kept where {kept[kind.key(name)]!a} is")
            wrong += twins(what, kind, name)
    return wrong


def twins(what: str, kind: Kind, name: str) -> Iterator[str]:
    """The twins of a name that are let in beside it."""
    for way, twin in TWINS.items():
        other = twin(name)
        if other != name and read(kind, other) is not None:
            yield f"{what} {name!a} has a twin: {way}"
    if kind.folds_case and read(kind, name.swapcase()) not in {None, name}:
        yield f"{what} {name!a} has a twin in another case"


def test_none_is_changed_and_no_two_meet() -> None:
    wrong = confusions(NAMES)

    figure = f"{NAMES} texts as {len(KINDS)} kinds of names: {len(wrong)} changed, met, or with a twin"
    proves(NAME, figure, target="0 of 50000", holds=not wrong)


def _any_letters(text: str) -> str:
    if not text.isalnum():
        raise InvalidFields.one("modelName", "invalid", "No.")
    return text


@pytest.mark.parametrize(
    ("mistake", "kind"),
    [
        ("letters of any script", Kind(_any_letters, str)),
        ("white space stripped", Kind(lambda text: ModelName.parse(text.strip()), str)),
        ("compatible letters folded", Kind(lambda text: ModelName.parse(unicodedata.normalize("NFKC", text)), str)),
        ("one key for all cases", Kind(ModelName.parse, str.lower)),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_careless_names_are_noticed(monkeypatch: pytest.MonkeyPatch, mistake: str, kind: Kind) -> None:
    for what in list(KINDS):
        monkeypatch.delitem(KINDS, what)
    monkeypatch.setitem(KINDS, "model", kind)

    wrong = confusions(3_000)

    controls(NAME, f"{mistake}: {len(wrong)} noticed", target="some", holds=bool(wrong))


def test_so_it_is_through_http(payments: Cast) -> None:
    there, wrong = set(), []
    for text in dict.fromkeys(names(THROUGH_HTTP, seed="through HTTP")):
        given = payments.contributor.registers(text, version="1")
        if (given.status == 201) != (read(KINDS["model"], text) is not None):
            wrong.append(f"{text!a}: {given.status}")
        if given.status == 201:
            there.add(text)
            found = payments.viewer.gets(f"models/{quote('payments.' + text, safe='')}")
            if (found.status, found.body.get("modelName")) != (200, text):
                wrong.append(f"{text!a} reads as {found.body}")
        elif given.status == 409:
            wrong.append(f"{text!a} meets another")
    listed = [model["modelName"] for page in payments.viewer.pages("models", limit=100) for model in page]

    holds = not wrong and sorted(listed) == sorted(there)
    figure = f"{THROUGH_HTTP} tried, {len(there)} let in, {len(wrong)} wrong"
    proves(f"{NAME}: through HTTP", figure, target="0 wrong", holds=holds)

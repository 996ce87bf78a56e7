"""What was sealed cannot be changed unseen: a table with a tampered row in it, a thousand times."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models_app.domain.seals import Seal, find_breaks
from models_app.domain.teams import TeamSlug
from models_app.services import seals as services
from models_app.storage import seals
from models_app.storage.table import EVENTS, RawItem, team_seals
from tests.callers import Cast
from tests.outbox.acts import everything
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves

NAME = "tampering with sealed events is told"
TEAM = TeamSlug("payments")
EVENTS_A_SEAL = 8
Row = dict[str, Any]


@pytest.fixture
def rows(payments: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """A table with some forty events of a team under five seals or more, of which the last is noted elsewhere."""
    monkeypatch.setattr(services, "MARGIN", timedelta(0))
    monkeypatch.setattr(services, "MOST_EVENTS", EVENTS_A_SEAL)
    for number in range(1, 21):
        payments.contributor.registers("fraud", version=f"1.{number}.0")
        payments.maintainer.moves("payments.fraud", "champion", f"1.{number}.0")
    assert services.seal_all() > 4
    return everything()  # type: ignore[return-value]


def breaks(rows: list[Row], noted: dict[int, str] | None = None) -> list[str]:
    """What is found in these rows."""
    found = seals.of_rows(rows).get(TEAM, seals.Sealed())
    return list(find_breaks(found.seals, found.prints, noted or {}))


def heads(rows: list[Row]) -> dict[int, str]:
    """What somebody noted elsewhere: the newest seal."""
    last = seals.of_rows(rows)[TEAM].seals[-1]
    return {last.number: last.digest}


def events_in(rows: list[Row]) -> list[Row]:
    """The sealed events among them."""
    through = seals.of_rows(rows)[TEAM].seals[-1].through
    mine = [row for row in rows if row["sk"]["S"].startswith(EVENTS) and seals.team_of(row) == TEAM]
    return [row for row in mine if _id_of(row) <= through]


def _id_of(row: Row) -> str:
    return row["sk"]["S"].removeprefix(EVENTS)


def seals_in(rows: list[Row]) -> list[Row]:
    """The seals among them, by number."""
    mine = [row for row in rows if row["pk"]["S"] == team_seals(TEAM)]
    return sorted(mine, key=lambda row: row["sk"]["S"])


def edited(text: str, chance: random.Random) -> str:
    """The text with one other character."""
    place = chance.randrange(len(text))
    return text[:place] + chance.choice([each for each in "0123456789abz~" if each != text[place]]) + text[place + 1 :]


def edit(rows: list[Row], chance: random.Random) -> None:
    """Another text in an event."""
    row = chance.choice(events_in(rows))
    name = chance.choice([name for name in row if row[name].get("S") and name not in {*seals.NOT_SEALED, "pk", "sk"}])
    row[name] = {"S": edited(row[name]["S"], chance)}


def take_a_fact(rows: list[Row], chance: random.Random) -> None:
    """A fact less."""
    row = chance.choice(events_in(rows))
    del row[chance.choice([name for name in row if name not in {*seals.NOT_SEALED, "pk", "sk"}])]


def add_a_fact(rows: list[Row], chance: random.Random) -> None:
    """A fact more."""
    chance.choice(events_in(rows))["added"] = {"S": "x"}


def delete(rows: list[Row], chance: random.Random) -> None:
    """An event less."""
    rows.remove(chance.choice(events_in(rows)))


def insert(rows: list[Row], chance: random.Random) -> None:
    """An event more, at a time that is sealed."""
    row = copy.deepcopy(chance.choice(events_in(rows)[:-1]))
    row["sk"] = {"S": f"{row['sk']['S'][:-6]}{chance.randrange(10**6):06}"}
    rows.append(row)


def swap(rows: list[Row], chance: random.Random) -> None:
    """Two events in each other's place: what happened first happened last."""
    one, other = chance.sample(events_in(rows), 2)
    facts = [name for name in {*one, *other} if name not in {"pk", "sk"} and one.get(name) != other.get(name)]
    for name in facts:
        was, will = one.pop(name, None), other.pop(name, None)
        one.update({name: will} if will else {})
        other.update({name: was} if was else {})


def move(rows: list[Row], chance: random.Random) -> None:
    """An event in the history of another model."""
    chance.choice(events_in(rows))["pk"] = {"S": f"MODEL#{chance.choice(['payments.other', 'vision.cats'])}"}


def edit_a_seal(rows: list[Row], chance: random.Random) -> None:
    """Another digest, end or count."""
    row, name = chance.choice(seals_in(rows)), chance.choice(["digest", "through", "event_count"])
    row[name] = {"N": str(int(row[name]["N"]) + 1)} if "N" in row[name] else {"S": edited(row[name]["S"], chance)}


def delete_a_seal(rows: list[Row], chance: random.Random) -> None:
    """A seal less; also the newest, which the note tells of."""
    rows.remove(chance.choice(seals_in(rows)))


def swap_seals(rows: list[Row], chance: random.Random) -> None:
    """Two seals in each other's place."""
    one, other = chance.sample(seals_in(rows), 2)
    one["digest"], other["digest"] = other["digest"], one["digest"]


def seal_anew(rows: list[Row], chance: random.Random) -> None:
    """Another text in an event, and its seal made to fit: what comes behind no longer does."""
    row = chance.choice(events_in(rows))
    row["actor"] = {"S": "user:nobody"}
    found = seals.of_rows(rows)[TEAM]
    place = next(place for place, seal in enumerate(found.seals) if _id_of(row) <= seal.through)
    before = found.seals[place - 1] if place else None
    begin, end = before.through if before else "", found.seals[place].through
    covered = [each for each in sorted(found.prints) if begin < each[0] <= end]
    seals_in(rows)[place]["digest"] = {"S": Seal.over(covered, team=TEAM, after=before).digest}


KINDS: list[Callable[[list[Row], random.Random], None]] = [
    *(edit, take_a_fact, add_a_fact, delete, insert, swap, move),
    *(edit_a_seal, delete_a_seal, swap_seals, seal_anew),
]


def unnoticed(rows: list[RawItem], count: int, kinds: list[Callable[..., None]] = KINDS) -> list[str]:
    """The kinds of tampering of which nothing is told."""
    noted, found = heads(rows), []
    for seed in range(count):
        tampered, kind = copy.deepcopy(rows), kinds[seed % len(kinds)]
        kind(tampered, random.Random(seed))
        if not breaks(tampered, noted):
            found.append(f"{kind.__name__} by seed {seed}")
    return found


def test_all_tampering_is_told(rows: list[Row]) -> None:
    assert breaks(rows, heads(rows)) == []
    count = rounds(44, full=1_000)

    missed = unnoticed(rows, count)

    assert missed == []
    proves(NAME, f"{count} of {count} told, of {len(KINDS)} kinds", target="all", holds=not missed)


def test_the_control_is_noticed(rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals that do not hang together: whoever makes one of them anew is not noticed."""
    chained = Seal.over.__func__  # type: ignore[attr-defined]

    def alone(cls: type[Seal], prints: Any, *, team: TeamSlug, after: Seal | None) -> Seal:
        made: Seal = chained(cls, prints, team=team, after=None)
        return Seal(
            team=team,
            number=after.number + 1 if after else 1,
            through=made.through,
            count=made.count,
            digest=made.digest,
        )

    monkeypatch.setattr(Seal, "over", classmethod(alone))
    for place, seal in enumerate(seals.of_rows(rows)[TEAM].seals):  # the same rows, each sealed for itself
        found = seals.of_rows(rows)[TEAM]
        begin = found.seals[place - 1].through if place else ""
        covered = [each for each in sorted(found.prints) if begin < each[0] <= seal.through]
        seals_in(rows)[place]["digest"] = {"S": Seal.over(covered, team=TEAM, after=None).digest}
    assert breaks(rows) == []

    missed = unnoticed(rows, rounds(20, full=200), [seal_anew])

    controls(NAME, f"seals without a chain: {len(missed)} go unnoticed", target="at least 1", holds=bool(missed))

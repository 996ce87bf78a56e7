"""Seals as they are kept: one item each, put once. And the fingerprints of events, made of the whole of their rows.

A seal is no change of the registry, so no event tells of it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from models_app.domain import clock
from models_app.domain.documents import canonical_json
from models_app.domain.seals import Print, Seal
from models_app.domain.teams import TeamSlug
from models_app.storage import table
from models_app.storage.pages import Listing, read_page, read_table
from models_app.storage.table import RawItem, RegistryItem, SealItem
from models_app.storage.updates import update_if

# What changes about an event once it stands: its place in the outbox, and what became of sending it.
NOT_SEALED = frozenset({"gsi2pk", "gsi2sk", "sent_at", "attempts", "last_error"})


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a whole table has of a team: its seals by number, and the fingerprints of its events."""

    seals: list[Seal] = field(default_factory=list)
    prints: list[Print] = field(default_factory=list)


def find_last(team: TeamSlug) -> Seal | None:
    """A team's newest seal, or None. One call."""
    page = read_page(Listing(partition=table.team_seals(team), newest_first=True), limit=1)
    return _seal(page.items[0]) if page.items else None


def list_prints(team: TeamSlug, *, after: str, until: datetime, limit: int) -> list[Print]:
    """The fingerprints of a team's events behind an id, up to a time, the oldest first. One call, or up to four."""
    last = clock.last_id_at(until)
    if after >= last:
        return []
    listing = Listing(
        partition=table.team_events(team), index="gsi1", within=RegistryItem.gsi1sk.between(f"{after}0", last)
    )
    return [fingerprint(raw) for raw in read_page(listing, limit=limit).items]


def keep(seal: Seal) -> bool:
    """Put a seal; False if there is one of that number. One call."""
    actions = [
        SealItem.team.set(seal.team),
        SealItem.number.set(seal.number),
        SealItem.through.set(seal.through),
        SealItem.event_count.set(seal.count),
        SealItem.digest.set(seal.digest),
        SealItem.sealed_at.set(clock.wire(clock.now())),
    ]
    item = SealItem(pk=table.team_seals(seal.team), sk=table.seal_sort(seal.number))
    return update_if(SealItem.pk.does_not_exist(), item, actions) is not None


def read_all(*, seen: Callable[[int], None] = lambda _: None) -> dict[TeamSlug, Sealed]:
    """Of every team its seals and the fingerprints of all its events, read from the table itself and no index.

    It reads the whole table, so no request may call it. ``seen`` is told after each page how many items were read.
    """

    def rows() -> Iterator[RawItem]:
        count = 0
        for page in read_table():
            yield from page
            count += len(page)
            seen(count)

    return of_rows(rows())


def of_rows(rows: Iterable[RawItem]) -> dict[TeamSlug, Sealed]:
    """The same, of rows that were read elsewhere."""
    found: dict[TeamSlug, Sealed] = defaultdict(Sealed)
    for raw in rows:
        partition, sort = raw["pk"]["S"], raw["sk"]["S"]
        team = team_of(raw)
        if team is not None and sort.startswith(table.EVENTS):
            found[team].prints.append(fingerprint(raw))
        elif team is not None and partition == table.team_seals(team) and sort.startswith(table.SEALS):
            found[team].seals.append(_seal(raw))
    for sealed in found.values():
        sealed.seals.sort(key=lambda seal: seal.number)
    return dict(found)


def team_of(raw: RawItem) -> TeamSlug | None:
    """Whose an item is by the key under which it is found, which says more than what stands in it."""
    kind, _, rest = raw["pk"]["S"].partition("#")
    if kind == "TEAM":
        return TeamSlug(rest.partition("#")[0])
    return TeamSlug(rest.partition(".")[0]) if kind == "MODEL" else None


def fingerprint(raw: RawItem) -> Print:
    """The id of an event as its key has it, and a digest of all that never changes about its row."""
    lasting = {name: value for name, value in raw.items() if name not in NOT_SEALED}
    return raw["sk"]["S"].removeprefix(table.EVENTS), hashlib.sha256(canonical_json(lasting).encode()).hexdigest()


def _seal(raw: RawItem) -> Seal:
    kept = SealItem.from_raw_data(raw)
    return Seal(
        team=TeamSlug(kept.team),
        number=int(kept.number),
        through=kept.through,
        count=int(kept.event_count),
        digest=kept.digest,
    )

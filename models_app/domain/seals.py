"""Seals over a team's events: what was sealed cannot be changed, taken away, added to or put in another order unseen.

Events are sealed in groups, in the order of their ids. The digest of a seal covers the fingerprint of each event of
its group and the digest of the seal before it, so that whoever knows one digest knows all that happened before.

    seal 1: events 1 to 40      digest 1 = SHA-256(team, 1, "", fingerprints)
    seal 2: events 41 to 55     digest 2 = SHA-256(team, 2, digest 1, fingerprints)

A seal needs no key, so that anybody can check it. Whoever can write to the table can make all seals anew: that shows
by a digest that was noted elsewhere, which is what the heads of ``verify_events`` are for.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from models_app.domain.documents import canonical_json
from models_app.domain.teams import TeamSlug

# An event's id is made before its transaction begins, which is over within a request's eight seconds: what is older
# than this is all there. The margin covers clocks that differ, and an index that is behind.
MARGIN = timedelta(minutes=15)
MOST_EVENTS = 500
HIGHEST = "~"  # above every fingerprint

# The id of an event, and the fingerprint of the whole of its row.
Print = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal over some events of a team: ``count`` of them, of which ``through`` was the last."""

    team: TeamSlug
    number: int
    through: str
    count: int
    digest: str

    @classmethod
    def over(cls, prints: Sequence[Print], *, team: TeamSlug, after: Seal | None) -> Self:
        """The seal that comes after another one, over the events that follow; the first where there is none.

        >>> first = Seal.over([("01A", "x"), ("01B", "y")], team=TeamSlug("payments"), after=None)
        >>> first.number, first.through, first.count
        (1, '01B', 2)
        >>> Seal.over([("01C", "z")], team=TeamSlug("payments"), after=first).number
        2
        """
        number = after.number + 1 if after else 1
        sealed = {"team": team, "number": number, "after": after.digest if after else "", "events": list(prints)}
        digest = hashlib.sha256(canonical_json(sealed).encode()).hexdigest()
        return cls(team=team, number=number, through=prints[-1][0], count=len(prints), digest=digest)

    @property
    def head(self) -> str:
        """How it is noted elsewhere: team, number and digest."""
        return f"{self.team} {self.number} {self.digest}"


def find_breaks(seals: Sequence[Seal], prints: Sequence[Print], noted: Mapping[int, str]) -> Iterator[str]:
    """Where a team's events are not what was sealed, in words.

    ``seals`` are in the order of their numbers, ``prints`` all of the team's events; ``noted`` are the digests that
    somebody kept elsewhere, by number.
    """
    after: Seal | None = None
    ordered = sorted(prints)
    for seal in seals:
        missing = seal.number - (after.number if after else 0) - 1
        if missing:
            yield f"{missing} seals before seal {seal.number} are missing"
        begin = bisect_right(ordered, (after.through, HIGHEST)) if after else 0
        covered = ordered[begin : bisect_right(ordered, (seal.through, HIGHEST))]
        which = f"seal {seal.number}, up to event {seal.through}"
        if seal.count != len(covered):
            yield f"{which}: {seal.count} events were sealed, {len(covered)} stand"
        elif not covered or Seal.over(covered, team=seal.team, after=after) != seal:
            yield f"{which}: its events, or the seal, were changed"
        after = seal
    standing = {seal.number: seal.digest for seal in seals}
    for number, digest in sorted(noted.items()):
        if standing.get(number) != digest:
            yield f"seal {number}: it was noted with another digest, or is gone"

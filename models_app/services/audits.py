"""Telling whether what happened is still what was sealed. Operators ask; no request does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models_app.domain.seals import Seal, find_breaks
from models_app.domain.teams import TeamSlug
from models_app.storage import seals


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of checking a team: its newest seal, how many events it has behind it, and what is not as sealed."""

    team: TeamSlug
    head: Seal | None
    unsealed: int
    breaks: tuple[str, ...]


def verify(
    *, heads: Mapping[TeamSlug, Mapping[int, str]], seen: Callable[[int], None] = lambda _: None
) -> list[Verdict]:
    """What came of checking each team, by its slug. It reads the whole table.

    ``heads`` are digests that were noted elsewhere, by team and number; ``seen`` is told how many items were read.
    """
    found = seals.read_all(seen=seen)
    nothing = seals.Sealed()
    verdicts = []
    for team in sorted({*found, *heads}):
        sealed = found.get(team, nothing)
        head = sealed.seals[-1] if sealed.seals else None
        unsealed = sum(event_id > (head.through if head else "") for event_id, _ in sealed.prints)
        breaks = tuple(find_breaks(sealed.seals, sealed.prints, heads.get(team, {})))
        verdicts.append(Verdict(team=team, head=head, unsealed=unsealed, breaks=breaks))
    return verdicts

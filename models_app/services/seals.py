"""Sealing what happened, on a schedule, and telling whether it is still what was sealed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models_app.domain import clock
from models_app.domain.seals import MARGIN, MOST_EVENTS, Seal, find_breaks
from models_app.domain.teams import TeamSlug
from models_app.storage import seals, teams

log = logging.getLogger(__name__)

TEAMS_A_PAGE = 100
MOST_SEALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of checking a team: its newest seal, how many events it has behind it, and what is not as sealed."""

    team: TeamSlug
    head: Seal | None
    unsealed: int
    breaks: tuple[str, ...]


def seal_all() -> int:
    """Seal the events of every team that are older than the margin; how many seals were put.

    Two calls a team, and two more for each seal. What is left after ten thousand events of a team is for the next time.
    """
    put, after = 0, None
    while True:
        page = teams.list_all(limit=TEAMS_A_PAGE, after=after)
        put += sum(seal_team(team.slug) for team in page.items)
        after = page.next
        if after is None:
            return put


def seal_team(team: TeamSlug) -> int:
    """Seal a team's events that are older than the margin; how many seals were put.

    Two who do so at once make the same seal, of which one is kept.
    """
    until = clock.now() - MARGIN
    last = seals.find_last(team)
    for put in range(MOST_SEALS):
        prints = seals.list_prints(team, after=last.through if last else "", until=until, limit=MOST_EVENTS)
        if not prints:
            return put
        last = Seal.over(prints, team=team, after=last)
        if not seals.keep(last):
            return put
        log.info("sealed %s", last.head)  # the log is another place than the table, which is the point of it
    return MOST_SEALS


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

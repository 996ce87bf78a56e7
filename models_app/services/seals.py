"""Sealing what happened, on a schedule."""

from __future__ import annotations

import logging
from functools import partial

from models_app.domain import clock
from models_app.domain.seals import MARGIN, MOST_EVENTS, Seal
from models_app.domain.teams import TeamSlug
from models_app.storage import seals, teams
from models_app.storage.pages import every

log = logging.getLogger(__name__)

TEAMS_A_PAGE = 100
MOST_SEALS = 20


def seal_all() -> int:
    """Seal the events of every team that are older than the margin; how many seals were put.

    Two calls a team, and two more for each seal. What is left after ten thousand events of a team is for the next time.
    """
    return sum(seal_team(team.slug) for team in every(partial(teams.list_all, limit=TEAMS_A_PAGE)))


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

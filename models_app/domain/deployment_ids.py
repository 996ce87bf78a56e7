"""Ids of deployments. Apart from the deployments, because whoever acts may hold a ticket for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from models_app.domain import clock
from models_app.domain.errors import DeploymentNotFound, InvalidFields
from models_app.domain.teams import TeamSlug


@dataclass(frozen=True, slots=True)
class DeploymentId:
    """A deployment in the whole registry, written ``team.ulid``: the team is part of every key."""

    team: TeamSlug
    ulid: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id from a path.

        Raises:
            DeploymentNotFound: no deployment can be called that.
        """
        team, _, ulid = text.partition(".")
        try:
            slug = TeamSlug.parse(team)
        except InvalidFields:
            raise DeploymentNotFound(deployment=text) from None
        if len(ulid) != clock.ULID_LENGTH or set(ulid) - set(clock.CROCKFORD):
            raise DeploymentNotFound(deployment=text)
        return cls(slug, ulid)

    @classmethod
    def new(cls, team: TeamSlug) -> Self:
        """The id of a new deployment."""
        return cls(team, clock.new_id())

    def __str__(self) -> str:
        return f"{self.team}.{self.ulid}"

    @property
    def missing(self) -> DeploymentNotFound:
        """The error for a caller who may not know more."""
        return DeploymentNotFound(deployment=self)

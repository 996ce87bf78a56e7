"""Who acts. Whatever way somebody proved an identity, the services see one Actor and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.teams import Role, TeamSlug


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A user or token in one request.

    Attributes:
        name: how history calls it: ``user:ada`` or ``token:9fJ2…``.
        roles: its role in each of its teams.
        is_platform_admin: may do all in every team.
        ticket_for: the one deployment that it may report on, when a callback ticket is all it has.
        is_vouched_for: its roles are the word of a single sign-on provider, who may name teams that do not exist.
        request_id: the request in which it acts, kept with each event.
    """

    name: str
    roles: Mapping[TeamSlug, Role] = field(default_factory=dict)
    is_platform_admin: bool = False
    is_vouched_for: bool = False
    request_id: str = ""
    ticket_for: DeploymentId | None = None

    def role_in(self, team: TeamSlug) -> Role | None:
        """Its role in a team; an administrator counts as maintainer of every team."""
        return Role.MAINTAINER if self.is_platform_admin else self.roles.get(team)

    @property
    def may_miss_a_team(self) -> bool:
        """Whether a team in which it has a role may not exist; for members and tokens, a role is proof that it does."""
        return self.is_platform_admin or self.is_vouched_for

    @property
    def only_team(self) -> TeamSlug | None:
        """Its team if it has exactly one: what is meant where no team is named."""
        return next(iter(self.roles)) if len(self.roles) == 1 else None


def command_line(name: str = "command-line") -> Actor:
    """Who acts when an operator runs a management command: whoever may run one holds the keys to the table."""
    return Actor(name=f"system:{name}", is_platform_admin=True, request_id=f"command-{name}")

"""Links that a page offers: only to what its reader may do. The service behind a form decides all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from models_app.domain.actors import Actor
from models_app.domain.permissions import Permission, permits
from models_app.domain.teams import TeamSlug


@dataclass(frozen=True, slots=True)
class Link:
    """What it says, and where it leads."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A link to a form, and what it takes to use it."""

    label: str
    route: str
    takes: Permission
    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def link(self) -> Link:
        """The link."""
        path = reverse(self.route, kwargs=dict(self.names))
        return Link(self.label, f"{path}?{urlencode(self.query)}" if self.query else path)


def offered(actor: Actor, *, team: str, offers: Iterable[Offer]) -> list[Link]:
    """The links to what the actor may do in a team."""
    return [offer.link for offer in offers if permits(actor, offer.takes, team=TeamSlug(team))]


def offered_one(actor: Actor, *, team: str, offer: Offer) -> Link | None:
    """The link, if the actor may do it."""
    return next(iter(offered(actor, team=team, offers=[offer])), None)

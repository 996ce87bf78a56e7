"""Teams and memberships as they are kept. A membership lives with its user: signing in reads both in one call."""

from __future__ import annotations

import json
from collections.abc import Collection

from pynamodb.expressions.condition import Condition

from models_app.domain import clock
from models_app.domain.documents import canonical_json
from models_app.domain.errors import (
    LastMaintainer,
    TeamNotFound,
    TeamTaken,
    UserNotFound,
)
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import Member, Role, Team, TeamSlug, Username
from models_app.domain.webhooks import TooManyWebhooks
from models_app.storage import table
from models_app.storage.pages import Listing, beginning_with, read_batch, read_item, read_page
from models_app.storage.table import MembershipItem, RawItem, RegistryItem, TeamItem, UserItem
from models_app.storage.transactions import Refused, Verb, Write

# Reads --------------------------------------------------------------------------------------------------------------


def get(slug: TeamSlug) -> Team:
    """A team. One call.

    Raises:
        TeamNotFound: there is none, or it was deleted.
    """
    raw = read_item(table.team_partition(slug), table.TEAM)
    found = team(raw) if raw else None
    if found is None or found.deleted_at is not None:
        raise TeamNotFound(team=slug)
    return found


def get_many(slugs: Collection[TeamSlug]) -> list[Team]:
    """Those of up to 100 teams that exist, by slug. One call."""
    found = read_batch([{"pk": table.team_partition(slug), "sk": table.TEAM} for slug in slugs])
    teams = sorted(map(team, found), key=lambda team: team.slug)
    return [team for team in teams if team.deleted_at is None]


def list_all(*, limit: int, after: StartKey | None, starting_with: str = "") -> Page[Team]:
    """Every team by its slug. One call."""
    listing = Listing(partition=table.ALL_TEAMS, index="gsi1", within=beginning_with(starting_with))
    page = read_page(listing, limit=limit, after=after)
    return Page([team(raw) for raw in page.items], page.next)


def list_slugs(*, start: TeamSlug | None, limit: int) -> list[TeamSlug]:
    """Slugs of teams in their order, from one on. One call."""
    within = None if start is None else RegistryItem.gsi1sk >= start
    page = read_page(Listing(partition=table.ALL_TEAMS, index="gsi1", within=within), limit=limit)
    return [team(raw).slug for raw in page.items]


def find_member(team: TeamSlug, username: Username) -> Member | None:
    """A membership, or None. One call."""
    raw = read_item(table.user_partition(username), table.membership_sort(team))
    return _member(raw) if raw else None


def list_members(team: TeamSlug, *, limit: int, after: StartKey | None, starting_with: str = "") -> Page[Member]:
    """A team's members by user name. One call."""
    within = beginning_with(starting_with)
    listing = Listing(partition=table.team_members(team), index="gsi1", within=within)
    page = read_page(listing, limit=limit, after=after)
    return Page([_member(raw) for raw in page.items], page.next)


# Writes -------------------------------------------------------------------------------------------------------------


def creating(team: Team) -> Write:
    """A new team, if its slug was never used."""
    item = TeamItem(
        pk=table.team_partition(team.slug),
        sk=table.TEAM,
        rev=team.revision,
        gsi1pk=table.ALL_TEAMS,
        gsi1sk=team.slug,
        slug=team.slug,
        display_name=team.display_name,
        protected_aliases=canonical_json(list(team.protected_aliases)),
        maintainer_count=0,
        created_at=clock.wire(team.created_at),
        created_by=team.created_by,
        updated_at=clock.wire(team.updated_at),
    )
    return Write(Verb.PUT, item, TeamItem.pk.does_not_exist(), lambda _: TeamTaken(team=team.slug))


def updating(changed: Team) -> Write:
    """A team's name and protected aliases, if it stands as the caller saw it."""
    actions = [
        TeamItem.display_name.set(changed.display_name),
        TeamItem.protected_aliases.set(canonical_json(list(changed.protected_aliases))),
        TeamItem.updated_at.set(clock.wire(changed.updated_at)),
    ]
    return Write(Verb.UPDATE, _item(changed.slug), _as_seen(changed), Refused, actions)


def deleting(changed: Team) -> Write:
    """A team's end. Its item stays, so that its slug is not given out again; it leaves the list."""
    actions = [
        TeamItem.deleted_at.set(clock.wire(changed.updated_at)),
        TeamItem.updated_at.set(clock.wire(changed.updated_at)),
        TeamItem.gsi1pk.remove(),
        TeamItem.gsi1sk.remove(),
    ]
    return Write(Verb.UPDATE, _item(changed.slug), _as_seen(changed), Refused, actions)


def alive(slug: TeamSlug) -> Write:
    """That a team exists, and a mark on it: whoever deletes the team at the same time must look again."""
    return Write(Verb.UPDATE, _item(slug), _is_alive(), lambda _: TeamNotFound(team=slug))


def adding_member(member: Member) -> list[Write]:
    """A new membership of a user and a team that exist, where there is none."""
    username, team = member.username, member.team
    user = UserItem(pk=table.user_partition(username), sk=table.USER)
    known = Write(Verb.CHECK, user, UserItem.pk.exists(), lambda _: UserNotFound(username=username))
    put = Write(
        Verb.PUT,
        _membership(member),
        MembershipItem.pk.does_not_exist(),
        Refused,
    )
    return [known, put, _counting(team, username, _maintainers(member.role), may_orphan=False)]


def changing_role(member: Member, *, old: Member, may_orphan: bool) -> list[Write]:
    """A membership with another role, if it stands as the caller saw it, and the team keeps a maintainer."""
    step = _maintainers(member.role) - _maintainers(old.role)
    condition = MembershipItem.rev == old.revision
    put = Write(Verb.PUT, _membership(member), condition, Refused)
    return [put, *_counting_on(member.team, member.username, step, may_orphan=may_orphan)]


def removing_member(old: Member, *, may_orphan: bool) -> list[Write]:
    """The end of a membership, if it stands as the caller saw it, and the team keeps a maintainer."""
    team, username = old.team, old.username
    item = MembershipItem(pk=table.user_partition(username), sk=table.membership_sort(team))
    condition = MembershipItem.rev == old.revision
    gone = Write(Verb.DELETE, item, condition, Refused)
    return [gone, *_counting_on(team, username, -_maintainers(old.role), may_orphan=may_orphan)]


def _counting_on(team: TeamSlug, username: Username, step: int, *, may_orphan: bool) -> list[Write]:
    """The count of maintainers, where it changes. Else nothing of the team does, and no write of it is due."""
    return [_counting(team, username, step, may_orphan=may_orphan)] if step else []


def _counting(team: TeamSlug, username: Username, step: int, *, may_orphan: bool) -> Write:
    """Keep the count of maintainers, which never falls back to none unless that is meant."""
    must_stay = step < 0 and not may_orphan
    condition = _is_alive() & (TeamItem.maintainer_count > 1) if must_stay else _is_alive()

    def refusal(item: RegistryItem | None) -> Exception:
        gone = item is None or not isinstance(item, TeamItem) or item.deleted_at
        return TeamNotFound(team=team) if gone else LastMaintainer(username=username, team=team)

    return Write(Verb.UPDATE, _item(team), condition, refusal, [TeamItem.maintainer_count.add(step)])


def _is_alive() -> Condition:
    condition: Condition = TeamItem.pk.exists() & TeamItem.deleted_at.does_not_exist()
    return condition


def _as_seen(changed: Team) -> Condition:
    condition: Condition = _is_alive() & (TeamItem.rev == changed.revision - 1)
    return condition


def counting_webhook(slug: TeamSlug, *, most: int) -> Write:
    """One webhook more of a team that exists and has fewer than ``most``."""
    has_room = TeamItem.webhook_count.does_not_exist() | (TeamItem.webhook_count < most)

    def refusal(item: RegistryItem | None) -> Exception:
        gone = item is None or not isinstance(item, TeamItem) or item.deleted_at
        return TeamNotFound(team=slug) if gone else TooManyWebhooks(team=slug, limit=most)

    return Write(Verb.UPDATE, _item(slug), _is_alive() & has_room, refusal, [TeamItem.webhook_count.add(1)])


def discounting_webhook(slug: TeamSlug) -> Write:
    """One webhook less of a team."""
    return Write(Verb.UPDATE, _item(slug), TeamItem.webhook_count > 0, Refused, [TeamItem.webhook_count.add(-1)])


def _maintainers(role: Role) -> int:
    return int(role is Role.MAINTAINER)


# Items --------------------------------------------------------------------------------------------------------------


def _item(slug: TeamSlug) -> TeamItem:
    return TeamItem(pk=table.team_partition(slug), sk=table.TEAM)


def team(raw: RawItem) -> Team:
    """The team that an item keeps."""
    item = TeamItem.from_raw_data(raw)
    return Team(
        slug=TeamSlug(item.slug),
        display_name=item.display_name,
        protected_aliases=tuple(json.loads(item.protected_aliases)),
        created_at=clock.from_wire(item.created_at),
        created_by=item.created_by,
        updated_at=clock.from_wire(item.updated_at),
        revision=int(item.rev),
        deleted_at=clock.from_wire(item.deleted_at) if item.deleted_at else None,
    )


def _membership(member: Member) -> MembershipItem:
    return MembershipItem(
        pk=table.user_partition(member.username),
        sk=table.membership_sort(member.team),
        rev=member.revision,
        gsi1pk=table.team_members(member.team),
        gsi1sk=member.username,
        username=member.username,
        team=member.team,
        role=member.role.value,
        added_at=clock.wire(member.added_at),
        added_by=member.added_by,
    )


def _member(raw: RawItem) -> Member:
    item = MembershipItem.from_raw_data(raw)
    return Member(
        team=TeamSlug(item.team),
        username=Username(item.username),
        role=Role(item.role),
        added_at=clock.from_wire(item.added_at),
        added_by=item.added_by,
        revision=int(item.rev),
    )

"""Users as they are kept, with their memberships in the same partition."""

from __future__ import annotations

from collections.abc import Mapping

from models_app.domain import clock
from models_app.domain.errors import UsernameTaken
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.domain.users import User
from models_app.storage import table
from models_app.storage.pages import Listing, beginning_with, read_page
from models_app.storage.table import MembershipItem, RawItem, UserItem
from models_app.storage.transactions import Refused, Verb, Write

# A user in more teams than this would be read in part; nobody is.
MAX_MEMBERSHIPS = 500


def find(username: Username) -> User | None:
    """A user with all memberships, or None. One call."""
    listing = Listing(
        partition=table.user_partition(username), within=UserItem.sk.between(table.MEMBERSHIPS, table.USER)
    )
    rows = read_page(listing, limit=MAX_MEMBERSHIPS).items
    raw = next((row for row in rows if row["sk"]["S"] == table.USER), None)
    if raw is None:
        return None
    memberships = [MembershipItem.from_raw_data(row) for row in rows if row is not raw]
    return _user(raw, roles={TeamSlug(each.team): Role(each.role) for each in memberships})


def list_all(*, limit: int, after: StartKey | None, starting_with: str = "") -> Page[User]:
    """Every user by name, without their roles, which are not kept with them. One call."""
    listing = Listing(partition=table.ALL_USERS, index="gsi1", within=beginning_with(starting_with))
    page = read_page(listing, limit=limit, after=after)
    return Page([_user(raw, roles={}) for raw in page.items], page.next)


def _user(raw: RawItem, *, roles: Mapping[TeamSlug, Role]) -> User:
    item = UserItem.from_raw_data(raw)
    return User(
        username=Username(item.username),
        email=item.email,
        password=item.password,
        is_platform_admin=item.is_platform_admin,
        is_active=item.is_active,
        session_epoch=int(item.session_epoch),
        created_at=clock.from_wire(item.created_at),
        revision=int(item.rev),
        roles=roles,
    )


def creating(user: User) -> Write:
    """A new user, if the name is free."""
    return Write(Verb.PUT, _item(user), UserItem.pk.does_not_exist(), lambda _: UsernameTaken(username=user.username))


def updating(changed: User) -> Write:
    """A user's account, if it stands as the caller saw it."""
    condition = UserItem.rev == changed.revision - 1
    return Write(Verb.PUT, _item(changed), condition, Refused)


def _item(user: User) -> UserItem:
    return UserItem(
        pk=table.user_partition(user.username),
        sk=table.USER,
        rev=user.revision,
        gsi1pk=table.ALL_USERS,
        gsi1sk=user.username,
        username=user.username,
        email=user.email,
        password=user.password,
        is_platform_admin=user.is_platform_admin,
        is_active=user.is_active,
        session_epoch=user.session_epoch,
        created_at=clock.wire(user.created_at),
    )

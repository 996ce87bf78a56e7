"""Users as they are kept, with their memberships in the same partition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models_app.domain import clock
from models_app.domain.errors import UsernameTaken
from models_app.domain.pages import Page, StartKey
from models_app.domain.sign_ins import WINDOW, FailedSignIns
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.domain.users import User
from models_app.storage import table
from models_app.storage.pages import Listing, beginning_with, read_page
from models_app.storage.table import FailedSignInsItem, MembershipItem, RawItem, RegistryItem, UserItem
from models_app.storage.transactions import Refused, Verb, Write
from models_app.storage.updates import update_if

# A user in more teams than this would be read in part; nobody is.
MAX_MEMBERSHIPS = 500


def find(username: Username) -> User | None:
    """A user with all memberships, or None. One call."""
    return find_to_sign_in(username)[0]


def find_to_sign_in(username: Username) -> tuple[User | None, FailedSignIns]:
    """A user with all memberships, or None; and how often signing in under that name has failed. One call."""
    listing = Listing(
        partition=table.user_partition(username), within=UserItem.sk.between(table.MEMBERSHIPS, table.USER)
    )
    found = [RegistryItem.from_raw_data(row) for row in read_page(listing, limit=MAX_MEMBERSHIPS).items]
    roles = {TeamSlug(each.team): Role(each.role) for each in found if isinstance(each, MembershipItem)}
    user = next((_user(item, roles) for item in found if isinstance(item, UserItem)), None)
    failed = next((_failed(item) for item in found if isinstance(item, FailedSignInsItem)), FailedSignIns())
    return user, failed


def count_failed_sign_in(username: Username, *, at: datetime) -> None:
    """Note that signing in under a name has failed. One call; two or three where an earlier window has to be closed."""
    item = FailedSignInsItem(pk=table.user_partition(username), sk=table.FAILED_SIGN_INS)
    now, end = int(at.timestamp()), int((at + WINDOW).timestamp())
    failures, expires_at = FailedSignInsItem.failures, FailedSignInsItem.expires_at

    def count() -> RawItem | None:
        is_open = expires_at.does_not_exist() | (expires_at > now)
        return update_if(is_open, item, [failures.add(1), expires_at.set(expires_at | end)])

    def begin_anew() -> RawItem | None:
        return update_if(expires_at <= now, item, [failures.set(1), expires_at.set(end)])

    if not (count() or begin_anew()):
        count()  # somebody else has begun the window in between


def list_all(*, limit: int, after: StartKey | None, starting_with: str = "") -> Page[User]:
    """Every user by name, without their roles, which are not kept with them. One call."""
    listing = Listing(partition=table.ALL_USERS, index="gsi1", within=beginning_with(starting_with))
    page = read_page(listing, limit=limit, after=after)
    return Page([_user(UserItem.from_raw_data(raw), roles={}) for raw in page.items], page.next)


def _user(item: UserItem, roles: Mapping[TeamSlug, Role]) -> User:
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


def _failed(item: FailedSignInsItem) -> FailedSignIns:
    return FailedSignIns(count=int(item.failures), window_ends_at=int(item.expires_at))


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

"""Accounts of people. Passwords arrive here hashed: hashing is the identity floor's business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.errors import UserNotFound
from models_app.domain.events import Event, EventKind
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import authorize_platform
from models_app.domain.teams import Username
from models_app.domain.users import User
from models_app.services.preconditions import Expected, expect
from models_app.storage import users
from models_app.storage.transactions import commit, until_undisturbed

WIRE_NAMES = {"email": "email", "is_active": "isActive", "is_platform_admin": "isPlatformAdmin"}


def create_user(
    *, actor: Actor, username: Username, password: str, email: str = "", is_platform_admin: bool = False
) -> User:
    """Open an account. ``password`` is Django's encoded hash. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
        UsernameTaken: there is a user of that name.
    """
    authorize_platform(actor, "Creating a user")
    user = User(
        username=username,
        email=email,
        password=password,
        is_platform_admin=is_platform_admin,
        created_at=clock.now(),
    )
    data = {"username": username, "email": email, "isPlatformAdmin": is_platform_admin}
    event = Event.record(EventKind.USER_CREATED, by=actor, username=username, data=data)
    commit([users.creating(user)], event=event)
    return user


def find_user(username: Username) -> User | None:
    """A user with all roles, or None. One call. For whoever proves an identity: it asks no permission."""
    return users.find(username)


def sign_in(*, username: Username, is_right: Callable[[User | None], bool]) -> User | None:
    """The user who signs in, or None where the password is wrong: whoever takes a password asks here.

    ``is_right`` tells whether it is, and takes as long for a name that nobody has. One call; a failure is counted by
    one more. Attempts of the same moment do not know of each other: at most that many more are looked at.

    Raises:
        TooManySignIns: it failed too often of late; the password was not looked at.
    """
    now = clock.now()
    user, failed = users.find_to_sign_in(username)
    failed.check(at=now)
    if is_right(user):
        return user
    users.count_failed_sign_in(username, at=now)
    return None


def get_user(*, actor: Actor, username: Username) -> User:
    """A user with all roles, for platform administrators. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
        UserNotFound: there is no such user.
    """
    authorize_platform(actor, "Reading accounts")
    found = users.find(username)
    if found is None:
        raise UserNotFound(username=username)
    return found


def list_users(*, actor: Actor, limit: int, after: StartKey | None = None, starting_with: str = "") -> Page[User]:
    """Every user by name, without their roles, for platform administrators. One call.

    Raises:
        PermissionDenied: the actor is no platform administrator.
    """
    authorize_platform(actor, "Reading accounts")
    return users.list_all(limit=limit, after=after, starting_with=starting_with)


def update_user(
    *, actor: Actor, username: Username, end_sessions: bool = False, expected: Expected = None, **changes: Any
) -> User:
    """Change an account: ``password`` (encoded), ``email``, ``is_active``, ``is_platform_admin``. Two calls.

    A new password ends all sessions, and so does ``end_sessions``: a copied cookie is worth nothing from then on.

    Raises:
        PermissionDenied: the actor is neither that user nor a platform administrator; or gives itself rights.
        UserNotFound: there is no such user.
        RevisionMismatch: the account is at none of the expected etags.
    """
    if actor.name != f"user:{username}" or {"is_active", "is_platform_admin"} & set(changes):
        authorize_platform(actor, "Changing an account")

    def attempt() -> User:
        old = users.find(username)
        if old is None:
            raise UserNotFound(username=username)
        expect(old.etag, among=expected, what=f"user {username}")
        ends = end_sessions or "password" in changes
        new = replace(old, **changes, session_epoch=old.session_epoch + ends, revision=old.revision + 1)
        told = {wire: changes[name] for name, wire in WIRE_NAMES.items() if name in changes}
        data = {"username": username, "passwordChanged": "password" in changes, "sessionsEnded": ends, **told}
        event = Event.record(EventKind.USER_UPDATED, by=actor, username=username, data=data)
        commit([users.updating(new)], event=event)
        return new

    return until_undisturbed(attempt)

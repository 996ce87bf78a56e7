"""The user as Django knows it: the face that ``contrib.auth`` needs, over our own accounts."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac

from models_app.domain.actors import Actor, command_line
from models_app.domain.errors import InvalidFields
from models_app.domain.teams import Username, parse_username
from models_app.domain.users import User as Account
from models_app.services import users


class UserManager(BaseUserManager["User"]):
    """What ``contrib.auth`` and its commands ask of a manager; there is no query set behind it."""

    def db_manager(self, *_: Any, **__: Any) -> UserManager:
        """There is one place only."""
        return self

    using = db_manager  # type: ignore[assignment]

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of that name, or User.DoesNotExist. One call."""
        try:
            account = users.find_user(parse_username(username or ""))
        except InvalidFields:
            account = None
        if account is None:
            raise User.DoesNotExist
        return User.of(account)

    def get(self, *_: Any, **named: Any) -> User:
        """The same, as ``changepassword`` asks for it."""
        return self.get_by_natural_key(named.get(User.USERNAME_FIELD))

    def create_superuser(self, username: str, email: str = "", password: str | None = None, **_: Any) -> User:
        """Open an administrator's account: what ``createsuperuser`` calls."""
        account = users.create_user(
            actor=command_line("createsuperuser"),
            username=parse_username(username),
            password=make_password(password),
            email=email or "",
            is_platform_admin=True,
        )
        return User.of(account)

    def get_queryset(self) -> NoReturn:
        """Refuse: users are found by name."""
        raise NotImplementedError("Users are found by name; there is no query set of them.")


def check_username(text: str) -> None:
    """The form of a user name, as Django's forms and commands ask for it."""
    try:
        parse_username(text)
    except InvalidFields as wrong:
        raise ValidationError(wrong.errors[0].detail) from wrong


class User(AbstractBaseUser):
    """An account, while a request is served. It is never stored by Django: ``save`` hands changes to the services."""

    username = models.CharField(max_length=150, primary_key=True, validators=[check_username])
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    last_login = None  # a write for every login tells nobody anything

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        managed = False
        app_label = "models_app"

    account: Account

    @classmethod
    def of(cls, account: Account) -> User:
        """The face of an account."""
        user = cls(
            username=account.username,
            email=account.email,
            password=account.password,
            is_active=account.is_active,
            is_superuser=account.is_platform_admin,
        )
        user.account = account
        return user

    def actor(self, *, request_id: str) -> Actor:
        """Who acts when this user does."""
        return Actor(
            name=f"user:{self.account.username}",
            roles=self.account.roles,
            is_platform_admin=self.account.is_platform_admin,
            request_id=request_id,
        )

    def save(self, *_: Any, **__: Any) -> None:
        """Store a new password: all that Django itself changes in an account."""
        if self.password != self.account.password:
            actor = self.actor(request_id="password-change")
            self.account = users.update_user(actor=actor, username=Username(self.username), password=self.password)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: history names users, so accounts are deactivated."""
        raise NotImplementedError("Accounts are deactivated, not deleted: history names them.")

    def validate_unique(self, exclude: Any = None) -> None:
        """Nothing to ask: creating an account is conditional on the name being free."""

    def get_session_auth_hash(self) -> str:
        """What a session must hold to be alive: it changes with the password and whenever sessions are ended."""
        return self._epoch_hash()

    def get_session_auth_fallback_hash(self) -> Any:
        """The same under the keys before the present one, so that changing keys signs nobody out."""
        from django.conf import settings

        for key in settings.SECRET_KEY_FALLBACKS:
            yield self._epoch_hash(secret=key)

    def _epoch_hash(self, secret: str | bytes | None = None) -> str:
        value = f"{self.password}|{self.account.session_epoch}"
        return salted_hmac("models_app.identity.session", value, secret=secret, algorithm="sha256").hexdigest()

    # What Django's admin and templates ask of a user; roles in teams are the services' business.

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets this user in."""
        return self.is_superuser

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """An administrator may do all, others nothing, as far as Django's own permissions go."""
        return self.is_active and self.is_superuser

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        """As ``has_perm``."""
        return self.has_perm("", obj)

    def has_module_perms(self, app_label: str) -> bool:
        """As ``has_perm``."""
        return self.has_perm("")

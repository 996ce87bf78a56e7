"""Users: accounts of people who sign in. They are deactivated, never deleted: history names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import action, display
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from models_app.admin.fields import Parsed
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import HISTORY_PAGE, Need, Platform, RegistryAdmin, RegistryRepository, actor_of, entries
from models_app.domain import users as domain
from models_app.domain.teams import Username, parse_username
from models_app.models import User
from models_app.nodb.forms import RowForm
from models_app.nodb.queries import Rows
from models_app.services import events, users

# What a form's field is called by the service.
CHANGES = {"email": "email", "is_active": "is_active", "is_superuser": "is_platform_admin"}


def row_of(account: domain.User) -> User:
    """The row of an account: the same face that Django's sign-in sees."""
    row = User.of(account)
    row.revision = account.etag  # type: ignore[attr-defined]
    row._state.adding = False
    return row


class UserRepository(RegistryRepository):
    """Accounts by name."""

    filters: ClassVar[frozenset[str]] = frozenset()  # type: ignore[misc]

    def get(self, key: str) -> User:
        """An account with its roles. One call."""
        return row_of(users.get_user(actor=self.actor, username=parse_username(key)))

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """All accounts. One call."""
        page = users.list_users(actor=self.actor, limit=limit, after=after, starting_with=prefix.lower())
        return Rows([row_of(account) for account in page.items], page.next)


class UserForm(RowForm):
    """An account. A password is typed twice, and kept as it is where none is typed."""

    username = Parsed(parse_username, label="User name", help_text="Letters, digits and @ . _ + -.")
    email = forms.EmailField(required=False, max_length=254)
    is_active = forms.BooleanField(required=False, label="May sign in")
    is_superuser = forms.BooleanField(required=False, label="Platform administrator")
    new_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )
    repeated_password = forms.CharField(
        required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """The values, with a password that is typed alike twice and hard to guess; a new account needs one."""
        values = super().clean()
        new, repeated = values.get("new_password"), values.get("repeated_password")
        if new != repeated:
            self.add_error("repeated_password", "The two passwords differ.")
        elif new:
            name = values.get("username") or self.instance.username
            try:
                validate_password(new, User(username=name, email=values.get("email", "")))
            except ValidationError as weak:
                self.add_error("new_password", weak)
        elif self.instance._state.adding:
            self.add_error("new_password", "A new account needs a password.")
        return values


class UserAdmin(RegistryAdmin):
    """The accounts, for platform administrators."""

    form = UserForm
    repository_class = UserRepository
    viewing: ClassVar[Need] = Platform.ADMINISTRATOR
    adding: ClassVar[Need] = Platform.ADMINISTRATOR
    changing: ClassVar[Need] = Platform.ADMINISTRATOR
    list_display = ("username", "email", "active", "administrator", "created_at")
    search_fields = ("username",)
    search_help_text = "The beginning of a user name."
    add_fields = ("username", "email", "is_superuser", "new_password", "repeated_password")
    fields = (
        *("username", "email", "is_active", "is_superuser", "new_password", "repeated_password"),
        *("roles", "created_at"),
    )
    readonly_fields = ("username", "roles", "created_at")
    actions = ("deactivate", "activate", "sign_out")
    row_actions: ClassVar[Mapping[str, str]] = {"deactivate": "Deactivate", "sign_out": "Sign out everywhere"}

    @display(description="may sign in", boolean=True)
    def active(self, row: User) -> bool:
        """Whether the account is open."""
        return row.is_active

    @display(description="administrator", boolean=True)
    def administrator(self, row: User) -> bool:
        """Whether it is a platform administrator's."""
        return row.is_superuser

    @display(description="created")
    def created_at(self, row: User) -> Any:
        """When it was opened."""
        return row.account.created_at

    @display(description="roles")
    def roles(self, row: User) -> str:
        """In which teams, as what."""
        return ", ".join(f"{role} in {team}" for team, role in sorted(row.account.roles.items()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Open an account, or change it."""
        values, actor = form.cleaned_data, actor_of(request)
        with shown_in_the_form(isActive="is_active", isPlatformAdmin="is_superuser"):
            if not change:
                users.create_user(
                    actor=actor,
                    username=values["username"],
                    password=make_password(values["new_password"]),
                    email=values["email"],
                    is_platform_admin=values["is_superuser"],
                )
                return
            changes = {CHANGES[name]: values[name] for name in form.changes if name in CHANGES}
            if values["new_password"]:
                changes["password"] = make_password(values["new_password"])
            if changes:
                name = Username(obj.username)
                changed = users.update_user(actor=actor, username=name, expected={form.revision_seen}, **changes)
                if changed.username == request.user.pk and "password" in changes:
                    update_session_auth_hash(request, User.of(changed))

    @action(description="Deactivate selected users", permissions=["platform"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Close accounts; their sessions end at once."""
        question = "Deactivate these users? They are signed out at once, and cannot sign in until you activate them."
        others = [row for row in queryset if row.pk != request.user.pk]
        if len(others) < len(queryset):
            self.message_user(request, "Your own account stays active: ask another administrator.", messages.WARNING)
            if not others:
                return None
        return self.run(
            request, others, lambda row: _update(request, row, is_active=False), done="Deactivated", question=question
        )

    @action(description="Activate selected users", permissions=["platform"])
    def activate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Open accounts again."""
        return self.run(request, queryset, lambda row: _update(request, row, is_active=True), done="Activated")

    @action(description="Sign selected users out everywhere", permissions=["platform"])
    def sign_out(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """End all their sessions."""
        return self.run(request, queryset, lambda row: _update(request, row, end_sessions=True), done="Signed out")

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """What happened to the account."""
        name = Username(row.username)
        return entries(events.changes_of_user(actor=actor_of(request), username=name, limit=HISTORY_PAGE, after=after))


def _update(request: HttpRequest, row: User, **changes: Any) -> None:
    with shown_in_the_form():
        users.update_user(actor=actor_of(request), username=Username(row.username), **changes)

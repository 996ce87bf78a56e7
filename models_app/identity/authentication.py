"""Who is calling the API: a token, a single sign-on token or a session. Each way ends in ``request.auth``, an Actor."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from models_app.domain import clock, tickets
from models_app.domain.actors import Actor
from models_app.domain.errors import CredentialsMissing, CredentialsRefused
from models_app.domain.tokens import PREFIX, TokenText
from models_app.identity import oidc, quotas
from models_app.identity.user import User
from models_app.outbox import bus
from models_app.services import tokens

CHALLENGE = 'Bearer realm="model-registry"'


@dataclass(frozen=True, slots=True)
class Machine:
    """What stands in ``request.user`` for a caller that is no account of ours."""

    name: str
    expires_at: datetime | None = None
    details: dict[str, str] = field(default_factory=dict)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def pk(self) -> str:
        """The name: some of Django's code asks for a key."""
        return self.name


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer``, or Basic with the token as password, which is what MLflow's client sends.

    Account passwords are never accepted here: they are for signing in, and hashing them is slow on purpose.
    """

    def authenticate(self, request: Request | HttpRequest) -> tuple[Machine, Actor] | None:
        """The caller of a request that carries credentials; None for one that carries none.

        Raises:
            CredentialsRefused: they are not accepted; the sentence says why.
            TooManyRequests: they are good, and used more often than anybody may.
        """
        presented = _presented(request)
        if presented is None:
            return None
        machine, actor = self._holder(request, presented)
        quotas.count(request, actor.name)
        return machine, actor

    def _holder(self, request: Request | HttpRequest, presented: str) -> tuple[Machine, Actor]:
        request_id = getattr(request, "request_id", "")
        if presented.startswith(PREFIX):
            return _token_holder(TokenText.parse(presented), request_id)
        if presented.startswith(tickets.PREFIX):
            return ticket_holder(presented, request_id)
        if oidc.is_enabled() and oidc.looks_like_jwt(presented):
            actor, expires_at = oidc.actor_of(presented, request_id=request_id)
            return Machine(actor.name, expires_at, {"kind": "oidc"}), actor
        raise CredentialsRefused(reason="An API token begins with mr_. Account passwords are for signing in only.")

    def authenticate_header(self, request: Request) -> str:
        """The challenge of every 401. Bearer, because Basic makes browsers ask for a password."""
        return CHALLENGE


class CookieAuthentication(SessionAuthentication):
    """A signed-in browser. Unsafe methods need Django's CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        """The signed-in user, or None. One call."""
        found = super().authenticate(request)
        if found is None:
            return None
        user: User = found[0]
        return user, user.actor(request_id=getattr(request, "request_id", ""))


def actor_of(request: Request) -> Actor:
    """Who makes a request that was let in.

    Raises:
        CredentialsMissing: nobody we know.
    """
    if not isinstance(request.auth, Actor):
        raise CredentialsMissing
    return request.auth


def ticket_holder(text: str, request_id: str) -> tuple[Machine, Actor]:
    """Who reports with a callback ticket; no call is made.

    Raises:
        CredentialsRefused: the ticket is not ours, was changed, or has expired.
    """
    ticket = tickets.check(text, key=bus.present().ticket_key, at=clock.now())
    actor = Actor(name=f"ticket:{ticket.deployment}", ticket_for=ticket.deployment, request_id=request_id)
    return Machine(actor.name, ticket.expires_at, {"kind": "ticket"}), actor


def _presented(request: Request | HttpRequest) -> str | None:
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    scheme, _, credentials = (part.strip() for part in header.strip().partition(" "))
    if not scheme:
        return None
    if scheme.lower() == "bearer":
        return credentials
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
        except ValueError:  # not base64, or not UTF-8 inside
            raise CredentialsRefused(reason="The Basic credentials cannot be read: they are not base64.") from None
    raise CredentialsRefused(reason="Send a token as 'Authorization: Bearer mr_…', or as the password of Basic.")


def _token_holder(presented: TokenText, request_id: str) -> tuple[Machine, Actor]:
    token = tokens.check_token(presented)
    actor = Actor(
        name=f"token:{token.id}",
        roles={token.team: token.role} if token.team else {},
        is_platform_admin=token.team is None,
        request_id=request_id,
    )
    return Machine(actor.name, token.expires_at, {"kind": "token", "tokenName": token.name}), actor

"""Issuing and revoking API tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.errors import CredentialsRefused, InvalidFields, TeamNotFound, TokenNotFound
from models_app.domain.events import Event, EventKind
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission, authorize, authorize_grant, authorize_platform
from models_app.domain.teams import Role, TeamSlug
from models_app.domain.tokens import DEFAULT_LIFETIME, MAX_LIFETIME, UNKNOWN_TOKEN, Token, TokenText, is_id
from models_app.storage import teams, tokens
from models_app.storage.transactions import commit, until_undisturbed

# A revoked token may still be accepted for this long by another process.
KNOWN_FOR = timedelta(seconds=30)
MOST_KNOWN = 10_000
_known: dict[str, tuple[Token, datetime]] = {}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, with its text for the one time that it is shown."""

    token: Token
    text: TokenText


def issue_token(
    *, actor: Actor, team: TeamSlug | None, name: str, role: Role, days: int = DEFAULT_LIFETIME.days
) -> Issued:
    """Make a token of a team with a role no higher than the actor's; without a team, the platform's. One call.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        InvalidFields: the lifetime is not within a year.
    """
    _may_manage(actor, team)
    if team is not None:
        authorize_grant(actor, role, team=team)
    if not 1 <= days <= MAX_LIFETIME.days:
        detail = f"A token lives for 1 to {MAX_LIFETIME.days} days."
        raise InvalidFields.one("expiresInDays", "out-of-range", detail)
    text, now = TokenText.generate(), clock.now()
    token = Token(
        id=text.id,
        name=name,
        digest=text.digest,
        team=team,
        role=role,
        created_at=now,
        created_by=actor.name,
        expires_at=now + timedelta(days=days),
    )
    data = {"tokenId": token.id, "name": name, "role": role, "expiresAt": clock.wire(token.expires_at)}
    event = Event.record(EventKind.TOKEN_ISSUED, by=actor, team=team, data=data)
    commit([tokens.issuing(token), *([teams.alive(team)] if team else [])], event=event)
    return Issued(token, text)


def check_token(presented: TokenText) -> Token:
    """The token that somebody presents, if it is good. No call while the process knows it, else one.

    For whoever proves an identity: it asks no permission.

    Raises:
        CredentialsRefused: unknown, revoked or expired.
    """
    now = clock.now()
    token, known_until = _known.get(presented.id, (None, now))
    if token is None or now >= known_until:
        token = tokens.find(presented.id)
        if token is None:
            raise CredentialsRefused(reason=UNKNOWN_TOKEN)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[token.id] = (token, now + KNOWN_FOR)
    token.accept(presented, at=now)
    return token


def forget_tokens() -> None:
    """Ask storage again about every token."""
    _known.clear()


def list_tokens(
    *, actor: Actor, team: TeamSlug | None, limit: int, after: StartKey | None = None, starting_with: str = ""
) -> Page[Token]:
    """A team's tokens that are not revoked, without their secrets; without a team, the platform's. One call.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
    """
    _may_manage(actor, team)
    return tokens.list_of_team(team, limit=limit, after=after, starting_with=starting_with)


def get_token(*, actor: Actor, team: TeamSlug | None, token_id: str) -> Token:
    """A team's token, without its secret. One call.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        TokenNotFound: the team has no such token.
    """
    _may_manage(actor, team)
    return _token(team, token_id)


def revoke_token(*, actor: Actor, team: TeamSlug | None, token_id: str) -> None:
    """End a token. Two calls; one revoked before is left as it is. Every process has forgotten it within 30 seconds.

    Raises:
        PermissionDenied, TeamNotFound: the actor is no maintainer of the team, or no member at all.
        TokenNotFound: the team has no such token.
    """
    _may_manage(actor, team)

    def attempt() -> None:
        token = _token(team, token_id)
        if token.revoked_at is not None:
            return
        revoked = replace(token, revoked_at=clock.now(), revision=token.revision + 1)
        data = {"tokenId": token.id, "name": token.name, "role": token.role}
        event = Event.record(EventKind.TOKEN_REVOKED, by=actor, team=team, data=data)
        commit([tokens.revoking(revoked)], event=event)

    until_undisturbed(attempt)
    _known.pop(token_id, None)


def _may_manage(actor: Actor, team: TeamSlug | None) -> None:
    if team is None:
        authorize_platform(actor, "Managing the platform's tokens")
    else:
        authorize(actor, Permission.MANAGE_TEAM, team=team, hidden_as=TeamNotFound(team=team))


def _token(team: TeamSlug | None, token_id: str) -> Token:
    token = tokens.find(token_id) if is_id(token_id) else None
    if token is None or token.team != team:
        raise TokenNotFound(team=team, token=token_id)
    return token

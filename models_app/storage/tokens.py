"""API tokens as they are kept: the digest of the secret, never the secret."""

from __future__ import annotations

from models_app.domain import clock
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import Role, TeamSlug
from models_app.domain.tokens import Token
from models_app.storage import table
from models_app.storage.pages import Listing, beginning_with, read_item, read_page
from models_app.storage.table import RawItem, TokenItem
from models_app.storage.transactions import Refused, Verb, Write


def find(token_id: str) -> Token | None:
    """A token, revoked and expired ones too, or None. One call."""
    raw = read_item(table.token_partition(token_id), table.TOKEN)
    return _token(raw) if raw else None


def list_of_team(team: TeamSlug | None, *, limit: int, after: StartKey | None, starting_with: str = "") -> Page[Token]:
    """A team's tokens that are not revoked, by id; or the platform's. One call."""
    listing = Listing(partition=table.team_tokens(team), index="gsi1", within=beginning_with(starting_with))
    page = read_page(listing, limit=limit, after=after)
    return Page([_token(raw) for raw in page.items], page.next)


def issuing(token: Token) -> Write:
    """A new token."""
    item = TokenItem(
        pk=table.token_partition(token.id),
        sk=table.TOKEN,
        rev=token.revision,
        gsi1pk=table.team_tokens(token.team),
        gsi1sk=token.id,
        id=token.id,
        name=token.name,
        digest=token.digest,
        team=token.team,
        role=token.role.value,
        created_at=clock.wire(token.created_at),
        created_by=token.created_by,
        expires_at=clock.wire(token.expires_at),
    )
    return Write(Verb.PUT, item, TokenItem.pk.does_not_exist(), Refused)


def revoking(revoked: Token) -> Write:
    """A token's end. It stays, so that its holder reads why it is refused; it leaves the team's list."""
    item = TokenItem(pk=table.token_partition(revoked.id), sk=table.TOKEN)
    actions = [
        TokenItem.revoked_at.set(clock.wire(revoked.revoked_at or clock.now())),
        TokenItem.gsi1pk.remove(),
        TokenItem.gsi1sk.remove(),
    ]
    condition = TokenItem.rev == revoked.revision - 1
    return Write(Verb.UPDATE, item, condition, Refused, actions)


def _token(raw: RawItem) -> Token:
    item = TokenItem.from_raw_data(raw)
    return Token(
        id=item.id,
        name=item.name,
        digest=item.digest,
        team=TeamSlug(item.team) if item.team else None,
        role=Role(item.role),
        created_at=clock.from_wire(item.created_at),
        created_by=item.created_by,
        expires_at=clock.from_wire(item.expires_at),
        revoked_at=clock.from_wire(item.revoked_at) if item.revoked_at else None,
        revision=int(item.rev),
    )

"""Show the API tokens of a team or of the platform."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from models_app.domain.actors import command_line
from models_app.domain.clock import wire
from models_app.domain.teams import TeamSlug
from models_app.domain.tokens import Token
from models_app.management.refusals import RegistryCommand
from models_app.services import tokens

TOKENS_A_PAGE = 100


class Command(RegistryCommand):
    help = "Show the API tokens that are not revoked: a team's, or without a team the platform administrators'."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("team", nargs="?", help="whose tokens: payments")

    def handle(self, *, team: str | None, **_: Any) -> None:
        """Show them."""
        slug = TeamSlug.parse(team, field="team") if team else None
        is_empty = True
        for token in _all_tokens(slug):
            is_empty = False
            role = token.role if slug else "platform-admin"
            self.stdout.write(f"{token.id}  {role:<14}  until {wire(token.expires_at)}  {token.name}")
        if is_empty:
            self.stdout.write("There are none. create_token makes one.")


def _all_tokens(team: TeamSlug | None) -> Iterator[Token]:
    """Page after page."""
    actor, after = command_line("list_tokens"), None
    while True:
        page = tokens.list_tokens(actor=actor, team=team, limit=TOKENS_A_PAGE, after=after)
        yield from page.items
        if page.next is None:
            return
        after = page.next

"""Show the API tokens of a team or of the platform."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from models_app.domain.actors import command_line
from models_app.domain.clock import wire
from models_app.domain.teams import TeamSlug
from models_app.management.refusals import RegistryCommand
from models_app.services import tokens

MAX_TOKENS = 1000


class Command(RegistryCommand):
    help = "Show the API tokens that are not revoked: a team's, or without a team the platform administrators'."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("team", nargs="?", help="whose tokens: payments")

    def handle(self, *, team: str | None, **_: Any) -> None:
        """Show them."""
        slug = TeamSlug.parse(team, field="team") if team else None
        found = tokens.list_tokens(actor=command_line("list_tokens"), team=slug, limit=MAX_TOKENS).items
        if not found:
            self.stdout.write("There are none. create_token makes one.")
        for token in found:
            role = token.role if slug else "platform-admin"
            self.stdout.write(f"{token.id}  {role:<14}  until {wire(token.expires_at)}  {token.name}")

"""Revoke an API token."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from models_app.domain.actors import command_line
from models_app.domain.teams import TeamSlug
from models_app.management.refusals import RegistryCommand
from models_app.services import tokens


class Command(RegistryCommand):
    help = "Revoke an API token; every process refuses it within 30 seconds. list_tokens shows the ids."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("token_id", help="the 12 characters behind mr_")
        parser.add_argument("--team", help="whose token it is; without it, a platform administrator's")

    def handle(self, *, token_id: str, team: str | None, **_: Any) -> None:
        """Revoke it."""
        slug = TeamSlug.parse(team, field="--team") if team else None
        tokens.revoke_token(actor=command_line("revoke_token"), team=slug, token_id=token_id)
        self.stdout.write(f"Token {token_id} is revoked.")

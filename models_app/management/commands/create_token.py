"""Issue an API token."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from models_app.domain.actors import command_line
from models_app.domain.clock import wire
from models_app.domain.teams import Role, TeamSlug
from models_app.domain.tokens import DEFAULT_LIFETIME
from models_app.management.refusals import RegistryCommand
from models_app.services import tokens


class Command(RegistryCommand):
    help = "Issue an API token of a team, or of the platform. The token is all that goes to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("team", nargs="?", help="whose token it is: payments")
        parser.add_argument("--platform-admin", action="store_true", help="a token that may do all in every team")
        parser.add_argument("--role", choices=[role.value for role in Role], default=Role.CONTRIBUTOR.value)
        parser.add_argument("--name", required=True, help="what it is for: the name of a pipeline, say")
        parser.add_argument("--days", type=int, default=DEFAULT_LIFETIME.days, help="how long it lives (1-366)")

    def handle(self, *, team: str | None, platform_admin: bool, role: str, name: str, days: int, **_: Any) -> None:
        """Issue the token."""
        if platform_admin == bool(team):
            raise CommandError("Name a team, or say --platform-admin; one of the two.")
        issued = tokens.issue_token(
            actor=command_line("create_token"),
            team=TeamSlug.parse(team, field="team") if team else None,
            name=name,
            role=Role.MAINTAINER if platform_admin else Role(role),
            days=days,
        )
        holder = f"{issued.token.role} of team {team}" if team else "platform administrator"
        self.stderr.write(f"A token for a {holder}, good until {wire(issued.token.expires_at)}. It is shown this once:")
        self.stdout.write(issued.text.text)

"""Found a team."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from models_app.domain.actors import command_line
from models_app.domain.errors import UserNotFound
from models_app.domain.teams import Role, TeamSlug, parse_username
from models_app.management.refusals import RegistryCommand
from models_app.services import teams, users


class Command(RegistryCommand):
    help = "Found a team, and make a user its maintainer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("slug", help="2-63 lower-case letters, digits and hyphens: payments")
        parser.add_argument("--name", default="", help="what people call it; default: the slug")
        parser.add_argument("--maintainer", metavar="USERNAME", help="a user to make its first maintainer")

    def handle(self, *, slug: str, name: str, maintainer: str | None, **_: Any) -> None:
        """Found the team."""
        actor = command_line("create_team")
        username = parse_username(maintainer, field="--maintainer") if maintainer else None
        if username and users.find_user(username) is None:
            raise UserNotFound(username=username)
        team = teams.create_team(actor=actor, slug=TeamSlug.parse(slug, field="slug"), display_name=name)
        self.stdout.write(f"Team {team.slug} is there.")
        if username:
            teams.add_member(actor=actor, slug=team.slug, username=username, role=Role.MAINTAINER)
            self.stdout.write(f"{username} is its maintainer.")
        self.stdout.write(f"Next: create_token {team.slug} --role contributor --name ci")

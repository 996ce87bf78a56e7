"""Open an account for somebody who signs in."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from models_app.domain.actors import command_line
from models_app.domain.teams import Role, TeamSlug, parse_username
from models_app.identity.user import User
from models_app.management.refusals import RegistryCommand
from models_app.services import teams, users


class Command(RegistryCommand):
    help = "Open an account. The password is asked for, or read from standard input when that is no terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username")
        parser.add_argument("--email", default="")
        parser.add_argument("--team", help="take the user into this team")
        parser.add_argument("--role", choices=[role.value for role in Role], default=Role.VIEWER.value)

    def handle(self, *, username: str, email: str, team: str | None, role: str, **_: Any) -> None:
        """Open the account."""
        actor = command_line("create_user")
        name = parse_username(username)
        slug = TeamSlug.parse(team, field="--team") if team else None
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, User(username=name, email=email))
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages), returncode=2) from weak
        if slug:
            teams.get_team(actor=actor, slug=slug)
        users.create_user(actor=actor, username=name, password=make_password(password), email=email)
        self.stdout.write(f"User {name} is there.")
        if slug:
            teams.add_member(actor=actor, slug=slug, username=name, role=Role(role))
            self.stdout.write(f"{name} is a {role} of team {slug}.")

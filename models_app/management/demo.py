"""What a local registry starts with: three teams, their people and tokens, and real models.

The models come from ``demo_models.json``, which ``bin/train_demo_models.py`` made by training them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from models_app.api.registrations import RegisterRequest
from models_app.domain.actors import Actor, command_line
from models_app.domain.aliases import AliasName
from models_app.domain.errors import CredentialsRefused, TeamTaken, UsernameTaken
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.domain.tokens import MAX_LIFETIME, TokenText
from models_app.domain.versions import VersionReference
from models_app.services import aliases, teams, tokens, users, versions

PASSWORD = "demo-model-registry"  # noqa: S105 - known to everybody who runs the demo, and good for nothing else
TEAMS = {"payments": "Payments", "vision": "Vision", "sandbox": "Sandbox"}
PEOPLE = {
    "ada": ("payments", Role.MAINTAINER),
    "grace": ("payments", Role.CONTRIBUTOR),
    "edsger": ("payments", Role.VIEWER),
    "fei-fei": ("vision", Role.MAINTAINER),
    "newcomer": ("sandbox", Role.MAINTAINER),
}
TOKENS: dict[str, tuple[str | None, Role]] = {
    "admin": (None, Role.MAINTAINER),
    "payments-maintainer": ("payments", Role.MAINTAINER),
    "payments-contributor": ("payments", Role.CONTRIBUTOR),
    "payments-viewer": ("payments", Role.VIEWER),
    "vision-maintainer": ("vision", Role.MAINTAINER),
    "sandbox-maintainer": ("sandbox", Role.MAINTAINER),
}
MODELS = Path(__file__).with_name("demo_models.json")


def load() -> Iterator[str]:
    """Found the teams with their people and register the models, telling what was done. Again, it changes nothing.

    The last account is opened when all else is there: if a load was interrupted, the next one completes it.
    """
    actor = command_line("demo")
    *first, last = PEOPLE
    if users.find_user(Username(last)) is not None:
        return
    password = make_password(PASSWORD)
    for slug, name in TEAMS.items():
        with suppress(TeamTaken):
            teams.create_team(actor=actor, slug=TeamSlug(slug), display_name=name)
    for person in ("admin", *first):
        _open_account(actor, person, password)
    entries = json.loads(MODELS.read_text())["models"]
    for entry in entries:
        _register(actor, entry)
    _open_account(actor, last, password)
    yield f"{len(TEAMS)} teams, {len(PEOPLE) + 1} people"
    yield f"{len({entry['body']['modelName'] for entry in entries})} models with {len(entries)} versions"


def keep_tokens(path: Path) -> None:
    """Write a token of each kind to a file that only its owner reads; those in it that are still good stay."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    fresh = {name: kept[name] if _is_good(kept.get(name)) else _issue(name) for name in TOKENS}
    if fresh == kept:
        return
    path.touch(mode=0o600)
    path.write_text(json.dumps(fresh, indent=2) + "\n")


def _open_account(actor: Actor, name: str, password: str) -> None:
    username = Username(name)
    with suppress(UsernameTaken):
        users.create_user(actor=actor, username=username, password=password, is_platform_admin=name == "admin")
    if name in PEOPLE:
        team, role = PEOPLE[name]
        teams.add_member(actor=actor, slug=TeamSlug(team), username=username, role=role)


def _register(actor: Actor, entry: dict[str, Any]) -> None:
    body = RegisterRequest(data=entry["body"] | {"teamId": entry["team"]}, context={"actor": actor})
    body.is_valid(raise_exception=True)
    version = versions.register(actor=actor, registration=body.registration()).version
    for alias in entry.get("aliases", ()):
        to = VersionReference(version.model, label=version.label)
        aliases.move_alias(actor=actor, name=AliasName.parse(alias), to=to)


def _issue(name: str) -> str:
    team, role = TOKENS[name]
    issued = tokens.issue_token(
        actor=command_line("demo"),
        team=TeamSlug(team) if team else None,
        name=f"demo {name}",
        role=role,
        days=MAX_LIFETIME.days,
    )
    return issued.text.text


def _is_good(text: str | None) -> bool:
    try:
        tokens.check_token(TokenText.parse(text or ""))
    except CredentialsRefused:
        return False
    return True

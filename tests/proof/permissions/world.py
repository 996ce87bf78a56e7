"""A registry with one object of every kind, and everybody who may knock at its door.

It is made once in a process, as operators and callers make it. Whatever changed it is taken back row by row, so that
each request of a table finds the same registry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.test import Client

from models_app.domain import clock, tickets
from models_app.domain.actors import command_line
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.grants import role_map
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.identity.user import User
from models_app.outbox import bus, posting
from models_app.services import teams, tokens, users
from models_app.services.tokens import forget_tokens
from models_app.storage import table
from models_app.storage.table import TokenItem, connection
from tests.callers import Caller, token_holder
from tests.engine import Engine
from tests.identity.people import an_account, hashed
from tests.identity.provider import AUDIENCE, ISSUER, Provider, a_token
from tests.tables import NAME, drop_table, make_table

Rows = dict[tuple[str, str], dict[str, Any]]
WRITING = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
GROUP_OF_SSO = "ml-payments"
NOBODY_LISTENS = "http://127.0.0.1:9/hook"


class Standing(StrEnum):
    """What somebody is to the team payments: the columns of the matrix, in this order."""

    NOBODY = "nobody"
    STRANGER = "stranger"
    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    MAINTAINER = "maintainer"
    ADMIN = "admin"


@dataclass(frozen=True)
class Principal:
    """Somebody with credentials of one kind: a header, or the cookie of a session."""

    name: str
    standing: Standing
    authorization: str = ""
    session: str = field(default="", repr=False)

    @property
    def is_person(self) -> bool:
        """Whether it comes with a cookie; without any credentials it may be either."""
        return bool(self.session)


@dataclass
class World:
    """The registry: who there is, what its objects are called, and the rows that it begins with."""

    engine: Engine
    principals: dict[str, Principal]
    names: dict[str, str]
    rows: Rows = field(default_factory=dict)

    def restore(self) -> None:
        """Take back whatever was changed: one read of the table, one write of what differs."""
        forget_tokens()
        now = read_rows(self.engine)
        puts = [{"Put": {"TableName": NAME, "Item": row}} for key, row in self.rows.items() if now.get(key) != row]
        gone = [
            {"Delete": {"TableName": NAME, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
            for pk, sk in now.keys() - self.rows.keys()
        ]
        actions = puts + gone
        for start in range(0, len(actions), 100):
            part = {"TransactItems": actions[start : start + 100]}
            self.engine.send("TransactWriteItems", json.dumps(part).encode())


def read_rows(engine: Engine) -> Rows:
    """The whole table, by key."""
    items = json.loads(engine.send("Scan", json.dumps({"TableName": NAME, "ConsistentRead": True}).encode()))["Items"]
    return {(row["pk"]["S"], row["sk"]["S"]): row for row in items}


_made: dict[int, World] = {}


@contextmanager
def a_world(engine: Engine, provider: Provider) -> Iterator[World]:
    """The world in a table of its own. ``provider`` is the one of single sign-on that it trusts."""
    changed = {
        "OIDC_ISSUER": ISSUER,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_JWKS_URL": provider.url,
        "OIDC_ROLE_MAP": role_map(json.dumps({GROUP_OF_SSO: "payments:contributor"})),
    }
    before = {name: getattr(settings, name) for name in changed}
    for name, value in changed.items():
        setattr(settings, name, value)
    posting.configure(insecure=True)  # webhooks may lead to this machine
    make_table(engine)
    try:
        world = _made.get(engine.port)
        if world is None:
            principals, names = _people_and_things()
            world = _made[engine.port] = World(engine, principals, names, read_rows(engine))
        world.principals["single sign-on, contributor"] = Principal(
            "single sign-on, contributor", Standing.CONTRIBUTOR, f"Bearer {a_token(groups=[GROUP_OF_SSO])}"
        )
        world.restore()
        yield world
    finally:
        forget_tokens()
        drop_table(engine)
        posting.configure(insecure=False)
        for name, value in before.items():
            setattr(settings, name, value)


@contextmanager
def recorded() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The calls sent to DynamoDB inside the block: operation and request."""
    sent: list[tuple[str, dict[str, Any]]] = []
    emitter = connection().connection.client.meta.events

    def note(request: Any, event_name: str, **_: Any) -> None:
        sent.append((event_name.rpartition(".")[2], json.loads(request.body)))

    emitter.register("before-send.dynamodb.*", note)
    try:
        yield sent
    finally:
        emitter.unregister("before-send.dynamodb.*", note)


# The making ---------------------------------------------------------------------------------------------------------


def _people_and_things() -> tuple[dict[str, Principal], dict[str, str]]:
    operator = command_line()
    for slug in ("payments", "vision", "closed"):
        teams.create_team(actor=operator, slug=TeamSlug(slug))
    holders = {role: token_holder("payments", role) for role in Role}
    names = _things(holders)
    found = [Principal("nobody", Standing.NOBODY), *_tokens(holders, names), *_people()]
    teams.delete_team(actor=operator, slug=TeamSlug("closed"))
    return {each.name: each for each in found}, names


def _things(holders: dict[Role, Caller]) -> dict[str, str]:
    """One object of each kind in payments, and a model of the same name in vision."""
    maintainer = holders[Role.MAINTAINER]
    for model, version in (
        *(("fraud", "1.0.0"), ("fraud", "2.0.0"), ("fraud", "3.0.0"), ("fraud", "4.0.0"), ("fraud", "5.0.0")),
        *(("spare", "1.0.0"), ("gone", "1.0.0")),
    ):
        assert maintainer.registers(model, version=version, tags={"there": "x"}).status == 201
    maintainer.moves("payments.fraud", "champion", "2.0.0")
    maintainer.moves("payments.fraud", "blue", "1.0.0")
    maintainer.deletes("payments.fraud", "4.0.0")
    maintainer.deletes_model("payments.gone")
    for version in ("1.0.0", "2.0.0"):
        ran = maintainer.deploys("payments.fraud", version, environment="prod")
        for status in ("IN_PROGRESS", "SUCCEEDED"):
            assert maintainer.reports(ran, status).status == 200
    under_way = maintainer.deploys("payments.fraud", "3.0.0", environment="staging").body["deploymentId"]
    mlflow = "/api/2.0/mlflow"
    tags = [{"key": "there", "value": "x"}]
    maintainer.calls("POST", f"{mlflow}/registered-models/create", {"name": "churn", "tags": tags})
    for number in (1, 2):
        made = {"name": "churn", "source": f"s3://models/{number}", "tags": tags}
        assert maintainer.calls("POST", f"{mlflow}/model-versions/create", made).status == 200
    maintainer.calls("POST", f"{mlflow}/registered-models/alias", {"name": "churn", "version": "1", "alias": "first"})
    wanted = {"name": "ci", "url": NOBODY_LISTENS, "status": "DISABLED"}
    wanted |= {"events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}
    webhook = maintainer.calls("POST", f"{mlflow}/webhooks", wanted).body["webhook"]["webhook_id"]
    outsider = token_holder("vision", Role.MAINTAINER)
    outsider.registers("fraud", version="1.0.0")
    an_account("evelyn", payments="viewer")
    an_account("newcomer")
    spare = tokens.issue_token(actor=command_line(), team=TeamSlug("payments"), name="spare", role=Role.VIEWER)
    event = maintainer.gets("events?teamId=payments").body["results"][0]["eventId"]
    return {"deployment": under_way, "webhook": webhook, "token": spare.token.id, "event": event}


def _tokens(holders: dict[Role, Caller], names: dict[str, str]) -> Iterator[Principal]:
    operator, payments = command_line(), TeamSlug("payments")

    def issue(team: str | None, role: Role, name: str) -> str:
        slug = TeamSlug(team) if team else None
        issued = tokens.issue_token(actor=operator, team=slug, name=name, role=role)
        return issued.text.text

    def revoked(team: str) -> str:
        text = issue(team, Role.MAINTAINER, "revoked")
        tokens.revoke_token(actor=operator, team=TeamSlug(team), token_id=text[3:15])
        return text

    for role, holder in holders.items():
        yield Principal(f"token, {role}", Standing(role), holder.authorization or "")
    yield Principal("token, platform", Standing.ADMIN, f"Bearer {issue(None, Role.MAINTAINER, 'platform')}")
    yield Principal("token, elsewhere", Standing.STRANGER, f"Bearer {issue('vision', Role.MAINTAINER, 'elsewhere')}")
    yield Principal("token, revoked", Standing.NOBODY, f"Bearer {revoked('payments')}")
    yield Principal("token, team deleted", Standing.NOBODY, f"Bearer {revoked('closed')}")
    whole = issue("payments", Role.MAINTAINER, "mistyped")
    broken = whole[:-1] + ("0" if whole[-1] != "0" else "1")
    yield Principal("token, broken checksum", Standing.NOBODY, f"Bearer {broken}")
    old = issue("payments", Role.MAINTAINER, "expired")
    _expire(old[3:15])
    yield Principal("token, expired", Standing.NOBODY, f"Bearer {old}")

    # A token is its team's, not its maker's: it has the role that it was given, and outlives who made it.
    maker = an_account("maker", payments="maintainer")
    account = users.find_user(maker)
    assert account is not None
    acting = User.of(account).actor(request_id="making")
    lower = tokens.issue_token(actor=acting, team=payments, name="narrowed", role=Role.CONTRIBUTOR)
    users.update_user(actor=operator, username=maker, is_active=False)
    yield Principal("token, maker deactivated", Standing.CONTRIBUTOR, f"Bearer {lower.text.text}")
    yield Principal("password, as a token", Standing.NOBODY, "Basic bWFrZXI6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==")
    ticket = tickets.issue(DeploymentId.parse(names["deployment"]), key=bus.present().ticket_key, at=clock.now())
    yield Principal("ticket", Standing.STRANGER, f"Bearer {ticket}")


def _people() -> Iterator[Principal]:
    operator, payments = command_line(), TeamSlug("payments")
    for role in Role:
        yield _person(f"ada-{role}", Standing(role), payments=role)
    yield _person("both", Standing.VIEWER, payments="viewer", vision="maintainer")
    yield _person("elsewhere", Standing.STRANGER, vision="maintainer")
    yield _person("of-no-team", Standing.STRANGER)
    yield _person("root", Standing.ADMIN, is_platform_admin=True)

    yield _person("ex-member", Standing.STRANGER, payments="maintainer")
    teams.remove_member(actor=operator, slug=payments, username=Username("ex-member"))
    yield _person("ex-admin", Standing.STRANGER, is_platform_admin=True)
    users.update_user(actor=operator, username=Username("ex-admin"), is_platform_admin=False)
    yield _person("deactivated", Standing.NOBODY, payments="maintainer")
    users.update_user(actor=operator, username=Username("deactivated"), is_active=False)
    yield _person("new-password", Standing.NOBODY, payments="maintainer")
    users.update_user(actor=operator, username=Username("new-password"), password=hashed("another-" + "staple"))
    yield _person("signed-out", Standing.NOBODY, payments="maintainer")
    users.update_user(actor=operator, username=Username("signed-out"), end_sessions=True)


def _person(username: str, standing: Standing, *, is_platform_admin: bool = False, **roles: str) -> Principal:
    """Somebody who signs in now. What happens to the account later does not change the cookie."""
    account = users.find_user(an_account(username, is_platform_admin=is_platform_admin, **roles))
    assert account is not None
    client = Client()
    client.force_login(User.of(account))
    return Principal(f"session, {username}", standing, session=client.cookies["session"].value)


def _expire(token_id: str) -> None:
    """Let a token end yesterday, as time would."""
    item = TokenItem(pk=table.token_partition(token_id), sk=table.TOKEN)
    item.update(actions=[TokenItem.expires_at.set(clock.wire(clock.now() - timedelta(days=1)))])

"""Every call that writes: what makes ready for it, the call itself, and where to see what it left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from models_app.domain.actors import command_line
from models_app.domain.teams import Username
from models_app.services import users
from tests.callers import Answer, Caller, Cast
from tests.faults import Fault, Wire, pass_on


def nothing(cast: Cast, name: str) -> None:
    """Some calls need no preparation."""


@dataclass(frozen=True)
class Change:
    """One call that writes. ``name`` in the functions is a fresh word, good for a model, alias, team or user.

    Attributes:
        slug: what a test's id calls it.
        make: the call.
        status: of its undisturbed answer.
        event: the one event that it leaves; or ``times`` of them, in as many histories.
        prepare: what must be there first.
        look: reads what the call answered; None where the answer is that something is gone.
        writes: the operations that it writes with, in order; the last one commits.
        team: whose history tells of it.
    """

    slug: str
    make: Callable[[Cast, str], Answer]
    status: int
    event: str
    look: Callable[[Cast, str, Answer], Answer]
    prepare: Callable[[Cast, str], Any] = nothing
    writes: tuple[str, ...] = ("TransactWriteItems",)
    team: Callable[[str], str] = lambda _: "payments"
    times: int = 1


def a_version(cast: Cast, name: str) -> None:
    """A model of that name with two versions."""
    assert cast.contributor.registers(name, version="1.0.0").status == 201
    assert cast.contributor.registers(name, version="2.0.0").status == 201


def a_deleted_version(cast: Cast, name: str) -> None:
    a_version(cast, name)
    assert cast.maintainer.deletes(f"payments.{name}", "2.0.0").status == 204


def a_deleted_model(cast: Cast, name: str) -> None:
    an_alias(cast, name)
    assert cast.maintainer.deletes_model(f"payments.{name}").status == 204


def an_alias(cast: Cast, name: str) -> None:
    a_version(cast, name)
    assert cast.contributor.moves(f"payments.{name}", name, "1.0.0").status == 201


def a_user(cast: Cast, name: str) -> None:
    users.create_user(actor=command_line(), username=Username(name), password=make_password(None))


def a_member(cast: Cast, name: str) -> None:
    a_user(cast, name)
    answer = cast.maintainer.calls("POST", "teams/payments/members", {"username": name, "role": "viewer"})
    assert answer.status == 201


def a_new_team(cast: Cast, name: str) -> None:
    assert cast.admin.calls("POST", "teams", {"teamId": name}).status == 201


def a_token(cast: Cast, name: str) -> None:
    assert issues(cast, name).status == 201


def issues(cast: Cast, name: str) -> Answer:
    return cast.maintainer.calls("POST", "teams/payments/tokens", {"name": name, "role": "viewer"})


def token_named(caller: Caller, name: str) -> str:
    """The id of a token, revoked or not, from the team's history."""
    told = [event["data"] for event in caller.gets("events?limit=5").body["results"]]
    return next(data["tokenId"] for data in told if data.get("name") == name)


def revokes(cast: Cast, name: str) -> Answer:
    return cast.maintainer.calls("DELETE", f"teams/payments/tokens/{token_named(cast.maintainer, name)}")


def reads_version(cast: Cast, name: str, answer: Answer) -> Answer:
    return cast.viewer.reads(f"payments.{name}", answer.body["version"] if answer.body else "2.0.0")


def reads_alias(cast: Cast, name: str, answer: Answer) -> Answer:
    return cast.viewer.alias(f"payments.{name}", name)


def reads_member(cast: Cast, name: str, answer: Answer) -> Answer:
    return cast.viewer.gets(f"teams/payments/members/{name}")


def reads_token(cast: Cast, name: str, answer: Answer) -> Answer:
    return cast.maintainer.gets(f"teams/payments/tokens/{answer.body['tokenId']}")


def finds_token(cast: Cast, name: str, answer: Answer) -> Answer:
    """A revoked token stands and says so, so "gone" means: not in the list."""
    names = [token["name"] for token in cast.maintainer.gets("teams/payments/tokens?limit=100").body["results"]]
    return Answer(200 if name in names else 404, None, {})


CHANGES = [
    Change(
        slug="register with a label",
        make=lambda cast, name: cast.contributor.registers(name, version="1.2.0"),
        status=201,
        event="ModelVersionRegistered",
        look=reads_version,
    ),
    Change(
        slug="register below the highest",
        prepare=a_version,
        make=lambda cast, name: cast.contributor.registers(name, version="1.5.0"),
        status=201,
        event="ModelVersionRegistered",
        look=reads_version,
        writes=("TransactWriteItems", "TransactWriteItems"),
    ),
    Change(
        slug="register without a label",
        make=lambda cast, name: cast.contributor.registers(name),
        status=201,
        event="ModelVersionRegistered",
        look=reads_version,
    ),
    Change(
        slug="replace a version",
        prepare=an_alias,
        make=lambda cast, name: cast.contributor.replaces(
            f"payments.{name}", "1.0.0", {"description": "new", "deploymentTarget": "EKS"}
        ),
        status=200,
        event="ModelVersionUpdated",
        look=reads_version,
    ),
    Change(
        slug="patch a version",
        prepare=a_version,
        make=lambda cast, name: cast.contributor.patches(f"payments.{name}", "latest", {"tags": {"a": "b"}}),
        status=200,
        event="ModelVersionUpdated",
        look=reads_version,
    ),
    Change(
        slug="delete a version",
        prepare=a_version,
        make=lambda cast, name: cast.maintainer.deletes(f"payments.{name}", "2.0.0"),
        status=204,
        event="ModelVersionDeregistered",
        look=reads_version,
    ),
    Change(
        slug="restore a version",
        prepare=a_deleted_version,
        make=lambda cast, name: cast.maintainer.restores(f"payments.{name}", "2.0.0"),
        status=200,
        event="ModelVersionRestored",
        look=reads_version,
    ),
    Change(
        slug="make an alias",
        prepare=a_version,
        make=lambda cast, name: cast.contributor.moves(f"payments.{name}", name, "2.0.0", if_none_match="*"),
        status=201,
        event="AliasMoved",
        look=reads_alias,
    ),
    Change(
        slug="move an alias",
        prepare=an_alias,
        make=lambda cast, name: cast.contributor.moves(f"payments.{name}", name, "2.0.0", if_match='"1.0.0-1"'),
        status=200,
        event="AliasMoved",
        look=reads_alias,
    ),
    Change(
        slug="remove an alias",
        prepare=an_alias,
        make=lambda cast, name: cast.contributor.removes(f"payments.{name}", name),
        status=204,
        event="AliasRemoved",
        look=reads_alias,
    ),
    Change(
        slug="describe a model",
        prepare=a_version,
        make=lambda cast, name: cast.contributor.describes(f"payments.{name}", {"description": "new"}),
        status=200,
        event="ModelUpdated",
        look=lambda cast, name, _: cast.viewer.reads(f"payments.{name}"),
    ),
    Change(
        slug="rename a model",
        prepare=an_alias,
        make=lambda cast, name: cast.maintainer.renames(f"payments.{name}", f"{name}-new"),
        status=200,
        event="ModelRenamed",
        times=2,
        look=lambda cast, name, _: cast.viewer.reads(f"payments.{name}-new"),
    ),
    Change(
        slug="delete a model",
        prepare=an_alias,
        make=lambda cast, name: cast.maintainer.deletes_model(f"payments.{name}"),
        status=204,
        event="ModelDeleted",
        look=lambda cast, name, _: cast.viewer.reads(f"payments.{name}", "1.0.0"),
    ),
    Change(
        slug="restore a model",
        prepare=a_deleted_model,
        make=lambda cast, name: cast.maintainer.restores_model(f"payments.{name}"),
        status=200,
        event="ModelRestored",
        look=lambda cast, name, _: cast.viewer.reads(f"payments.{name}"),
    ),
    Change(
        slug="create a team",
        make=lambda cast, name: cast.admin.calls("POST", "teams", {"teamId": name}),
        status=201,
        event="TeamCreated",
        look=lambda cast, name, _: cast.admin.gets(f"teams/{name}"),
        team=lambda name: name,
    ),
    Change(
        slug="change a team",
        prepare=a_new_team,
        make=lambda cast, name: cast.admin.calls("PATCH", f"teams/{name}", {"displayName": "new"}),
        status=200,
        event="TeamUpdated",
        look=lambda cast, name, _: cast.admin.gets(f"teams/{name}"),
        team=lambda name: name,
    ),
    Change(
        slug="delete a team",
        prepare=a_new_team,
        make=lambda cast, name: cast.admin.calls("DELETE", f"teams/{name}"),
        status=204,
        event="TeamDeleted",
        look=lambda cast, name, _: cast.admin.gets(f"teams/{name}"),
        team=lambda name: name,
    ),
    Change(
        slug="add a member",
        prepare=a_user,
        make=lambda cast, name: cast.maintainer.calls(
            "POST", "teams/payments/members", {"username": name, "role": "maintainer"}
        ),
        status=201,
        event="MemberAdded",
        look=reads_member,
    ),
    Change(
        slug="change a role",
        prepare=a_member,
        make=lambda cast, name: cast.maintainer.calls(
            "PATCH", f"teams/payments/members/{name}", {"role": "contributor"}
        ),
        status=200,
        event="MemberRoleChanged",
        look=reads_member,
    ),
    Change(
        slug="remove a member",
        prepare=a_member,
        make=lambda cast, name: cast.maintainer.calls("DELETE", f"teams/payments/members/{name}"),
        status=204,
        event="MemberRemoved",
        look=reads_member,
    ),
    Change(slug="issue a token", make=issues, status=201, event="TokenIssued", look=reads_token),
    Change(slug="revoke a token", prepare=a_token, make=revokes, status=204, event="TokenRevoked", look=finds_token),
]
BY_SLUG = {change.slug: change for change in CHANGES}


def disturb(wire: Wire, change: Change, *faults: Fault) -> None:
    """Plan faults for the call that commits the change."""
    last = change.writes[-1]
    wire.next(last, *[pass_on] * (change.writes.count(last) - 1), *faults)


def perform(change: Change, cast: Cast, name: str) -> Answer:
    """Make a change that is prepared, and hold it to its promise: success, the committed state, one event.

    Promised: "A write whose response got lost is recognised as our own when it comes again, never reported
    as a conflict"; and "No change without its history".
    """
    before = events(cast, change.team(name))
    answer = change.make(cast, name)
    assert answer.status == change.status, answer.body
    assert_stands(change, cast, name, answer)
    news = {event: kind for event, kind in events(cast, change.team(name)).items() if event not in before}
    assert list(news.values()) == [change.event] * change.times
    return answer


def assert_stands(change: Change, cast: Cast, name: str, answer: Answer) -> None:
    """What the caller was told is what others now see."""
    seen = change.look(cast, name, answer)
    if answer.body is None:
        assert seen.status == 404
        return
    assert seen.status == 200
    told = {field: value for field, value in answer.body.items() if field != "token"}
    assert {field: seen.body[field] for field in told} == told
    assert seen.headers.get("ETag") == answer.headers.get("ETag")


def events(cast: Cast, team: str) -> dict[str, str]:
    """The last events of a team: id and kind."""
    answer = cast.admin.gets(f"events?teamId={team}&limit=5")
    return {event["eventId"]: event["eventType"] for event in answer.body["results"]} if answer.status == 200 else {}

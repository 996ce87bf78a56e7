"""What reaches Lambda's entry: nobody is believed about where it is or who, and no path leads anywhere else."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from django.urls import get_resolver

from tests.aws.runtime import an_event
from tests.callers import Cast
from tests.engine import Engine
from tests.identity.people import an_account
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.hostile.entry import PYTHON, Entry, Outcome, answers, running
from tests.proof.hostile.events import ADDRESS, LIE, Told, events
from tests.test_documentation import walk

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="bin/setup makes the function's packages")

EVENTS = "nobody is believed about where it is, or who, at Lambda's entry"
PATHS = "no spelling of a path leads to another object, or to the admin"
SEEDS = rounds(2, full=10)
AS_THEY_COME = "{name.lower(): values for name, values in (event.get('multiValueHeaders') or {}).items()}"

# In place of a name {v} in a path, with a name {f} of another team.
ENCODINGS = (
    *("{v}%2F1", "{v}%2fdeployments", "{v}%2Fchange%2F"),
    *("{v}%2F..%2F{f}", "{v}%2f{f}", "..%2F{f}", "%2e%2e/{f}", "%2e%2e%2f{f}", "%252e%252e%252f{f}", "{v}%252F{f}"),
    *("../{f}", "./{f}", "{v}/../{f}", "{v}/..;/{f}", "{v};/../{f}", "{v};x=1", "{v}%3B{f}", "{v}\\..\\{f}", "..\\{f}"),
    *(
        "{v}%5C..%5C{f}",
        "{v}//",
        "//{f}",
        "/{v}",
        "{v}%00",
        "%00{f}",
        "{v}%00.json",
        "{v}.",
        "{v}%2E",
        "{v}%20",
        "%20{v}",
    ),
    *("{v}%0d%0a", "{v}%c0%af..%c0%af{f}", "%c0%ae%c0%ae/{f}", "{v}%e0%80%af{f}", "{v}%u002f{f}", "{v}%EF%BC%8F{f}"),
    *(
        "{v}%",
        "{v}%zz",
        "{v}%ff",
        "dev/{v}",
        "{v}/..",
        "{v}/.",
        "{v}~",
        "{v}*",
        "{v}%23x",
        "{v}%3Fx=1",
        "{v}%26x",
        "@{f}",
    ),
    *(
        "{v}@{f}",
        "{v}%E2%81%84{f}",
        "%2Fadmin%2F",
        "..%2f..%2f..%2fadmin%2f",
        "../../../admin/",
        "{v}\u2215{f}",
        "{v}\ud800",
    ),
)


def wrong_with(outcome: Outcome, told: Told) -> Iterator[str]:
    """What is wrong with what came of an event without credentials."""
    if outcome.error not in {None, "Refused"}:
        yield f"broke with {outcome.error}"
    if outcome.answer is not None and not 200 <= outcome.status < 500:
        yield f"answered {outcome.status}"
    if "root" in outcome.body or outcome.status == 200:
        yield f"let in: {outcome.body[:80]}"
    if outcome.answer is not None and outcome.status >= 400:
        named = outcome.answer.get("multiValueHeaders", {}).get("Content-Type", [""])[0]
        if not named.startswith(("application/problem+json", "text/html")):
            yield f"refused as {named}"
    if outcome.told:
        yield from wrong_with_what_was_told(outcome, told)


def wrong_with_what_was_told(outcome: Outcome, told: Told) -> Iterator[str]:
    """What is wrong with what Django was told."""
    if outcome.told["REMOTE_ADDR"] != ADDRESS:
        yield f"comes from {outcome.told['REMOTE_ADDR']}"
    if LIE in outcome.told.get("HTTP_X_FORWARDED_FOR", ""):
        yield "tells where it says that it comes from"
    if outcome.told["wsgi.url_scheme"] != "https" or outcome.told.get("HTTP_X_FORWARDED_PROTO") != "https":
        yield "came in the clear"
    if outcome.told.get("REMOTE_USER") and "REMOTE_USER" not in told:
        yield f"is {outcome.told['REMOTE_USER']}"
    for name, value in told.items():
        if outcome.told.get(name) != value:
            yield f"{name} is {outcome.told.get(name)!r:.40}"


def complaints(found: Mapping[str, Outcome]) -> list[str]:
    expected = {name: told for name, _, told in events()}
    return [f"{name}: {wrong}" for name, each in found.items() for wrong in wrong_with(each, expected[name])]


def without_chance(outcome: Outcome) -> Any:
    """What came of an event, but for ids, tokens and times."""
    answer = dict(outcome.answer or {})
    answer.pop("multiValueHeaders", None)
    body = json.loads(answer.pop("body", "") or "null") if '"requestId"' in outcome.body else outcome.body[:200]
    if isinstance(body, dict):
        body.pop("requestId")
    return answer, body, outcome.error, outcome.told


class TestEvents:
    def test_no_lie_is_believed_and_every_order_of_sets_gives_one_answer(self, engine: Engine, table: None) -> None:
        asked = [(name, event) for name, event, _ in events()]
        assert len({name for name, _ in asked}) == len(asked) >= 60
        wrong, first = [], None
        for seed in range(SEEDS):
            with running(engine, seed=seed) as entry:
                found = answers(entry, asked)
            wrong += complaints(found)
            plain = {name: without_chance(each) for name, each in found.items()}
            first = first or plain
            wrong += [f"{name}: differs with seed {seed}" for name, each in plain.items() if each != first[name]]

        figure = f"{len(asked)} events with {SEEDS} hash seeds: {len(wrong)} believed or answered wrongly"
        assert wrong == []
        proves(EVENTS, figure, target="0 of 60 events", holds=not wrong)

    @pytest.mark.parametrize(
        ("mistake", "careless"),
        [
            ("headers as they come", f"lambda_web._headers_of = lambda event: {AS_THEY_COME}"),
            ("Zappa alone", "lambda_web.answer = lambda *asked: lambda_web._loaded[0].handler(*asked)"),
        ],
        ids=["headers", "Zappa"],
    )
    def test_an_entry_without_its_guard_is_noticed(
        self, engine: Engine, table: None, mistake: str, careless: str
    ) -> None:
        with running(engine, careless=careless) as entry:
            wrong = complaints(answers(entry, [(name, event) for name, event, _ in events()]))

        controls(EVENTS, f"{mistake}: {len(wrong)} complaints", target="some", holds=bool(wrong))


@pytest.fixture
def names(payments: Cast) -> dict[str, tuple[str, str]]:
    """What stands in a path, and what of another team must not be reached through it."""
    an_account("ada", payments="viewer")
    payments.contributor.registers("fraud", version="1", description="ours")
    payments.contributor.moves("payments.fraud", "champion", "1")
    deployment = payments.maintainer.deploys("payments.fraud", "1", environment="other").body["deploymentId"]
    payments.outsider.registers("secret", version="1", description="theirs alone")
    token = payments.viewer.gets("me").body["actor"].removeprefix("token:")
    return {
        "model_id": ("payments.fraud", "vision.secret"),
        "team": ("payments", "vision"),
        "version": ("1", "../vision.secret/1"),
        "alias": ("champion", "../../vision.secret/1"),
        "username": ("ada", "../../vision/members/ada"),
        "token_id": (token, "../../vision/tokens"),
        "deployment_id": (deployment, deployment.replace("payments", "vision")),
        "webhook_id": ("0" * 26, "0" * 26),
        "slug": ("team-taken", "../admin/"),
        "object_id": ("vision", "vision"),
        "rest": ("registered-models/get", "../../../admin/"),
    }


def spellings(names: dict[str, tuple[str, str]], encodings: Sequence[str] = ENCODINGS) -> list[tuple[str, str]]:
    """Every route that has a name in it, with each name in each encoding."""
    found = []
    for _, route in walk(get_resolver().url_patterns):
        if "(?P" in route:
            continue
        for spoiled in [name for name in names if f":{name}>" in route]:
            for encoding in encodings:
                address = route
                for name, (own, foreign) in names.items():
                    text = encoding.format(v=own, f=foreign) if name == spoiled else own
                    for kind in ("str", "path", "slug"):
                        address = address.replace(f"<{kind}:{name}>", text)
                found.append((route, f"/{address}"))
    return found


def strayed(entry: Entry, cast: Cast, tried: list[tuple[str, str]]) -> list[str]:
    """The paths that led somewhere."""
    wrong = []
    for route, path in tried:
        event = an_event("GET", "/", headers={"Authorization": str(cast.maintainer.authorization)})
        outcome = entry.takes(event | {"path": path})
        may = {400, 404} if route.startswith(("api/v1", "problems/")) else {302, 400, 401, 403, 404}
        if outcome.status not in {*may, 405} or "theirs alone" in outcome.body:
            wrong.append(f"{path!a}: {outcome.status or outcome.error}, {outcome.body[:60]}")
        if outcome.told.get("PATH_INFO", "").startswith("/admin") and not route.startswith("admin"):
            wrong.append(f"{path!a}: led to the admin")
    return wrong


class TestPaths:
    def test_none_leads_astray(self, engine: Engine, payments: Cast, names: dict[str, tuple[str, str]]) -> None:
        with running(engine) as entry:
            good = an_event(
                "GET",
                "/api/v1/models/payments.fraud/1",
                headers={"Authorization": str(payments.maintainer.authorization)},
            )
            assert entry.takes(good).status == 200
            tried = spellings(names)
            some = rounds(300, full=len(tried))
            wrong = strayed(entry, payments, random.Random("paths").sample(tried, some))

        assert wrong == []
        proves(
            PATHS,
            f"{some} paths in {len(ENCODINGS)} encodings: {len(wrong)} led anywhere",
            target="0",
            holds=not wrong,
        )

    def test_an_entry_that_takes_slashes_in_names_is_noticed(
        self, engine: Engine, payments: Cast, names: dict[str, tuple[str, str]]
    ) -> None:
        careless = "import re; lambda_web.SLASH_IN_NAME = re.compile('(?!)')"
        with running(engine, careless=careless) as entry:
            wrong = strayed(entry, payments, spellings(names, ENCODINGS[:2]))

        controls(PATHS, f"slashes in names let through: {len(wrong)} led somewhere", target="some", holds=bool(wrong))

"""Hostile bodies at every door that takes one: refusals that help, at once, and nothing written by them."""

from __future__ import annotations

import gc
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.urls import path
from rest_framework.parsers import JSONParser

from models_app.api.models import ModelListViewSet
from models_app.storage.soundness import _everything
from tests.admin.people import Page, an_administrator
from tests.api.hostile.corpus import Body, corpus
from tests.callers import Caller, Cast
from tests.identity.people import an_account
from tests.outbox.receivers import listening
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.hostile import sending
from tests.proof.hostile.bodies import no_forms, some, spoiled, spoiled_form
from tests.proof.hostile.doors import WEBHOOK, Door, doors
from tests.proof.hostile.sending import HTML, Tally, resident_mb, watch

NAME = "no body breaks anything, at any door, whatever it holds"
IS_FULL = rounds(0, full=1) == 1
SHARE = 1  # of each kind to each door
OF_OTHER_MEDIA, OF_TEXTS = 10, 50  # to each form, beside all that are no forms
CORPUS, FORMLESS = corpus(), list(no_forms())
FACES = {"api": "the API", "mlflow": "MLflow's", "form": "forms and the admin"}

# In a merge patch, null takes something away (RFC 7396): there these are good.
GOOD_IN_A_PATCH = frozenset({"description None", "metric None", "tag None"})


@pytest.fixture
def names(payments: Cast) -> Iterator[dict[str, str]]:
    """What stands in the addresses: a team with something in it that could be spoiled."""
    with listening():
        yield a_furnished(payments)


def a_furnished(payments: Cast) -> dict[str, str]:
    """The names of one object of each kind, in the team payments."""
    an_account("ada", payments="viewer")
    for version in ("1", "2", "3"):
        payments.contributor.registers("fraud", version=version)
    payments.contributor.moves("payments.fraud", "challenger", "1")
    deployment = payments.maintainer.deploys("payments.fraud", "2", environment="other").body["deploymentId"]
    webhook = payments.maintainer.calls("POST", "/api/2.0/mlflow/webhooks", WEBHOOK).body["webhook"]["webhook_id"]
    return {
        "model_id": "payments.fraud",
        "version": "1",
        "alias": "challenger",
        "team": "payments",
        "username": "ada",
        "slug": "team-taken",
        "rest": "x",
        "deployment_id": deployment,
        "webhook_id": webhook,
        "token_id": payments.viewer.gets("me").body["actor"].removeprefix("token:"),
    }


def row_of(door: Door, names: dict[str, str]) -> str:
    """The key of a row in the admin."""
    noun = door.route.removeprefix("admin/models_app/").partition("/")[0]
    keys = {
        "team": "payments",
        "member": "payments/ada",
        "user": "ada",
        "token": f"payments/{names['token_id']}",
        "registeredmodel": "payments.fraud",
        "modelversion": "payments.fraud/1",
        "event": "payments/x",
        "deployment": names["deployment_id"],
    }
    return keys.get(noun, "x").replace("/", "_2F")


def everything() -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in _everything())


def fields_of(caller: Caller, address: str) -> dict[str, str]:
    """The fields of the form at an address; none where no page with one is."""
    page: Any = caller.client.get(address, headers={"accept": HTML})
    is_page = page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    return Page(page).fields if is_page else {}


def sends(face: str, caller: Caller, names: dict[str, str], *, of_each: int | None) -> Tally:
    """So much of the corpus to each door of a face; with None all of it.

    A share is enough for each body to be sent to some door, and for something of each kind to each door.
    """
    tally = Tally()
    through = [door for door in doors() if door.face == face and not (of_each and door.route.startswith("ajax-"))]
    for number, door in enumerate(through):
        watch(caller)  # anew: of each request, Django's client keeps three hooks for as long as it lives
        address = door.address(**names, object_id=row_of(door, names))
        how: Any = {"count": of_each, "seed": str(door)}
        if face == "form":
            turn = FORMLESS[number % len(FORMLESS) :][:1] if of_each else FORMLESS
            tally.send(caller, door, address, turn)
            tally.send(caller, door, address, some(CORPUS, 0 if of_each else OF_OTHER_MEDIA, seed=str(door)))
            how["count"] = of_each or OF_TEXTS
            tally.send(caller, door, address, spoiled_form(fields_of(caller, address), **how))
        else:
            turn = CORPUS[number :: len(through)] if of_each else []
            bodies = [*turn, *some(CORPUS, **how)]
            if face == "api" and door.good is not None:
                sends_to_be_refused(caller, door, address, bodies, tally)
            else:
                tally.send(caller, door, address, bodies)
            tally.send(caller, door, address, spoiled(door.good or {}, **how))
        if "logout" in door.route:
            break  # signed out: the others have been there
    return tally


def sends_to_be_refused(caller: Caller, door: Door, address: str, bodies: Sequence[Body], tally: Tally) -> None:
    """What is no body of this door, and changes nothing."""
    before = everything()
    good = GOOD_IN_A_PATCH if door.method == "PATCH" else frozenset()
    tally.send(caller, door, address, [each for each in bodies if each[0] not in good], refused=True)
    assert everything() == before, f"{door} wrote something"


@pytest.fixture(autouse=True)
def nothing_in_the_log() -> Iterator[None]:
    """pytest keeps every line, and Django's warnings hold on to the request: that would be all the memory there is."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def callers(payments: Cast) -> dict[str, Caller]:
    """Who knocks at the doors of each face."""
    root = an_administrator()
    root.sees("/web/account")
    for each in (payments.maintainer, root):
        watch(each)
    root.client.defaults["HTTP_X_CSRFTOKEN"] = root.csrf_token
    return {"api": payments.maintainer, "mlflow": payments.maintainer, "form": root}


def test_there_are_many_of_them() -> None:
    assert len({name for name, _, _ in CORPUS}) == len(CORPUS) >= 120
    assert OF_OTHER_MEDIA + OF_TEXTS + len(FORMLESS) >= 120


@pytest.mark.parametrize("face", ["api", "mlflow", "form"])
def test_each_is_answered_in_time_as_its_face_promises(
    payments: Cast, names: dict[str, str], callers: dict[str, Caller], face: str
) -> None:
    whole = sends(face, callers[face], names, of_each=SHARE)
    growth = 0.0
    if IS_FULL:  # by now everything is loaded that is ever needed
        gc.collect()
        before = resident_mb()
        whole = sends(face, callers[face], names, of_each=None)
        gc.collect()
        growth = resident_mb() - before

    sys.stdout.write("\n".join(whole.complaints[:50]))
    seconds, slowest = whole.slowest
    through = sum(each.face == face for each in doors())
    figure = (
        f"{whole.sent} bodies at {through} doors, {len(whole.complaints)} answered wrongly; "
        f"slowest {seconds * 1000:.0f} ms ({slowest}); the test itself +{growth:.0f} MB"
    )
    # The memory is told and not judged: most of it is what Django's client keeps of each request, three hooks.
    proves(f"{NAME}: {FACES[face]}", figure, target="0; 100 ms", holds=not whole.complaints)


class TestTheControls:
    DOOR = next(door for door in doors() if str(door) == "POST /api/v1/models")

    def test_a_parser_without_guards_is_noticed(
        self, names: dict[str, str], callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ModelListViewSet, "parser_classes", [JSONParser])
        hostile = [each for each in CORPUS if each[0] in {"100000 objects deep", "high half in a text", "NUL"}]
        tally = Tally()

        tally.send(callers["api"], self.DOOR, self.DOOR.address(**names), hostile, refused=True)

        figure = f"DRF's own parser: {len(tally.complaints)} of {len(hostile)} answered wrongly"
        controls(f"{NAME}: {FACES['api']}", figure, target="at least 2", holds=len(tally.complaints) >= 2)

    def test_so_is_one_that_takes_its_time(
        self, names: dict[str, str], callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "SECONDS", 0.0)
        tally = Tally()

        tally.send(callers["api"], self.DOOR, self.DOOR.address(**names), CORPUS[:1], refused=True)

        figure = f"no time at all allowed: {len(tally.complaints)} of 1 too slow"
        controls(f"{NAME}: {FACES['api']}", figure, target="1", holds=len(tally.complaints) == 1)

    def test_a_door_that_no_table_knows_is_noticed(self) -> None:
        forgotten = [path("api/v1/forgotten", ModelListViewSet.as_view({"post": "create"}))]

        with pytest.raises(KeyError, match="api/v1/forgotten"):
            doors(forgotten)

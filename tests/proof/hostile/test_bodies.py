"""Hostile bodies at every door that takes one: refusals that help, at once, and nothing written by them."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework.parsers import JSONParser

from models_app.api import viewsets
from models_app.api.callers import HealthViewSet
from models_app.storage.soundness import _everything
from tests.admin.people import Page, an_administrator
from tests.api.hostile.corpus import Body, corpus
from tests.callers import Caller, Cast
from tests.identity.people import an_account
from tests.outbox.receivers import listening
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves
from tests.proof.hostile.bodies import no_forms, some, spoiled, spoiled_form
from tests.proof.hostile.doors import WEBHOOK, Door, doors, face_of
from tests.proof.hostile.sending import HTML, Tally, Watched, resident_mb, watched

NAME = "no body breaks anything, at any door, whatever it holds"
GROWTH_MB = 20
IS_FULL = rounds(0, full=1) == 1
OF_EACH = None if IS_FULL else 3

# In a merge patch, null takes something away (RFC 7396): there these are good.
GOOD_IN_A_PATCH = {"description None", "metric None", "tag None"}


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
        **{"model_id": "payments.fraud", "version": "1", "alias": "challenger", "team": "payments", "rest": "x"},
        **{"username": "ada", "slug": "team-taken", "deployment_id": deployment, "webhook_id": webhook},
        "token_id": payments.viewer.gets("me").body["actor"].removeprefix("token:"),
    }


def row_of(door: Door, names: dict[str, str]) -> str:
    """The key of a row in the admin."""
    noun = door.route.removeprefix("admin/models_app/").partition("/")[0]
    keys = {
        **{"team": "payments", "member": "payments/ada", "user": "ada", "token": f"payments/{names['token_id']}"},
        **{"registeredmodel": "payments.fraud", "modelversion": "payments.fraud/1", "event": "payments/x"},
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


def sends_all(face: str, caller: Caller, names: dict[str, str], tally: Tally) -> None:
    """The corpus to each door of a face: all of it, or a share that takes turns."""
    known = corpus()
    through = [door for door in doors() if door.face == face]
    if not IS_FULL and face == "mlflow":
        through = [door for door in through if not door.route.startswith("ajax-")]
    for number, door in enumerate(through):
        address = door.address(**names, object_id=row_of(door, names))
        bodies, more = known, list(spoiled(door.good or {}))
        if face == "form":
            bodies, more = list(no_forms()), list(spoiled_form(fields_of(caller, address)))
            bodies += some(known, 65, seed=str(door))
            more = some(more, 65, seed=str(door))
        if not IS_FULL:
            turn = known[number :: len(through)] if face != "form" else []
            bodies, more = turn + some(bodies, OF_EACH, seed=str(door)), some(more, OF_EACH, seed=str(door))
        before = everything()
        reads = face == "api" and door.good is not None
        if reads:
            good = {"description None", "metric None", "tag None"} if door.method == "PATCH" else set()
            tally.send(caller, door, address, [each for each in bodies if each[0] not in good], refused=True)
            assert everything() == before, f"{door} wrote something"
        else:
            tally.send(caller, door, address, bodies)
        tally.send(caller, door, address, more)
        if "logout" in door.route:
            return  # signed out: the others have been there


@pytest.fixture
def callers(payments: Cast) -> Iterator[dict[str, Caller]]:
    """Who knocks at the doors of each face."""
    root = an_administrator()
    root.sees("/web/account")
    with watched(payments.maintainer) as maintainer, watched(root) as administrator:
        administrator.client.defaults["HTTP_X_CSRFTOKEN"] = administrator.csrf_token
        yield {"api": maintainer, "mlflow": maintainer, "form": administrator}


def test_there_are_many_of_them() -> None:
    assert len({name for name, _, _ in corpus()}) == len(corpus()) >= 120


@pytest.mark.parametrize("face", ["api", "mlflow", "form"])
def test_each_is_answered_in_time_as_its_face_promises(
    payments: Cast, names: dict[str, str], callers: dict[str, Caller], face: str
) -> None:
    tally, warm = Tally(), Tally()
    for door in [each for each in doors() if each.face == face and not each.ends_something]:
        warm.send(callers[face], door, door.address(**names, object_id=row_of(door, names)), corpus()[:1])
    gc.collect()
    before = resident_mb()

    sends_all(face, callers[face], names, tally)

    gc.collect()
    growth = resident_mb() - before
    seconds, slowest = tally.slowest
    figure = (
        f"{tally.sent} bodies at {sum(each.face == face for each in doors())} doors, {len(tally.complaints)} answered "
        f"wrongly; slowest {seconds * 1000:.0f} ms of CPU ({slowest}); memory +{growth:.0f} MB"
    )
    import pathlib
    pathlib.Path(f"/tmp/complaints-{face}").write_text("\n".join(tally.complaints))
    holds = not tally.complaints and growth <= GROWTH_MB
    proves(f"{NAME}: {face}", figure, target=f"0; 100 ms; {GROWTH_MB} MB", holds=holds)

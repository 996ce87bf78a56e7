"""Renaming, deleting and restoring models: while others write, and of more versions than one step takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from models_app.domain.errors import StorageBusy
from models_app.jobs import finish_moves
from models_app.storage import relocations
from models_app.storage.soundness import find_faults
from tests.callers import Cast
from tests.engine import Engine
from tests.proof.conftest import BETWEEN_LOOKS, Crowd, rounds
from tests.proof.figures import proves
from tests.proof.test_races import Call, Race, prepared, registers
from tests.tables import kept

MANY = 120


def renames(to: str) -> Call:
    return lambda client: client.calls("POST", "models/payments.fraud/rename", {"modelName": to})


def deletes() -> Call:
    return lambda client: client.calls("DELETE", "models/payments.fraud")


def restores() -> Call:
    return lambda client: client.calls("POST", "models/payments.fraud/restore")


def deploys() -> Call:
    return lambda client: client.calls("POST", "models/payments.fraud/1/deploy", {"environment": "prod"})


@pytest.fixture
def large(engine: Engine, payments: Cast) -> Cast:
    """A team with a model of many versions and an alias at the lowest."""
    kept(engine, many_versions, payments)
    return payments


def many_versions(cast: Cast) -> None:
    """A model of many versions and an alias at the lowest."""
    for _ in range(MANY):
        cast.contributor.registers("fraud")
    cast.maintainer.moves("payments.fraud", "champion", "1")


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have the second step of a move fail; calling it ends the trouble."""
    undisturbed = relocations.carry_on

    def failing(*_: object, **__: object) -> None:
        raise StorageBusy

    monkeypatch.setattr(relocations, "carry_on", failing)
    return lambda: monkeypatch.setattr(relocations, "carry_on", undisturbed)


def has_all(cast: Cast, model: str) -> bool:
    """Whether a model has every version of the large one, and its alias."""
    labels = [
        version["version"] for page in cast.viewer.pages(f"models/{model}/versions", limit=100) for version in page
    ]
    alias = cast.viewer.reads(model, "@champion")
    return labels == [str(number) for number in range(MANY, 0, -1)] and alias.body.get("version") == "1"


class TestALargeModel:
    def test_is_renamed_with_every_version(self, large: Cast) -> None:
        assert large.maintainer.renames("payments.fraud", "cards").status == 200

        assert has_all(large, "payments.cards")
        assert large.viewer.reads("payments.fraud", "1").status == 404
        assert large.contributor.registers("cards").body["version"] == str(MANY + 1)

    def test_is_deleted_and_restored_with_every_version(self, large: Cast) -> None:
        assert large.maintainer.deletes_model("payments.fraud").status == 204
        assert [large.viewer.reads("payments.fraud", label).status for label in ("1", str(MANY))] == [404, 404]

        assert large.maintainer.restores_model("payments.fraud").status == 200
        assert has_all(large, "payments.fraud")


class TestAMoveThatWasInterrupted:
    def test_its_model_aliases_and_highest_versions_have_arrived(
        self, large: Cast, interrupted: Callable[[], None]
    ) -> None:
        answer = large.maintainer.renames("payments.fraud", "cards")

        assert answer.status == 503
        assert large.viewer.finds() == ["payments.cards"]
        assert large.viewer.reads("payments.cards", "latest").body["version"] == str(MANY)
        assert large.viewer.reads("payments.cards", "@champion").body["version"] == "1"
        interrupted()
        finish_moves()

    def test_goes_on_when_the_request_is_repeated(self, large: Cast, interrupted: Callable[[], None]) -> None:
        assert large.maintainer.renames("payments.fraud", "cards").status == 503
        interrupted()

        assert large.maintainer.renames("payments.fraud", "cards").status == 200
        assert has_all(large, "payments.cards")

    def test_goes_on_when_the_deletion_is_repeated(self, large: Cast, interrupted: Callable[[], None]) -> None:
        assert large.maintainer.deletes_model("payments.fraud").status == 503
        interrupted()

        assert large.maintainer.deletes_model("payments.fraud").status == 204
        assert large.viewer.reads("payments.fraud", "1").status == 404

    def test_goes_on_when_restoring_is_repeated(self, large: Cast, interrupted: Callable[[], None]) -> None:
        interrupted()
        large.maintainer.deletes_model("payments.fraud")
        with pytest.MonkeyPatch.context() as trouble:
            trouble.setattr(relocations, "carry_on", lambda *_, **__: (_ for _ in ()).throw(StorageBusy()))
            assert large.maintainer.restores_model("payments.fraud").status == 503

        assert large.maintainer.restores_model("payments.fraud").status == 200
        assert has_all(large, "payments.fraud")

    def test_is_ended_by_whoever_registers_under_the_new_name(
        self, large: Cast, interrupted: Callable[[], None]
    ) -> None:
        large.maintainer.renames("payments.fraud", "cards")
        interrupted()

        assert large.contributor.registers("cards", version="500").status == 201
        assert large.viewer.reads("payments.cards", "1").status == 200

    def test_is_ended_by_whoever_takes_the_former_name(self, large: Cast, interrupted: Callable[[], None]) -> None:
        large.maintainer.renames("payments.fraud", "cards")
        interrupted()

        assert large.contributor.registers("fraud").body["version"] == "1"
        assert large.viewer.labels("payments.fraud") == ["1"]
        assert has_all(large, "payments.cards")

    def test_is_ended_by_the_job(self, large: Cast, interrupted: Callable[[], None]) -> None:
        large.maintainer.renames("payments.fraud", "cards")
        assert find_faults() == ["MODEL#payments.cards: " + ON_THEIR_WAY, "MODEL#payments.fraud: " + ON_THEIR_WAY]
        interrupted()

        assert finish_moves() == 1
        assert has_all(large, "payments.cards")
        assert finish_moves() == 0

    def test_is_no_restoration_of_its_new_name(self, large: Cast, interrupted: Callable[[], None]) -> None:
        large.maintainer.renames("payments.fraud", "cards")
        interrupted()

        assert large.maintainer.restores_model("payments.cards").slug == "nothing-to-restore"
        assert finish_moves() == 1
        assert has_all(large, "payments.cards")

    def test_may_be_renamed_again(self, large: Cast, interrupted: Callable[[], None]) -> None:
        large.maintainer.renames("payments.fraud", "cards")
        interrupted()

        assert large.maintainer.renames("payments.cards", "payment-cards").status == 200
        assert has_all(large, "payments.payment-cards")


MOVES = rounds(25, full=200)
ON_THEIR_WAY = "its rows are on their way to another name or the archive, or from there"


def came_to(seen: Counter[tuple[int, ...]]) -> str:
    """How often each pair of answers was given."""
    return f"{seen.total()} races came to {dict(seen)}"


class TestRaces:
    def test_two_new_names(self, crowd: Crowd) -> None:
        race, seen = Race(crowd, 2), Counter()
        for number in range(MOVES):
            prepared(crowd.cast, "1")
            outcome = race.run(renames(f"a{number}"), renames(f"b{number}"), look=number % BETWEEN_LOOKS == 0)
            seen[outcome] += 1
            assert crowd.cast.viewer.reads("payments.fraud").status == 404
            there = [crowd.cast.viewer.reads(f"payments.{each}{number}").status for each in "ab"]
            assert sorted(there) == [200, 404]

        fair = {(200, 404), (404, 200)}
        proves("a model gets one new name", came_to(seen), target="one of the two is refused", holds=set(seen) <= fair)

    def test_deleting_and_deploying(self, crowd: Crowd) -> None:
        race, seen = Race(crowd, 2), Counter()
        for number in range(MOVES):
            prepared(crowd.cast, "1")
            outcome = race.run(deletes(), deploys(), look=number % BETWEEN_LOOKS == 0)
            seen[outcome] += 1
            if outcome == (409, 202):
                deployment = crowd.cast.viewer.gets("models/payments.fraud/deployments").body["results"][0]
                crowd.cast.maintainer.calls("POST", f"deployments/{deployment['deploymentId']}/cancel", {})
                assert crowd.cast.maintainer.deletes_model("payments.fraud").status == 204

        fair = {(204, 404), (409, 202)}
        name = "a model is deleted or deployed, and never both"
        proves(name, came_to(seen), target="one of the two is refused", holds=set(seen) <= fair)

    def test_renaming_and_registering_lose_no_version(self, crowd: Crowd) -> None:
        race, lost = Race(crowd, 3), 0
        for number in range(MOVES):
            prepared(crowd.cast, "1")
            deeds = renames(f"to{number}"), registers(None), registers("7.0.0")
            assert race.run(*deeds, look=number % BETWEEN_LOOKS == 0) == (200, 201, 201)
            kept = {
                label
                for model in ("payments.fraud", f"payments.to{number}")
                if crowd.cast.viewer.reads(model).status == 200
                for label in crowd.cast.viewer.labels(model)
            }
            lost += not {"1", "7.0.0"} <= kept
            crowd.cast.maintainer.deletes_model("payments.fraud")

        name = "a model that is renamed loses no version that is registered meanwhile"
        proves(name, f"{lost} lost in {MOVES} races", target=0, holds=not lost)

    def test_restoring_and_registering_anew(self, crowd: Crowd) -> None:
        race, seen = Race(crowd, 2), Counter()
        for number in range(MOVES):
            prepared(crowd.cast, "1")
            crowd.cast.maintainer.deletes_model("payments.fraud")
            seen[race.run(restores(), registers("2.0.0"), look=number % BETWEEN_LOOKS == 0)] += 1
            crowd.cast.maintainer.deletes_model("payments.fraud")

        fair = {(200, 201), (409, 201)}
        name = "a model comes back whole, or its name is taken"
        proves(name, came_to(seen), target="no other outcome than these", holds=set(seen) <= fair)

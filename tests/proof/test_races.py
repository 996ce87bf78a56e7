"""Two deeds that must not both happen, started at the same moment, over and over.

No state in which an alias points to a deleted version. Each test ends with the
check of the whole table, and each round with that of the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from models_app.storage.soundness import find_faults
from tests.builders import a_registration
from tests.callers import Answer, Cast
from tests.proof.conftest import BETWEEN_LOOKS, MANY_RACES, Crowd
from tests.proof.figures import proves
from tests.server import Client, at_once

ROUNDS = 12
Call = Callable[[Client], Answer]


def deletes(version: str) -> Call:
    return lambda client: client.calls("DELETE", f"models/payments.fraud/{version}")


def restores(version: str) -> Call:
    return lambda client: client.calls("POST", f"models/payments.fraud/{version}/restore")


def moves(alias: str, to: str) -> Call:
    return lambda client: client.calls("PUT", f"models/payments.fraud/aliases/{alias}", {"version": to})


def removes(alias: str) -> Call:
    return lambda client: client.calls("DELETE", f"models/payments.fraud/aliases/{alias}")


def registers(version: str | None, uri: str = "s3://models/fraud/x") -> Call:
    return lambda client: client.calls("POST", "models", a_registration(version=version, s3Uri=uri))


class Race:
    """A field of runners, each with a connection of a maintainer, kept over all rounds."""

    def __init__(self, crowd: Crowd, runners: int) -> None:
        self.cast = crowd.cast
        self.clients = crowd.of(crowd.cast.maintainer, runners)

    def run(self, *deeds: Call, look: bool = True) -> tuple[int, ...]:
        """Start all at once. What each was answered: nobody with an error of ours, and the table is sound."""
        pairs = zip(self.clients, deeds, strict=True)
        answers = at_once([lambda client=client, deed=deed: deed(client) for client, deed in pairs])
        assert all(answer.status < 500 for answer in answers), [answer.body for answer in answers]
        assert not look or find_faults() == []
        self.no_alias_points_to_nothing()
        return tuple(answer.status for answer in answers)

    def no_alias_points_to_nothing(self) -> None:
        model = self.cast.viewer.reads("payments.fraud")
        if model.status == 200:
            live = {version["version"] for version in model.body["versions"]["results"]}
            assert {alias["version"] for alias in pointers(model)} <= live


def pointers(model: Answer) -> Sequence[dict[str, str]]:
    """The aliases of a model, whichever way it lists them."""
    aliases = model.body["aliases"]
    return [{"version": label} for label in aliases.values()] if isinstance(aliases, dict) else aliases


def prepared(cast: Cast, *versions: str) -> None:
    for version in versions:
        assert cast.contributor.registers("fraud", version=version, s3Uri="s3://models/fraud/x").status in {200, 201}


class TestDeletingAndMovingAnAlias:
    """Promised: "Alias moves, deployments and deletes all touch the version item, so no race leaves an alias … on a
    deleted version".
    """

    def test_one_of_them_wins(self, crowd: Crowd) -> None:
        race, seen = Race(crowd, 2), Counter()
        for number in range(MANY_RACES):
            version = f"1.0.{number}"
            prepared(crowd.cast, version)
            look = number % BETWEEN_LOOKS == 0
            seen[race.run(deletes(version), moves("champion", version), look=look)] += 1
            crowd.cast.maintainer.removes("payments.fraud", "champion")

        fair = {(204, 404), (409, 201), (409, 200)}
        name, figure = "no alias points to a deleted version", f"{sum(map(seen.get, seen))} races came to {dict(seen)}"
        proves(name, figure, target=f"{MANY_RACES}, one of the two refused", holds=set(seen) <= fair)

    def test_a_deletion_and_the_removal_of_what_forbids_it(self, crowd: Crowd) -> None:
        race = Race(crowd, 2)
        for number in range(ROUNDS):
            version = f"1.0.{number}"
            prepared(crowd.cast, version)
            crowd.cast.maintainer.moves("payments.fraud", "champion", version)
            assert race.run(deletes(version), removes("champion")) in {(204, 204), (409, 204)}


class TestDeletingAndRegistering:
    def test_the_highest_goes_while_a_higher_one_comes(self, crowd: Crowd) -> None:
        """Promised: "deleting the latest version recomputes it inside the same transaction"."""
        race = Race(crowd, 3)
        prepared(crowd.cast, "1.0.0")
        for number in range(ROUNDS):
            prepared(crowd.cast, f"2.{number}.0")
            lower = f"1.{number + 1}.0"

            assert race.run(deletes(f"2.{number}.0"), registers(f"2.{number}.1"), registers(lower)) == (204, 201, 201)

            latest = crowd.cast.viewer.reads("payments.fraud", "latest").body["version"]
            assert latest == f"2.{number}.1"
            crowd.cast.maintainer.deletes("payments.fraud", f"2.{number}.1")

    def test_a_label_that_goes_is_not_given_out_again(self, crowd: Crowd) -> None:
        race = Race(crowd, 2)
        for number in range(ROUNDS):
            version = f"1.0.{number}"
            prepared(crowd.cast, version)
            outcome = race.run(deletes(version), registers(version))
            assert outcome in {(204, 200), (204, 409)}
            assert crowd.cast.viewer.reads("payments.fraud", version).status == 404

    def test_two_deletions_are_one(self, crowd: Crowd) -> None:
        race = Race(crowd, 4)
        for number in range(ROUNDS):
            version = f"1.0.{number}"
            prepared(crowd.cast, version)
            assert sorted(race.run(*[deletes(version)] * 4)) == [204, 404, 404, 404]

        pages = crowd.cast.viewer.pages("models/payments.fraud/events")
        kinds = Counter(event["eventType"] for page in pages for event in page)
        assert kinds == {"ModelVersionRegistered": ROUNDS, "ModelVersionDeregistered": ROUNDS}

    def test_neighbours_that_go_together_leave_the_right_latest(self, crowd: Crowd) -> None:
        race = Race(crowd, 3)
        prepared(crowd.cast, "1.0.0")
        for number in range(ROUNDS):
            trio = [f"2.{number}.{patch}" for patch in range(3)]
            prepared(crowd.cast, *trio)
            assert race.run(*map(deletes, trio)) == (204, 204, 204)
            assert crowd.cast.viewer.reads("payments.fraud", "latest").body["version"] == "1.0.0"


class TestMovingAliases:
    def test_the_last_move_counts_and_all_are_told(self, crowd: Crowd) -> None:
        race = Race(crowd, 4)
        versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
        prepared(crowd.cast, *versions)
        for _ in range(ROUNDS):
            outcome = race.run(*[moves("champion", version) for version in versions])
            assert set(outcome) <= {200, 201}

        history = crowd.cast.viewer.pages("models/payments.fraud/events", limit=100)
        moved = [event["data"] for page in history for event in page if event["eventType"] == "AliasMoved"]
        assert moved[0]["to"] == crowd.cast.viewer.alias("payments.fraud", "champion").body["version"]
        chain = moved[::-1]
        assert sorted(str(each["from"]) for each in chain[1:]) == sorted(str(each["to"]) for each in chain[:-1])

    def test_only_one_of_those_who_compared_moves_it(self, crowd: Crowd) -> None:
        race = Race(crowd, 4)
        prepared(crowd.cast, "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0")
        for _ in range(ROUNDS):
            crowd.cast.maintainer.moves("payments.fraud", "champion", "1.4.0")
            etag = crowd.cast.viewer.alias("payments.fraud", "champion").etag

            def comparing(version: str, etag: str = etag) -> Call:
                path = "models/payments.fraud/aliases/champion"
                return lambda client: client.calls("PUT", path, {"version": version}, if_match=etag)

            outcome = race.run(*map(comparing, ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]))
            assert sorted(outcome) == [200, 412, 412, 412]

    def test_different_aliases_to_one_version_are_all_made(self, crowd: Crowd) -> None:
        race = Race(crowd, 4)
        for number in range(ROUNDS // 2):
            version = f"1.0.{number}"
            prepared(crowd.cast, version)
            assert race.run(*[moves(f"a{number}-{each}", version) for each in range(4)]) == (201,) * 4
            assert len(crowd.cast.viewer.reads("payments.fraud", version).body["aliases"]) == 4


class TestRestoring:
    def test_a_version_comes_back_while_others_are_registered(self, crowd: Crowd) -> None:
        race = Race(crowd, 4)
        for number in range(ROUNDS):
            version = f"1.{number}.0"
            prepared(crowd.cast, version)
            crowd.cast.maintainer.deletes("payments.fraud", version)

            outcome = race.run(restores(version), registers(version), registers(f"1.{number}.1"), registers(None))

            assert outcome in {(200, 200, 201, 201), (200, 409, 201, 201)}
            assert crowd.cast.viewer.reads("payments.fraud", version).status == 200

    def test_two_restorations_are_one(self, crowd: Crowd) -> None:
        race = Race(crowd, 3)
        for number in range(ROUNDS):
            version = f"1.{number}.0"
            prepared(crowd.cast, version)
            crowd.cast.maintainer.deletes("payments.fraud", version)
            assert race.run(*[restores(version)] * 3) == (200, 200, 200)

        kinds = Counter(crowd.cast.viewer.history("payments.fraud"))
        assert kinds["ModelVersionRestored"] == ROUNDS

    def test_deleting_and_restoring_leave_it_there_or_gone_as_history_tells(self, crowd: Crowd) -> None:
        race = Race(crowd, 2)
        prepared(crowd.cast, "1.0.0")
        for _ in range(ROUNDS):
            assert set(race.run(deletes("1.0.0"), restores("1.0.0"))) <= {200, 204, 404}
            last = crowd.cast.viewer.history("payments.fraud")[-1]
            stands = crowd.cast.viewer.reads("payments.fraud", "1.0.0").status == 200
            assert stands == (last != "ModelVersionDeregistered")

"""Imports at their size, killed on their way, and while others write to the same models."""

from __future__ import annotations

import json
import time
from itertools import count
from pathlib import Path

import pytest

from models_app.management.importing.importer import BATCH_ROWS
from models_app.storage.soundness import find_faults
from tests.builders import a_registration
from tests.callers import Cast
from tests.commands.bulk import a_model, a_version, an_alias, emptied, exported, written
from tests.commands.shell import measured, run
from tests.engine import Engine
from tests.proof.conftest import Crowd, rounds
from tests.proof.figures import controls, in_time, proves
from tests.proof.killing import Command, Killer
from tests.server import at_once

# Promised: "10,000 versions in at most 60 s on the local engine, memory at most 200 MB".
VERSIONS = rounds(300, full=10_000)
MOST_SECONDS = 60
MOST_MEGABYTES = 200
LONG_AGO = "2019-05-01T08:00:00.000Z"


def versions_of(model: str, number: int) -> list[dict]:
    return [
        a_version(f"1.{each}.0", modelName=model, metrics={"auc": each / 7}, tags={"owner": "ada"}, createdAt=LONG_AGO)
        for each in range(number)
    ]


def models(number: int, *, each: int) -> list[dict]:
    """Models with so many versions each, one of them deleted, and two aliases."""
    rows = []
    for name in map("model-{}".format, range(number)):
        gone = a_version("2.0.0", modelName=name, deletedAt=LONG_AGO)
        aliases = [an_alias(alias, "1.0.0", modelName=name) for alias in ("champion", "challenger")]
        rows += [a_model(modelName=name, tags={"owner": "ada"}), *versions_of(name, each), gone, *aliases]
    return rows


class TestItsSize:
    def test_thousands_of_versions_come_in_and_go_out_in_bounded_memory(self, payments: Cast, tmp_path: Path) -> None:
        path = written(tmp_path / "rows.jsonl", models(10, each=VERSIONS // 10 - 1))
        expected = VERSIONS + 10 * 3
        started_at = time.monotonic()

        said, peak = measured("import_models", str(path))

        seconds = time.monotonic() - started_at
        assert said == f"{expected:,} rows: {expected:,} created, 0 skipped, 0 refused."
        again, second = measured("import_models", str(path))
        assert again == f"{expected:,} rows: 0 created, {expected:,} skipped, 0 refused."
        out = tmp_path / "out.jsonl"
        _, third = measured("export_models", "--output", str(out))
        assert len(out.read_text().splitlines()) == expected
        most = max(peak, second, third)
        name = "10,000 versions come in within a minute, in bounded memory"
        figure = f"{VERSIONS:,} in {seconds:.1f} s, {most:.0f} MB at most"
        target = f"{MOST_SECONDS} s, {MOST_MEGABYTES} MB"
        proves(name, figure, target=target, holds=in_time(seconds < MOST_SECONDS) and most < MOST_MEGABYTES)


KILLED = "a killed import is ended by running it again"


class TestKilled:
    """An import that is killed wherever it waits for AWS is gone on with by running it again."""

    def test_it_ends_with_the_same_models(self, payments: Cast, engine: Engine, tmp_path: Path) -> None:
        kills = self.kill_and_go_on(engine, tmp_path)

        proves(KILLED, f"{kills} kills, the same to the byte", target="the same to the byte", holds=kills > 0)

    def test_the_proof_notices_a_batch_that_is_no_single_transaction(
        self, payments: Cast, engine: Engine, tmp_path: Path
    ) -> None:
        with pytest.raises(AssertionError):
            self.kill_and_go_on(engine, tmp_path, carelessness="commit_in_halves")

        emptied(engine)
        controls(KILLED, "batches in two transactions: noticed", target="noticed", holds=True)

    def kill_and_go_on(self, engine: Engine, tmp_path: Path, *, carelessness: str = "") -> int:
        """Import what was exported, killed at the first point, then again at the second one, and so on to the end.

        How often it was killed.
        """
        each = rounds(BATCH_ROWS, full=8 * BATCH_ROWS)
        written(tmp_path / "rows.jsonl", models(3, each=each))
        assert run("import_models", str(tmp_path / "rows.jsonl")).code == 0
        wanted = exported()
        emptied(engine)
        path = tmp_path / "wanted.jsonl"
        path.write_text(wanted)
        kills = []

        with Killer(engine.environment(), carelessness=carelessness) as killer:
            for point in count(1):
                ended = killer.run(Command("import_models", (str(path),)), kill_at=point)
                assert find_faults() == []
                if not ended.was_killed:
                    break
                kills.append(ended.points[-1])

        assert {"before TransactWriteItems", "after TransactWriteItems", "before BatchGetItem"} <= set(kills)
        assert exported() == wanted
        return len(kills)


class TestAmongOthers:
    def test_an_import_and_callers_at_the_same_models_lose_nothing(self, crowd: Crowd, tmp_path: Path) -> None:
        rows = [a_version(f"1.{number}.0", s3Uri="s3://models/fraud/same") for number in range(3 * BATCH_ROWS)]
        aliases = [an_alias(f"a{number}", f"1.{number}.0") for number in range(10)]
        path = written(tmp_path / "rows.jsonl", [*rows, *aliases])
        callers = crowd.of(crowd.cast.contributor, 4)

        def registers(first: int) -> list[int]:
            client, answers = callers[first], []
            for number in range(first, 40, 4):
                body = a_registration(version=f"1.{number}.0", s3Uri="s3://models/fraud/same")
                answers.append(client.calls("POST", "models", body).status)
                answers.append(client.calls("POST", "models", a_registration(version=f"9.{number}.0")).status)
                place = f"models/payments.fraud/aliases/b{number % 5}"
                answers.append(client.calls("PUT", place, {"version": f"9.{number}.0"}).status)
            return answers

        said, *statuses = at_once(
            [lambda: run("import_models", str(path)), *(lambda first=first: registers(first) for first in range(4))]
        )

        assert said.code == 0, said
        assert {status for answers in statuses for status in answers} <= {200, 201}
        model = crowd.cast.viewer.reads("payments.fraud").body
        assert model["versionCount"] == 3 * BATCH_ROWS + 40
        pointing = {row["alias"]: row["version"] for row in map(json.loads, exported().splitlines()) if "alias" in row}
        assert {name: label for name, label in pointing.items() if name[0] == "a"} == {
            f"a{number}": f"1.{number}.0" for number in range(10)
        }
        assert len(pointing) == 15

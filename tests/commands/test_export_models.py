"""An export holds all that is kept of models, and an import of it makes the same."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.callers import Cast
from tests.commands.bulk import emptied, exported, imported, one_of_everything
from tests.commands.shell import run, run_apart


def rows(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


class TestJsonLines:
    def test_into_an_empty_table_and_out_again_it_is_the_same_to_the_byte(self, payments, engine, tmp_path):
        one_of_everything(payments)
        before = exported()
        emptied(engine)

        said = imported(tmp_path, *before.splitlines())

        assert (said.code, said.error) == (0, "")
        assert exported() == before
        assert len(rows(before)) == 19

    def test_it_has_a_line_for_each_model_version_and_alias_in_their_order(self, payments):
        one_of_everything(payments)

        told = [(row["kind"], row.get("version") or row["modelName"]) for row in rows(exported("--team", "payments"))]

        assert told == [
            ("model", "bare"),
            ("model", "empty-later"),
            ("version", "1"),
            ("model", "flow"),
            *(("version", number) for number in "1234"),
            ("model", "fraud"),
            *(("version", label) for label in ("1.0.0", "1.9.0", "1.10.0", "v7", "2026-11-01")),
            *(("alias", label) for label in ("1.10.0", "1.9.0", "1.10.0")),
        ]

    def test_a_deleted_version_is_told_with_when_and_by_whom_and_can_be_restored_where_it_comes_in(
        self, payments, engine, tmp_path
    ):
        one_of_everything(payments)
        text = exported("--team", "payments")
        (gone,) = [row for row in rows(text) if row.get("version") == "v7"]
        assert gone["deletedBy"].startswith("token:")
        assert gone["deletedAt"] == gone["updatedAt"]
        there = emptied(engine)

        imported(tmp_path, *text.splitlines())

        assert there.viewer.reads("payments.fraud", "v7").status == 404
        assert there.maintainer.restores("payments.fraud", "v7").status == 200

    def test_what_runs_is_told_as_registered(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.maintainer.deploys("payments.fraud", "1")

        assert [row.get("status") for row in rows(exported())] == [None, "REGISTERED"]

    def test_only_the_named_teams_are_told(self, payments):
        one_of_everything(payments)

        assert {row["teamId"] for row in rows(exported("--team", "vision"))} == {"vision"}
        assert {row["teamId"] for row in rows(exported("--team", "vision", "--team", "payments"))} == {
            "payments",
            "vision",
        }

    def test_an_unknown_team_is_refused_before_anything_is_written(self, payments, tmp_path):
        said = run("export_models", "--team", "payments", "--team", "nobody", "--output", str(tmp_path / "out"))

        assert said.code == 4
        assert list(tmp_path.iterdir()) == []


class TestTheFile:
    def test_it_stands_under_its_name_once_it_is_whole(self, payments, tmp_path):
        payments.contributor.registers("fraud", version="1")

        said = run("export_models", "--output", str(tmp_path / "out.jsonl"))

        assert (said.code, said.out, said.error) == (0, "", "2 lines written.\n")
        assert (tmp_path / "out.jsonl").read_text() == exported()
        assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]

    def test_a_place_that_cannot_be_written_to_is_told(self, payments, tmp_path):
        said = run("export_models", "--output", str(tmp_path / "no" / "out.jsonl"))

        assert said.code == 2
        assert "No such file or directory" in said.error

    def test_through_a_pipe_come_the_same_bytes(self, payments):
        one_of_everything(payments)

        said = run_apart("export_models")

        assert (said.code, said.out) == (0, exported())


class TestCsv:
    @pytest.fixture
    def table(self, table, engine):
        return table

    def test_it_has_a_row_for_each_version(self, payments):
        one_of_everything(payments)

        found = list(csv.DictReader(io.StringIO(exported("--format", "csv", "--team", "payments"))))

        assert [(row["modelName"], row["version"]) for row in found][:2] == [("empty-later", "1"), ("flow", "1")]
        (highest,) = [row for row in found if row["version"] == "1.10.0"]
        assert highest["aliases"] == "also champion"
        assert highest["sizeBytes"] == "12345"
        assert json.loads(highest["metadata"])["big"] == 12345678901234567890

    def test_no_cell_is_a_formula(self, payments):
        formulas = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "'=1"]
        for number, formula in enumerate(formulas):
            payments.contributor.registers("fraud", version=str(number + 1), description=formula)

        found = list(csv.DictReader(io.StringIO(exported("--format", "csv"), newline="")))

        assert [row["description"] for row in found] == [f"'{formula}" for formula in formulas]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in found for cell in row.values())

    def test_an_import_takes_it_and_knows_what_every_cell_was(self, payments, engine, tmp_path):
        one_of_everything(payments)
        for number, formula in enumerate(("=1+1", "'=1", "''", "\t-")):
            payments.contributor.registers("formulas", version=str(number + 1), description=formula)
        table, lines = exported("--format", "csv"), exported()
        emptied(engine)
        (tmp_path / "models.csv").write_text(table, newline="")

        said = run("import_models", str(tmp_path / "models.csv"))

        assert said.code == 0, said.out
        versions = [row for row in rows(lines) if row["kind"] == "version"]
        assert [row for row in rows(exported()) if row["kind"] == "version"] == versions

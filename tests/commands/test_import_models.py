"""What comes in, what is left as it is, and what is refused: row by row, with the line of each."""

from __future__ import annotations

import json

import pytest

from models_app.domain.clock import now, wire
from models_app.management.importing.importer import BATCH_ROWS
from models_app.storage.soundness import _everything
from tests.builders import a_registration
from tests.commands.bulk import a_model, a_version, an_alias, exported, imported, labels_of, refusals, written
from tests.commands.shell import run, run_apart

LONG_AGO = "2019-05-01T08:00:00.000Z"
FULL = {"createdAt": LONG_AGO, "createdBy": "user:ada", "updatedAt": LONG_AGO, "updatedBy": "user:bob"}


class TestComingIn:
    def test_models_versions_and_aliases_stand_as_if_they_had_been_registered_here(self, payments, tmp_path):
        rows = [
            a_model(description="Finds fraud.", tags={"owner": "ada"}),
            a_version("1.0.0", metrics={"auc": 0.9}, **FULL),
            a_version("1.1.0", status="DEPRECATED"),
            an_alias("champion", "1.0.0", movedAt=LONG_AGO, movedBy="user:ada"),
        ]

        said = imported(tmp_path, *rows)

        assert (said.code, said.error) == (0, "")
        assert said.out == "4 rows: 4 created, 0 skipped, 0 refused.\n"
        model = payments.viewer.reads("payments.fraud").body
        assert (model["description"], model["tags"], model["versionCount"]) == ("Finds fraud.", {"owner": "ada"}, 2)
        assert model["latestVersion"]["version"] == "1.1.0"
        version = payments.viewer.reads("payments.fraud", "@champion").body
        assert {name: version[name] for name in FULL} == FULL
        assert (version["version"], version["metrics"], version["aliases"]) == ("1.0.0", {"auc": 0.9}, ["champion"])
        assert payments.viewer.reads("payments.fraud", "1.1.0").body["status"] == "DEPRECATED"

    def test_each_has_its_event_by_the_importer(self, payments, tmp_path):
        imported(tmp_path, a_model(), a_version("1", **FULL), a_version("2", deletedAt=LONG_AGO), an_alias("best", "1"))

        assert payments.viewer.history("payments.fraud") == [
            "ModelCreated",
            "ModelVersionRegistered",
            "ModelVersionRegistered",
            "ModelVersionDeregistered",
            "AliasMoved",
        ]
        events = payments.viewer.gets("models/payments.fraud/events").body["results"]
        assert {event["actor"] for event in events} == {"system:import_models"}

    def test_what_names_mean_can_be_asked_from_then_on(self, payments, tmp_path):
        imported(tmp_path, a_version("2"), a_version("1"), a_version("3", deletedAt=LONG_AGO), an_alias("best", "1"))
        at = wire(now())

        assert payments.viewer.resolves("payments.fraud", alias="best", at=at).body["version"] == "1"
        assert payments.viewer.resolves("payments.fraud", alias="latest", at=at).body["version"] == "2"
        assert payments.viewer.resolves("payments.fraud", alias="best", at=LONG_AGO).status == 404

    def test_life_goes_on_with_what_came_in(self, payments, tmp_path):
        imported(tmp_path, a_version("7"), a_version("9", deletedAt=wire(now())), an_alias("best", "7"))

        assert payments.contributor.registers("fraud").body["version"] == "8"
        assert payments.maintainer.restores("payments.fraud", "9").status == 200
        assert payments.contributor.moves("payments.fraud", "best", "9").status == 200
        assert payments.maintainer.deploys("payments.fraud", "9").status == 202

    def test_without_times_it_is_now_and_the_importer(self, payments, tmp_path):
        before = wire(now())

        imported(tmp_path, a_version("1"), an_alias("best", "1"))

        version = payments.viewer.reads("payments.fraud", "1").body
        assert before <= version["createdAt"] == version["updatedAt"] <= wire(now())
        assert version["createdBy"] == version["updatedBy"] == "system:import_models"
        assert payments.viewer.alias("payments.fraud", "best").body["movedBy"] == "system:import_models"

    def test_a_model_with_times_keeps_them_when_versions_with_times_come_in(self, payments, tmp_path):
        imported(tmp_path, a_model(createdAt=LONG_AGO, updatedAt=LONG_AGO), a_version("1", **FULL))
        assert payments.viewer.reads("payments.fraud").body["updatedAt"] == LONG_AGO

        imported(tmp_path, a_version("2"))
        assert payments.viewer.reads("payments.fraud").body["updatedAt"] > LONG_AGO

    def test_into_a_model_that_is_there_only_what_is_missing_comes_in(self, payments, tmp_path):
        payments.contributor.registers("fraud", version="2", s3Uri="s3://models/fraud/2")
        payments.contributor.moves("payments.fraud", "mine", "2")

        said = imported(tmp_path, a_model(description="x"), a_version("1"), a_version("2"), an_alias("best", "2"))

        assert said.out == "4 rows: 2 created, 2 skipped, 0 refused.\n"
        assert payments.viewer.labels("payments.fraud") == ["2", "1"]
        model = payments.viewer.reads("payments.fraud").body
        assert model["description"] == ""
        assert payments.viewer.reads("payments.fraud", "2").body["aliases"] == ["best", "mine"]

    def test_more_than_a_transaction_takes_comes_in_all_the_same(self, payments, tmp_path):
        count = 3 * BATCH_ROWS + 5
        deleted = [a_version(f"9.{number}.0", deletedAt=LONG_AGO) for number in range(count)]
        living = [a_version(f"1.{number}.0") for number in range(count)]
        aliases = [an_alias(f"a{number}", "1.0.0") for number in range(50)]

        said = imported(tmp_path, *living, *deleted, *aliases)

        assert said.out == f"{2 * count + 50} rows: {2 * count + 50} created, 0 skipped, 0 refused.\n"
        assert payments.viewer.reads("payments.fraud").body["versionCount"] == count
        assert len(labels_of("payments.fraud")) == 2 * count

    def test_rows_of_large_documents_come_in_in_several_transactions(self, payments, tmp_path):
        large = [a_version(str(number), metadata={"text": "ä" * 32_000}) for number in range(1, 60)]
        aliases = [an_alias(f"a{number}", "1") for number in range(30)]

        assert imported(tmp_path, *large, *aliases).code == 0
        assert payments.viewer.reads("payments.fraud").body["versionCount"] == 59

    def test_what_is_larger_than_an_item_is_refused_alone(self, payments, tmp_path):
        most = {str(number): "x" * 3900 for number in range(50)}
        large = {"tags": most, "metadata": {"a": "x" * 65_000}, "signature": {"a": "x" * 65_000}}

        said = imported(
            tmp_path,
            a_model(tags=most),
            a_version("1"),
            a_version("2", **large, lineage={"runId": "x" * 65_000}),
            a_version("0.1"),
        )

        assert set(refusals(said)) == {1, 3}
        assert "Together they take more than 65536 bytes" in refusals(said)[1]
        assert "takes more than 380000 bytes" in refusals(said)[3]
        assert payments.viewer.labels("payments.fraud") == ["1", "0.1"]

    def test_an_export_says_the_same_as_the_rows_that_came_in(self, payments, tmp_path):
        rows = [
            a_model(description="", tags={}, **{name: FULL[name] for name in ("createdAt", "createdBy", "updatedAt")}),
            a_version("1", status="REGISTERED", description="", metadata={}, metrics={"a": 1.0}, tags={}, **FULL),
            an_alias("best", "1", movedAt=LONG_AGO, movedBy="user:ada"),
        ]
        imported(tmp_path, *rows)

        assert [json.loads(line) for line in exported().splitlines()] == rows


class TestAgain:
    def test_the_same_rows_create_nothing(self, payments, tmp_path):
        rows = [a_model(), a_version("1"), a_version("2", deletedAt=LONG_AGO), an_alias("best", "1")]
        imported(tmp_path, *rows)
        before = list(_everything())

        said = imported(tmp_path, *rows)

        assert (said.code, said.out) == (0, "4 rows: 0 created, 4 skipped, 0 refused.\n")
        assert list(_everything()) == before

    def test_what_changed_here_since_stays_as_it_is(self, payments, tmp_path):
        rows = [a_model(), a_version("1", description="there"), a_version("2"), an_alias("best", "1")]
        imported(tmp_path, *rows)
        payments.contributor.patches("payments.fraud", "1", {"description": "here"})
        payments.contributor.moves("payments.fraud", "best", "2")

        said = imported(tmp_path, *rows)

        assert refusals(said) == {4: "The alias best points to 2 here, and an import moves none."}
        assert payments.viewer.reads("payments.fraud", "1").body["description"] == "here"

    def test_another_artifact_under_a_label_is_refused_and_so_is_a_deleted_one_back(self, payments, tmp_path):
        payments.contributor.registers("fraud", version="1", s3Uri="s3://models/fraud/1")
        payments.contributor.registers("fraud", version="2", s3Uri="s3://models/fraud/2")
        payments.maintainer.deletes("payments.fraud", "2")

        said = imported(tmp_path, a_version("1", s3Uri="s3://models/else"), a_version("2"), a_version("3"))

        assert said.code == 1
        assert said.error == "2 refused."
        assert set(refusals(said)) == {1, 2}
        assert "another artifact (differing in s3Uri)" in refusals(said)[1]
        assert "was deleted" in refusals(said)[2]
        assert payments.viewer.labels("payments.fraud") == ["3", "1"]


class TestTwiceInOneFile:
    @pytest.mark.parametrize("between", [0, 2 * BATCH_ROWS], ids=["in one transaction", "far apart"])
    def test_the_same_is_skipped_and_another_is_refused_with_both_lines(self, payments, tmp_path, between):
        others = [a_version(f"5.{number}.0") for number in range(between)]
        first = [a_model(), a_version("1"), a_version("2"), an_alias("best", "1")]
        second = [a_model(), a_version("1"), a_version("2", s3Uri="s3://models/else"), an_alias("best", "2")]
        start = len(first) + between

        said = imported(tmp_path, *first, *others, *second, options=["--report", str(tmp_path / "report")])

        assert said.out.startswith(f"{8 + between} rows: {4 + between} created, 2 skipped, 2 refused.\n")
        assert refusals(said) == {
            start + 3: "Line 3 says otherwise under this name, and was first.",
            start + 4: "Line 4 says otherwise under this name, and was first.",
        }
        report = [json.loads(line) for line in (tmp_path / "report").read_text().splitlines()]
        (told,) = [each for each in report if each["line"] == start + 2]
        assert told == {
            "line": start + 2,
            "what": "skipped",
            "row": "version payments.fraud 1",
            "reason": "Line 2 says the same.",
        }

    def test_a_refused_row_does_not_stand_in_the_way_of_the_right_one(self, payments, tmp_path):
        payments.contributor.registers("fraud", version="1", s3Uri="s3://models/fraud/1")

        said = imported(tmp_path, a_version("1", s3Uri="s3://models/else"), a_version("1"))

        assert set(refusals(said)) == {1}


class TestTeams:
    def test_without_team_each_row_names_one_that_is_there(self, payments, tmp_path):
        rows = [
            a_version("1"),
            a_version("1", teamId="nobody"),
            a_version("1", teamId=None),
            a_version("1", teamId="vision"),
        ]

        said = imported(tmp_path, *rows)

        assert said.out.startswith("4 rows: 2 created, 0 skipped, 2 refused.\n")
        assert refusals(said) == {
            2: "There is no such team, or none that you may see.",
            3: "teamId: You are in no single team: say which one the model belongs to.",
        }
        assert payments.outsider.reads("vision.fraud", "1").status == 200

    def test_with_team_a_row_of_another_is_refused_and_one_of_none_is_of_that(self, payments, tmp_path):
        rows = [a_version("1", teamId=None), a_version("2", teamId="vision"), a_version("3")]

        said = imported(tmp_path, *rows, options=["--team", "payments"])

        assert refusals(said) == {2: "teamId: Only rows of team payments are taken here; this one is of another."}
        assert payments.viewer.labels("payments.fraud") == ["3", "1"]

    def test_a_team_that_is_not_there_is_told_before_anything_is_read(self, payments, tmp_path):
        assert imported(tmp_path, a_version(), options=["--team", "nobody"]).code == 4


class TestPlainRegistrations:
    """A row without a kind is what POST /api/v1/models takes, to the letter."""

    def test_it_is_registered(self, payments, tmp_path):
        imported(tmp_path, a_registration(version="1", teamId="payments"))

        assert payments.viewer.reads("payments.fraud", "1").status == 200

    @pytest.mark.parametrize(
        "different",
        [
            {"s3Uri": "models:/m-12"},
            {"deploymentTarget": None},
            {"tags": {"a:b": "c"}},
            {"createdAt": LONG_AGO},
            {"lineage": {"runLink": "x"}},
            {"metrics": {"a": "high"}},
        ],
        ids=lambda different: next(iter(different)),
    )
    def test_what_the_api_refuses_is_refused_in_its_words(self, payments, tmp_path, different):
        body = a_registration(version="1", **different)
        errors = payments.contributor.calls("POST", "models", body).problem["errors"]

        said = imported(tmp_path, body, options=["--team", "payments"])

        assert refusals(said) == {1: " ".join(f"{error['field']}: {error['detail']}" for error in errors)}

    def test_it_must_have_a_label_or_it_would_come_in_twice(self, payments, tmp_path):
        said = imported(tmp_path, a_registration(teamId="payments"))

        assert refusals(said) == {
            1: "version: An import needs each version's own label, to know it when it comes again."
        }


class TestDryRun:
    def test_it_says_what_would_become_of_each_row_and_writes_nothing(self, payments, tmp_path):
        payments.contributor.registers("fraud", version="1", s3Uri="s3://models/fraud/1")
        rows = [a_model(), a_version("1"), a_version("2"), an_alias("best", "2"), an_alias("best", "1"), "{"]
        before = list(_everything())

        said = imported(tmp_path, *rows, options=["--dry-run"])

        assert list(_everything()) == before
        assert said.code == 1
        assert said.out.splitlines() == [
            "line 1: model payments.fraud would be skipped",
            "line 2: version payments.fraud 1 would be skipped",
            "line 3: version payments.fraud 2 would be created",
            "line 4: alias payments.fraud @best would be created",
            "6 rows: would be 2 created, 2 skipped, 2 refused.",
            "  line 5 (alias payments.fraud @best): Line 4 says otherwise under this name, and was first.",
            "  line 6: The line is not JSON: Expecting property name enclosed in double quotes, column 2.",
        ]

    def test_it_foretells_an_import_to_the_letter(self, payments, tmp_path):
        payments.contributor.registers("fraud", version="1", s3Uri="s3://models/fraud/1")
        rows = [
            *(a_version(f"5.{number}.0", modelName="new") for number in range(2 * BATCH_ROWS)),
            a_model(modelName="new"),
            a_version("6", modelName="new", deletedAt=LONG_AGO),
            *(an_alias(f"a{number}", f"5.{number}.0", modelName="new") for number in range(52)),
            *(a_version(f"5.{number}.0") for number in range(BATCH_ROWS)),
            an_alias("late", "6", modelName="new"),
            an_alias("far", "5.0.0"),
            an_alias("none", "77"),
            a_version("1"),
            a_version("1", teamId="nobody"),
        ]
        reports = []
        for options in (["--dry-run"], []):
            imported(tmp_path, *rows, options=[*options, "--report", str(tmp_path / "report")])
            reports.append(sorted((tmp_path / "report").read_text().splitlines()))

        assert reports[0] == reports[1]
        assert len(reports[0]) == len(rows)


class TestWhatItTells:
    def test_the_first_refusals_are_shown_and_the_report_has_them_all(self, payments, tmp_path):
        rows = ["{}"] * 25 + [a_version("1")]

        said = imported(tmp_path, *rows, options=["--team", "payments", "--report", str(tmp_path / "report")])

        assert len(refusals(said)) == 20
        assert said.out.endswith("  and 5 more: --report FILE names them all.\n")
        report = [json.loads(line) for line in (tmp_path / "report").read_text().splitlines()]
        assert [each["what"] for each in report] == ["refused"] * 25 + ["created"]
        assert [each["line"] for each in report] == list(range(1, 27))

    @pytest.mark.parametrize(
        "words",
        [
            [],
            ["a.jsonl", "--sagemaker"],
            ["--sagemaker"],
            ["--mlflow", "http://x"],
            ["nowhere.jsonl"],
            ["a.txt"],
            ["."],
        ],
        ids=lambda words: " ".join(words) or "nothing",
    )
    def test_wrong_use_is_told_and_is_no_partial_success(self, payments, words):
        said = run("import_models", *words)

        assert said.code == 2
        assert said.error

    def test_standard_input_is_read_too(self, payments):
        typed = "\n".join(map(json.dumps, [a_version("1"), a_version("2")]))

        said = run_apart("import_models", "-", "--format", "jsonl", typed=typed)

        assert (said.code, said.out) == (0, "2 rows: 2 created, 0 skipped, 0 refused.\n")

    def test_a_table_that_is_away_is_told_with_its_own_exit_code(self, payments, tmp_path, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")

        said = run_apart("import_models", str(written(tmp_path / "rows.jsonl", [a_version()])))

        assert said.code == 6
        assert "Traceback" not in said.error

    def test_whoever_interrupts_it_is_told_how_to_go_on(self, payments, tmp_path, monkeypatch):
        def interrupt(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr("models_app.management.importing.importer.import_rows", interrupt)

        said = imported(tmp_path, a_version())

        assert (said.code, said.error) == (130, "Interrupted. Run it again to go on.")
        assert said.out == "0 rows: 0 created, 0 skipped, 0 refused.\n"

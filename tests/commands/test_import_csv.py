"""CSV as people and spreadsheets write it."""

from __future__ import annotations

import pytest

from tests.commands.bulk import refusals
from tests.commands.shell import Said, run

HEADER = "modelName,version,framework,s3Uri"
ROW = "fraud,1,sklearn,s3://models/fraud/1"


def imported(tmp_path, text: str | bytes, *options: str) -> Said:
    path = tmp_path / "models.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return run("import_models", str(path), "--team", "payments", *options)


class TestColumns:
    def test_each_is_a_field_of_the_version_or_an_entry_of_one(self, payments, tmp_path):
        text = (
            f"{HEADER},deploymentTarget,sizeBytes,description,tags.owner,metrics.auc,metadata.rows,metadata.note,aliases\n"
            f'{ROW},EKS,12,"two\nlines",ada,0.9,"[1,2]",plain text,best next\n'
        )

        assert imported(tmp_path, text).out == "3 rows: 3 created, 0 skipped, 0 refused.\n"
        version = payments.viewer.reads("payments.fraud", "1").body
        wanted = {
            "framework": "scikit-learn",
            "deploymentTarget": "EKS",
            "sizeBytes": 12,
            "description": "two\nlines",
            "tags": {"owner": "ada"},
            "metrics": {"auc": 0.9},
            "metadata": {"rows": [1, 2], "note": "plain text"},
            "aliases": ["best", "next"],
        }
        assert {name: version[name] for name in wanted} == wanted

    def test_whole_documents_are_json(self, payments, tmp_path):
        text = f'{HEADER},tags,lineage\n{ROW},"{{""owner"": ""ada""}}","{{""runId"": ""4f""}}"\n'

        assert imported(tmp_path, text).code == 0
        version = payments.viewer.reads("payments.fraud", "1").body
        assert (version["tags"], version["lineage"]) == ({"owner": "ada"}, {"runId": "4f"})

    def test_an_empty_cell_is_a_field_left_out(self, payments, tmp_path):
        assert imported(tmp_path, f"{HEADER},sha256,tags.owner,metrics.auc\n{ROW},,,\n").code == 0
        version = payments.viewer.reads("payments.fraud", "1").body
        assert (version["sha256"], version["tags"], version["metrics"]) == (None, {}, {})

    @pytest.mark.parametrize("cell", ['1,"a":2', "01", "1e999", "NaN", "{", '"half'])
    def test_metadata_that_is_no_json_is_the_text_that_it_is(self, payments, tmp_path, cell):
        quoted = cell.replace('"', '""')

        assert imported(tmp_path, f'{HEADER},metadata.x\n{ROW},"{quoted}"\n').code == 0
        assert payments.viewer.reads("payments.fraud", "1").body["metadata"] == {"x": cell}

    @pytest.mark.parametrize(
        ("header", "told"),
        [
            ("modelName;version", "There is no column 'modelName;version'."),
            ("modelName,modelname", "There is no column 'modelname'."),
            ("modelName,modelName", "The column 'modelName' stands there twice."),
            ("modelName,tags,tags.owner", "The columns 'tags' and 'tags.owner' exclude each other."),
            ("modelName,tags.", "There is no column 'tags.'."),
            ("modelName,lineage.runId", "There is no column 'lineage.runId'."),
            ('modelName,"x', "The header cannot be read"),
            ("", "The file is empty"),
        ],
    )
    def test_a_header_that_is_wrong_makes_the_file_unusable(self, payments, tmp_path, header, told):
        said = imported(tmp_path, f"{header}\n{ROW}\n" if header else "")

        assert said.code == 2
        assert told in said.error


class TestRows:
    def test_what_is_wrong_is_refused_with_its_line_and_the_rest_comes_in(self, payments, tmp_path):
        rows = [
            ROW,  # line 2
            "fraud,2,sklearn",
            "",
            ROW.replace(",1,", ",3,") + ",more",
            'fraud,"4"x,sklearn,s3://models/fraud/4',
            '"fraud",5,sklearn,"s3://models/fraud/5"',
            "fraud,6,unheard-of,s3://models/fraud/6",
        ]

        said = imported(tmp_path, "\n".join([HEADER, *rows]) + "\n")

        assert set(refusals(said)) == {3, 5, 6, 8}
        assert refusals(said)[3] == "The row has 3 cells; the header has 4."
        assert payments.viewer.labels("payments.fraud") == ["5", "1"]

    @pytest.mark.parametrize("cell", ["high", "true", "[1]", "NaN"])
    def test_a_metric_that_is_no_number_is_refused(self, payments, tmp_path, cell):
        said = imported(tmp_path, f"{HEADER},metrics.auc\n{ROW},{cell}\n")

        assert refusals(said) == {2: f"metrics.auc: {cell!r} is no number."}

    def test_a_line_that_is_not_utf_8_is_refused_alone(self, payments, tmp_path):
        latin = ROW.replace(",1,", ",2,").replace("fraud/1", "fräud").encode("latin-1")

        said = imported(tmp_path, b"\n".join([HEADER.encode(), latin, ROW.encode(), b""]))

        assert set(refusals(said)) == {2}
        assert payments.viewer.labels("payments.fraud") == ["1"]

    def test_excels_mark_and_line_ends_are_no_harm(self, payments, tmp_path):
        assert imported(tmp_path, b"\xef\xbb\xbf" + f"{HEADER}\r\n{ROW}\r\n".encode()).code == 0

    def test_a_refused_version_takes_its_aliases_along(self, payments, tmp_path):
        said = imported(tmp_path, f"{HEADER},aliases\n{ROW.replace('s3://', 'file:/')},best\n")

        assert said.out.startswith("2 rows: 0 created, 0 skipped, 2 refused.\n")
        assert "There is no version 1 for it to point to." in said.out

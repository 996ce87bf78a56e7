"""Files that are broken, foreign or ill-meant: what cannot be read is refused with its line, all else comes in."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile

import pytest

from tests.commands.bulk import a_model, a_version, an_alias, imported, refusals, written
from tests.commands.shell import measured, run
from tests.proof.figures import proves

GOOD = json.dumps(a_version("1"))
LIMIT_MB = 200


def zipped(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("rows.jsonl", content)
    return archive.getvalue()


LINES = {
    "not UTF-8": (b'{"kind": "version", "description": "\xff"}', "The line is not UTF-8, from its byte 37 on."),
    "Latin-1": (GOOD.replace("fraud", "fräud").encode("latin-1"), "The line is not UTF-8"),
    "a NUL": (GOOD.encode() + b"\0", "The line holds the character NUL."),
    "an escaped NUL": (GOOD.replace("EKS", "\\u0000"), "A text holds the character NUL."),
    "half a surrogate": (GOOD.replace("EKS", "\\ud800"), "A text holds half of a surrogate pair."),
    "a key twice": ('{"kind": "model", "kind": "version"}', "The key 'kind' stands twice in one object."),
    "a number beyond a double": (
        json.dumps(a_version(metrics={"a": 7})).replace("7}", "1e999}"),
        "beyond what a double",
    ),
    "a number of many digits": ('{"sizeBytes": ' + "9" * 5000 + "}", "A whole number has at most 40 digits."),
    "not a number": ('{"a": NaN}', "NaN is no JSON number."),
    "deep nesting": ('{"a":' * 50 + "1" + "}" * 50, "nested deeper than 32 levels"),
    "bottomless nesting": ("[" * 100_000, "nested deeper than 32 levels"),
    "a list": ("[1]", "The line must be a JSON object."),
    "half an object": (GOOD[:-3], "The line is not JSON"),
    "two objects": (GOOD + GOOD, "The line is not JSON"),
    "YAML": ("a: &a [x, x]", "The line is not JSON"),
    "an unknown kind": ('{"kind": "deployment"}', "kind: This is model, version or alias"),
    "a kind that is no text": ('{"kind": {"a": 1}}', "kind: This is model, version or alias"),
    "a team that is no text": (
        '{"kind": "model", "teamId": ["payments"], "modelName": "x"}',
        "teamId: Not a valid string.",
    ),
    "an unknown field": (json.dumps(a_version(deployments=[])), "deployments: There is no such field here."),
    "a status of deployments": (json.dumps(a_version(status="DEPLOYED")), 'status: "DEPLOYED" is not a valid choice.'),
    "a time to come": (json.dumps(a_version(createdAt="2999-01-01T00:00:00Z")), "createdAt: This lies in the future."),
    "a time without a zone": (json.dumps(a_version(createdAt="2020-01-01")), "createdAt: Write a time as RFC 3339"),
    "a time that is a number": (json.dumps(a_version(createdAt=7)), "createdAt: Write a time as RFC 3339"),
    "nobody": (json.dumps(a_version(createdBy="")), "createdBy: This field may not be blank."),
    "a local artifact": (json.dumps(a_version(s3Uri="/tmp/x")), "s3Uri: Invalid model version source"),
    "a path upwards": (json.dumps(a_version(s3Uri="dbfs:/a/%2e%2e/b")), "s3Uri: Invalid model version source"),
    "a large document": (json.dumps(a_version(metadata={"a": "x" * 70_000})), "metadata: This takes"),
    "large tags": (json.dumps(a_version(tags={str(n): "x" * 90_000 for n in range(3)})), "tags: Together they take"),
    "many tags": (json.dumps(a_version(tags=dict.fromkeys(map(str, range(99)), "x"))), "tags: At most 50 are kept."),
    "a tag that is no text": (json.dumps(a_version(tags={"a": 1})), "tags: The value of 'a' is no text"),
    "tags that are no object": (json.dumps(a_model(tags=[])), "tags: A JSON object is needed."),
    "an alias called latest": (json.dumps(an_alias("latest")), "alias: 'latest' always means the highest version"),
    "an alias of nothing": (json.dumps(an_alias("best", "77")), "There is no version 77 for it to point to."),
    "more than an item holds": (
        json.dumps(
            a_version(
                metadata={"a": "x" * 65_000},
                signature={"a": "x" * 65_000},
                lineage={"runId": "x" * 65_000},
                tags={str(n): "x" * 99_000 for n in range(2)},
            )
        ),
        "This takes more than 380000 bytes.",
    ),
}

FILES = {
    "a zip bomb": (zipped(b"0" * 10_000_000), "a zip archive"),
    "a gzip bomb": (gzip.compress(b"0" * 10_000_000), "compressed by gzip"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-16 (little-endian)"),
    "UTF-16 the other way round": (b"\xfe\xff" + GOOD.encode("utf-16-be"), "UTF-16 (big-endian)"),
}


class TestLines:
    @pytest.mark.parametrize("name", LINES)
    def test_it_is_refused_with_its_line_and_those_around_it_come_in(self, payments, tmp_path, name):
        line, reason = LINES[name]

        said = imported(tmp_path, a_version("8"), "", line, a_version("9"))

        assert said.code == 1
        assert said.out.startswith("3 rows: 2 created, 0 skipped, 1 refused.\n")
        assert set(refusals(said)) == {3}
        assert reason in said.out
        assert payments.viewer.labels("payments.fraud") == ["9", "8"]

    def test_a_byte_order_mark_is_no_harm(self, payments, tmp_path):
        assert imported(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()).code == 0

    def test_windows_line_ends_are_no_harm(self, payments, tmp_path):
        assert imported(tmp_path, GOOD + "\r", json.dumps(a_version("2")) + "\r").code == 0

    def test_the_last_line_needs_no_end(self, payments, tmp_path):
        (tmp_path / "rows.jsonl").write_text(GOOD)

        assert run("import_models", str(tmp_path / "rows.jsonl")).code == 0


class TestFiles:
    @pytest.mark.parametrize("format_", ["jsonl", "csv"])
    @pytest.mark.parametrize("name", FILES)
    def test_what_is_no_text_is_told_by_name_and_never_opened(self, payments, tmp_path, name, format_):
        content, reason = FILES[name]
        (tmp_path / "rows").write_bytes(content)

        said = run("import_models", str(tmp_path / "rows"), "--format", format_)

        assert said.code == 2
        assert reason in said.error

    def test_an_empty_one_holds_nothing(self, payments, tmp_path):
        said = imported(tmp_path)

        assert (said.code, said.out) == (0, "0 rows: 0 created, 0 skipped, 0 refused.\n")


BOUNDED = "no file takes the memory of who imports it"


@pytest.mark.proof
class TestMemory:
    def test_a_line_of_a_gigabyte_is_skipped_without_being_held(self, payments, tmp_path):
        path = written(tmp_path / "rows.jsonl", [a_version("1")])
        with path.open("r+b") as file:  # sparse: nothing of it is on the disk
            file.seek(0, os.SEEK_END)
            file.seek(2**30, os.SEEK_CUR)
            file.write(b"\n" + json.dumps(a_version("2")).encode() + b"\n")

        said, peak_mb = measured("import_models", str(path))

        assert "3 rows: 2 created, 0 skipped, 1 refused." in said
        assert "line 2: The line has more than 3145728 bytes." in said
        proves(BOUNDED, f"a line of 1 GB: {peak_mb:.0f} MB", target=f"{LIMIT_MB} MB", holds=peak_mb < LIMIT_MB)

    def test_an_open_quote_does_not_swallow_memory_with_the_rest_of_the_file(self, payments, tmp_path):
        row = "payments,fraud,1,custom,s3://models/fraud/1\n"
        with (tmp_path / "rows.csv").open("w") as file:
            file.write("teamId,modelName,version,framework,s3Uri\n" + row + 'payments,"fraud')
            file.writelines("x" * 999 + "\n" for _ in range(50_000))

        said, peak_mb = measured("import_models", str(tmp_path / "rows.csv"))

        assert "1 created" in said
        assert "line 3: The row is no CSV: field larger than field limit" in said
        figure = f"an open quote before 50 MB: {peak_mb:.0f} MB"
        proves(BOUNDED, figure, target=f"{LIMIT_MB} MB", holds=peak_mb < LIMIT_MB)

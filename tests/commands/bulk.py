"""What the bulk commands are tried with: rows, files of them, and a team that holds one of everything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug
from models_app.services import exports
from tests.builders import SIGNATURE
from tests.callers import Cast, a_team
from tests.commands.shell import Said, run
from tests.engine import Engine
from tests.tables import drop_table, make_table

MLFLOW = "/api/2.0/mlflow"


def a_model(**different: Any) -> dict[str, Any]:
    """A model's row; None leaves a field out."""
    return _row({"kind": "model", "teamId": "payments", "modelName": "fraud"} | different)


def a_version(version: str = "1.0.0", **different: Any) -> dict[str, Any]:
    """A version's row."""
    row = {
        "kind": "version",
        "teamId": "payments",
        "modelName": "fraud",
        "version": version,
        "framework": "scikit-learn",
        "s3Uri": f"s3://models/fraud/{version}",
        "deploymentTarget": "EKS",
    }
    return _row(row | different)


def an_alias(alias: str = "champion", version: str = "1.0.0", **different: Any) -> dict[str, Any]:
    """An alias's row."""
    row = {"kind": "alias", "teamId": "payments", "modelName": "fraud", "alias": alias, "version": version}
    return _row(row | different)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def written(path: Path, rows: Iterable[Any]) -> Path:
    """A file of rows, one a line; a text or bytes stand for themselves."""
    with path.open("wb") as file:
        for row in rows:
            line = row if isinstance(row, bytes | str) else json.dumps(row, ensure_ascii=False)
            file.write((line if isinstance(line, bytes) else line.encode()) + b"\n")
    return path


def imported(tmp_path: Path, *rows: Any, options: Iterable[str] = ()) -> Said:
    """Import rows as JSON lines."""
    return run("import_models", str(written(tmp_path / "rows.jsonl", rows)), *options)


def refusals(said: Said) -> dict[int, str]:
    """The lines that were refused, with the reasons."""
    found = {}
    for line in said.out.splitlines():
        if line.startswith("  line "):
            number, _, reason = line.removeprefix("  line ").partition(": ")
            found[int(number.partition(" ")[0])] = reason
    return found


def exported(*options: str) -> str:
    """What an export writes."""
    said = run("export_models", *options)
    assert said.code == 0
    return said.out


def emptied(engine: Engine) -> Cast:
    """The same teams in a table with nothing else in it."""
    drop_table(engine)
    make_table(engine)
    return a_team()


def one_of_everything(team: Cast) -> None:
    """Models that hold all that the registry can hold, made through its faces."""
    team.contributor.registers("empty-later", version="1")
    team.maintainer.deletes("payments.empty-later", "1")
    for label in ("1.0.0", "1.10.0", "1.9.0", "2026-11-01", "v7"):
        team.contributor.registers(
            "fraud",
            version=label,
            s3Uri=f"s3://models/fraud/{label}",
            sha256="ab" * 32,
            sizeBytes=12345,
            frameworkVersion="1.5.2",
            description='Ünïcode, "quotes",\nlines \t and \u2028 \U0001f600',
            metadata={"big": 12345678901234567890, "float": 1.0, "tiny": 5e-324, "minus": -0.0, "b": {"a": [1, None]}},
            metrics={"auc": 0.1 + 0.2, "loss": -1},
            tags={"stage": "=HYPERLINK(1)", "a b": ""},
            signature=SIGNATURE,
            lineage={"runId": "4f2a", "datasets": [{"name": "x"}]},
        )
    team.contributor.patches("payments.fraud", "1.9.0", {"status": "DEPRECATED"})
    team.contributor.patches("payments.fraud", "1.0.0", {"description": "changed since"})
    team.maintainer.deletes("payments.fraud", "v7")
    team.contributor.describes("payments.fraud", {"description": "Finds fraud.", "tags": {"owner": "ada"}})
    team.contributor.moves("payments.fraud", "challenger", "1.9.0")
    team.maintainer.moves("payments.fraud", "champion", "1.0.0")
    team.maintainer.moves("payments.fraud", "champion", "1.10.0")
    team.contributor.moves("payments.fraud", "also", "1.10.0")
    team.outsider.registers("other", version="3")
    _over_mlflow(team)


def _over_mlflow(team: Cast) -> None:
    long = "x" * 60_000
    create = f"{MLFLOW}/registered-models/create"
    for name, tags in {"flow": [{"key": "a:b", "value": long}], "bare": []}.items():
        made = team.contributor.client.post(
            create, {"name": name, "tags": tags}, content_type="application/json", headers=_authorized(team)
        )
        assert made.status_code == 200, made.content
    for source in ("models:/m-12ab", "s3://models/flow/1", "models:/flow/2", "dbfs:/x/y"):
        body = {"name": "flow", "source": source, "run_id": "r1", "tags": [{"key": "t", "value": long}]}
        made = team.contributor.client.post(
            f"{MLFLOW}/model-versions/create", body, content_type="application/json", headers=_authorized(team)
        )
        assert made.status_code == 200, made.content
    moved = team.contributor.client.post(
        f"{MLFLOW}/model-versions/transition-stage",
        {"name": "flow", "version": "2", "stage": "Production"},
        content_type="application/json",
        headers=_authorized(team),
    )
    assert moved.status_code == 200, moved.content


def _authorized(team: Cast) -> dict[str, str]:
    return {"authorization": team.contributor.authorization or ""}


def labels_of(model: str) -> list[str]:
    """All versions of a model of the team payments, deleted ones too."""
    from models_app.domain.actors import command_line

    found = exports.export_models(actor=command_line(), team=TeamSlug("payments"))
    return [version.label for each, _, versions in found if each.id == ModelId.parse(model) for version in versions]

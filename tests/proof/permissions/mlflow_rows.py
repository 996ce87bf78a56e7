"""The matrix of the MLflow face: of both spellings of its prefix, with the workspace payments named in each call."""

from __future__ import annotations

from models_app.mlflow.urls import PREFIXES
from tests.proof.permissions.rows import Face, Row
from tests.proof.permissions.world import NOBODY_LISTENS

CHURN = {"name": "churn"}
FIRST = {"name": "churn", "version": "1"}
TAG = {"key": "owner", "value": "risk"}
WANTED = [{"entity": "MODEL_VERSION", "action": "CREATED"}]
WEBHOOK = {"name": "cd", "url": NOBODY_LISTENS, "events": WANTED}
ONE = "webhooks/{webhook}"


def _rows(prefix: str) -> list[Row]:
    models, versions = f"/{prefix}/registered-models", f"/{prefix}/model-versions"
    # fmt: off
    #                                                       nobody stranger viewer contributor maintainer administrator
    return [
        Row(Face.MLFLOW, "POST", f"{models}/create",               "401 403 403 200 200 200",
            {"name": "new"}, events=1),
        Row(Face.MLFLOW, "GET", f"{models}/get?name=churn",        "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "PATCH", f"{models}/update",              "401 403 403 200 200 200",
            {**CHURN, "description": "x"}, events=1),
        Row(Face.MLFLOW, "POST", f"{models}/rename",               "401 403 403 403 200 200",
            {"name": "spare", "new_name": "cards"}, events=2),
        Row(Face.MLFLOW, "DELETE", f"{models}/delete",             "401 403 403 403 200 200",
            {"name": "spare"}, events=1),
        Row(Face.MLFLOW, "GET", f"{models}/search",                "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "POST", f"{models}/get-latest-versions",  "401 403 200 200 200 200", CHURN),
        Row(Face.MLFLOW, "GET", f"{models}/get-latest-versions?name=churn", "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "POST", f"{models}/set-tag",              "401 403 403 200 200 200", CHURN | TAG, events=1),
        Row(Face.MLFLOW, "DELETE", f"{models}/delete-tag",         "401 403 403 200 200 200",
            {**CHURN, "key": "there"}, events=1),
        Row(Face.MLFLOW, "GET", f"{models}/alias?name=churn&alias=first", "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "POST", f"{models}/alias",                "401 403 403 200 200 200",
            {**FIRST, "alias": "second"}, events=1),
        Row(Face.MLFLOW, "POST", f"{models}/alias",                "401 403 403 403 200 200",
            {**FIRST, "alias": "champion"}, events=1),
        Row(Face.MLFLOW, "DELETE", f"{models}/alias",              "401 403 403 200 200 200",
            {**CHURN, "alias": "first"}, events=1),
        Row(Face.MLFLOW, "POST", f"{versions}/create",             "401 403 403 200 200 200",
            {**CHURN, "source": "s3://models/3"}, events=1),
        Row(Face.MLFLOW, "GET", f"{versions}/get?name=churn&version=1", "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "PATCH", f"{versions}/update",            "401 403 403 200 200 200",
            {**FIRST, "description": "x"}, events=1),
        Row(Face.MLFLOW, "DELETE", f"{versions}/delete",           "401 403 403 403 200 200",
            {"name": "churn", "version": "2"}, events=1),
        Row(Face.MLFLOW, "GET", f"{versions}/search?filter=name%3D%27churn%27", "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "GET", f"{versions}/get-download-uri?name=churn&version=1", "401 403 200 200 200 200"),
        Row(Face.MLFLOW, "POST", f"{versions}/transition-stage",   "401 403 403 200 200 200",
            {**FIRST, "stage": "Staging"}, events=1),
        Row(Face.MLFLOW, "POST", f"{versions}/set-tag",            "401 403 403 200 200 200", FIRST | TAG, events=1),
        Row(Face.MLFLOW, "DELETE", f"{versions}/delete-tag",       "401 403 403 200 200 200",
            {**FIRST, "key": "there"}, events=1),
        Row(Face.MLFLOW, "GET", f"/{prefix}/webhooks",             "401 403 403 403 200 200"),
        Row(Face.MLFLOW, "POST", f"/{prefix}/webhooks",            "401 403 403 403 200 200", WEBHOOK, events=1),
        Row(Face.MLFLOW, "GET", f"/{prefix}/{ONE}",                "401 403 403 403 200 200"),
        Row(Face.MLFLOW, "PATCH", f"/{prefix}/{ONE}",              "401 403 403 403 200 200", {"name": "cd"}, events=1),
        Row(Face.MLFLOW, "DELETE", f"/{prefix}/{ONE}",             "401 403 403 403 200 200", events=1),
        # A sample goes out and nothing is kept of it.
        Row(Face.MLFLOW, "POST", f"/{prefix}/{ONE}/test",          "401 403 403 403 200 200", {}),
        # No such endpoint, whichever the method: whoever is known hears that.
        *[Row(Face.MLFLOW, method, f"/{prefix}/experiments/create", "401 404 404 404 404 404", {})
          for method in ("GET", "POST", "PUT", "PATCH", "DELETE")],
    ]
    # fmt: on


MLFLOW = [row for prefix in PREFIXES for row in _rows(prefix)] + [
    Row(Face.OPEN, "GET", f"/{begin}/3.0/mlflow/server-info", "200 200 200 200 200 200")
    for begin in ("api", "ajax-api")
]

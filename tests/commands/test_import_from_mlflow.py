"""Moving in from an MLflow server, over its REST API. Ours is one: a team moves into another."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from tests.callers import Caller, Cast
from tests.commands.bulk import MLFLOW, one_of_everything, refusals
from tests.commands.shell import Said, run
from tests.engine import free_port
from tests.proof.conftest import server
from tests.server import Server

__all__ = ["server"]

VARIABLES = ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_WORKSPACE")


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def moves_in(port: int, team: str = "vision", *options: str) -> Said:
    return run("import_models", "--mlflow", f"http://127.0.0.1:{port}/", "--team", team, *options)


def over_mlflow(caller: Caller, path: str, **query: Any) -> dict[str, Any]:
    answer = caller.client.get(f"{MLFLOW}/{path}", query, headers={"authorization": caller.authorization or ""})
    assert answer.status_code == 200, answer.content
    return answer.json()


def without_passing(model: dict[str, Any]) -> dict[str, Any]:
    """A model without what a move changes: MLflow does not tell when an alias was moved, so that it is now."""
    moved = {"last_updated_timestamp"} if model.get("aliases") else set()
    return {name: value for name, value in model.items() if name not in {"latest_versions", *moved}}


class TestMovingIn:
    def test_each_model_reads_the_same_over_mlflow_as_where_it_came_from(
        self, payments: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one_of_everything(payments)
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", (payments.viewer.authorization or "").removeprefix("Bearer "))

        said = moves_in(server.port)

        assert (said.code, said.error) == (0, ""), said.out
        models = over_mlflow(payments.viewer, "registered-models/search")["registered_models"]
        assert [model["name"] for model in models] == ["bare", "empty-later", "flow", "fraud"]
        for model in models:
            name = {"name": model["name"]}
            here = over_mlflow(payments.viewer, "registered-models/get", **name)["registered_model"]
            there = over_mlflow(payments.outsider, "registered-models/get", **name)["registered_model"]
            assert without_passing(there) == without_passing(here)
            wanted = {"filter": f"name = '{model['name']}'"}
            assert over_mlflow(payments.outsider, "model-versions/search", **wanted) == over_mlflow(
                payments.viewer, "model-versions/search", **wanted
            )
            for version in over_mlflow(payments.viewer, "model-versions/search", **wanted).get("model_versions", []):
                place = name | {"version": version["version"]}
                assert over_mlflow(payments.outsider, "model-versions/get-download-uri", **place) == over_mlflow(
                    payments.viewer, "model-versions/get-download-uri", **place
                )

    def test_again_it_creates_nothing(self, payments: Cast, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        one_of_everything(payments)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "anybody")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", (payments.viewer.authorization or "").removeprefix("Bearer "))
        moves_in(server.port)

        assert " 0 created, " in moves_in(server.port).out

    def test_an_administrator_names_the_workspace_to_read(
        self, payments: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        payments.contributor.registers("fraud", version="1")
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", (payments.admin.authorization or "").removeprefix("Bearer "))
        assert moves_in(server.port).code == 2

        monkeypatch.setenv("MLFLOW_WORKSPACE", "payments")
        assert moves_in(server.port).code == 0
        assert payments.outsider.reads("vision.fraud", "1").status == 200

    def test_many_models_and_versions_come_in_over_many_pages(
        self, payments: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(120):
            payments.contributor.registers("long", version=str(number + 1))
            payments.contributor.registers(f"wide-{number}", version="1")
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", (payments.viewer.authorization or "").removeprefix("Bearer "))

        assert moves_in(server.port).out == "361 rows: 361 created, 0 skipped, 0 refused.\n"
        assert payments.outsider.reads("vision.long").body["versionCount"] == 120

    def test_prompts_move_with_their_versions(
        self, payments: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        is_prompt = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
        text = [*is_prompt, {"key": "mlflow.prompt.text", "value": "Say {{x}}. " * 5000}]
        posts = payments.contributor.client.post
        common = {"content_type": "application/json", "headers": {"authorization": payments.contributor.authorization}}
        posts(f"{MLFLOW}/registered-models/create", {"name": "hello", "tags": is_prompt}, **common)
        body = {"name": "hello", "source": "dummy-source", "tags": text}
        assert posts(f"{MLFLOW}/model-versions/create", body, **common).status_code == 200
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", (payments.viewer.authorization or "").removeprefix("Bearer "))

        assert moves_in(server.port).out == "2 rows: 2 created, 0 skipped, 0 refused.\n"
        place = {"name": "hello", "version": "1"}
        assert over_mlflow(payments.outsider, "model-versions/get", **place) == over_mlflow(
            payments.viewer, "model-versions/get", **place
        )


class Foreign(BaseHTTPRequestHandler):
    """A server that answers each path with what it was told, and remembers who asked."""

    answers: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(f"{self.path} {self.headers.get('Authorization')}")
        status, body = self.answers.get(self.path.partition("?")[0].removeprefix(f"{MLFLOW}/"), (404, {}))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def a_foreign_server(**answers: Any) -> Iterator[tuple[int, list[str]]]:
    paths = {name.replace("__", "/").replace("_", "-"): answer for name, answer in answers.items()}
    handler = type("Handler", (Foreign,), {"answers": paths, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running.server_address[1], handler.asked
        running.shutdown()
        thread.join()


class TestForeignServers:
    def test_a_model_whose_name_cannot_be_one_is_refused_with_its_versions(self, payments: Cast) -> None:
        found = {"model_versions": [{"name": "größe", "version": "1", "source": "s3://a/b"}]}
        with a_foreign_server(
            registered_models__search=(200, {"registered_models": [{"name": "größe"}]}),
            model_versions__search=(200, found),
        ) as (port, asked):
            said = moves_in(port)

        assert set(refusals(said)) == {1, 2}
        assert all(reason.startswith("modelName: A model name is") for reason in refusals(said).values())
        assert "filter=name+%3D+%27gr%C3%B6%C3%9Fe%27" in asked[1]

    def test_what_cannot_be_kept_here_is_refused_and_the_rest_comes_in(self, payments: Cast) -> None:
        model = {
            "name": "m", "creation_timestamp": "1700000000000", "aliases": [{"alias": "v7", "version": "1"}],
        }  # fmt: skip
        versions = [
            {"version": "1", "source": "s3://a/b", "creation_timestamp": 1700000000000, "status": "READY"},
            {"version": "2", "source": "/tmp/mlruns/0", "run_id": "r"},
            {"version": "3", "source": "s3://a/c", "status": "PENDING_REGISTRATION"},
            {"version": "4", "source": "s3://a/d", "creation_timestamp": "soon"},
            {"version": "5", "source": "runs:/4f/model", "tags": [{"key": "framework", "value": "sklearn"}]},
        ]
        found = {"model_versions": [{"name": "m", **version} for version in versions]}
        with a_foreign_server(
            registered_models__search=(200, {"registered_models": [model]}),
            model_versions__search=(200, found),
        ) as (port, _):
            said = moves_in(port, "payments")

        assert set(refusals(said)) == {3, 4, 5, 7}
        assert payments.viewer.labels("payments.m") == ["5", "1"]
        version = payments.viewer.reads("payments.m", "1").body
        assert version["createdAt"] == "2023-11-14T22:13:20.000Z"
        assert payments.viewer.reads("payments.m", "5").body["framework"] == "scikit-learn"

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            ((401, {"error_code": "UNAUTHENTICATED", "message": "no"}), "UNAUTHENTICATED: no"),
            ((200, b"<html>"), "This is no MLflow server"),
            ((200, b"\xff"), "This is no MLflow server"),
            ((200, []), "This is no MLflow server"),
            ((200, {"next_page_token": "x"}), "the same page again"),
        ],
    )
    def test_a_server_that_is_none_or_refuses_is_told_in_one_sentence(
        self, payments: Cast, answer: Any, told: str
    ) -> None:
        with a_foreign_server(registered_models__search=answer) as (port, _):
            said = moves_in(port)

        assert said.code == 2
        assert told in said.error

    def test_a_token_is_not_handed_on_to_another_server(self, payments: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
        with a_foreign_server(elsewhere=(200, {})) as (other, asked_there):
            elsewhere = f"http://localhost:{other}{MLFLOW}/elsewhere"
            with a_foreign_server(registered_models__search=(302, elsewhere)) as (port, asked_here):
                moves_in(port)

        assert "secret" in asked_here[0]
        assert not any("secret" in each for each in asked_there)

    def test_one_that_is_not_there_is_told(self, payments: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        from models_app.management.importing import mlflow_servers

        monkeypatch.setattr(mlflow_servers, "RETRIES", mlflow_servers.RETRIES.new(total=0))

        said = moves_in(free_port())

        assert said.code == 2
        assert "does not answer" in said.error

    def test_an_address_that_is_none_is_told(self, payments: Cast) -> None:
        assert run("import_models", "--mlflow", "file:///etc", "--team", "payments").code == 2

"""What the log, the answers and X-Ray tell of a request that came through API Gateway and Lambda."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from models_app.api.problems import FRAMEWORK_PROBLEMS
from models_app.outbox.bus import SOURCE
from registry_project import lambda_jobs, lambda_web
from tests.aws.runtime import an_event
from tests.callers import Answer
from tests.costs import counted_calls
from tests.engine import Engine
from tests.test_documentation import ROOT
from tests.test_logs import Log, log

__all__ = ["log"]

ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={}"

# As Zappa hands a request on: the event and the context stand in the WSGI environment.
FROM_GATEWAY = {
    "lambda.event": {"requestContext": {"requestId": ID, "stage": "prod"}},
    "lambda.context": SimpleNamespace(function_version="17", get_remaining_time_in_millis=lambda: 29_000),
}

# Serves one request and says what it imported for that.
SERVES = """
import sys
from registry_project import wsgi
from django.test import Client
answer = Client().get("/api/v1/health")
print(answer.status_code, "aws_xray_sdk" in sys.modules)
"""


class TestRequestIds:
    def test_the_gateways_id_is_the_requests(self, payments: Any, log: Log) -> None:
        client = payments.viewer.client
        client.defaults |= FROM_GATEWAY

        answer = payments.viewer.gets("models/payments.nothing", x_request_id="a-callers-own-id")

        assert answer.headers["X-Request-Id"] == answer.body["requestId"] == ID
        assert log.requests[0]["requestId"] == ID

    def test_so_is_that_of_the_events_it_leads_to(self, payments: Any) -> None:
        payments.contributor.client.defaults |= FROM_GATEWAY
        payments.contributor.registers("fraud", version="1")

        (event,) = payments.viewer.gets("models/payments.fraud/events").body["results"]
        assert event["requestId"] == ID


class TestRefusalsAtTheDoor:
    """Of requests that the application never sees: they read like its own."""

    @pytest.mark.parametrize(
        ("path", "host", "status", "slug", "detail"),
        [
            ("/api/v1/models/payments.x%2F1", ["a"], 404, "no-such-page", "Check the path"),
            ("/api/v1/me", ["a", "b"], 400, "bad-request", "Send host once."),
        ],
        ids=["a slash in a name", "two hosts"],
    )
    def test_are_problems_with_the_gateways_id(
        self, path: str, host: list[str], status: int, slug: str, detail: str
    ) -> None:
        event = an_event("GET", path)
        event["multiValueHeaders"]["Host"] = host

        given = lambda_web.answer(event, None)

        headers = {name: values[0] for name, values in given["multiValueHeaders"].items()}
        answer = Answer(given["statusCode"], json.loads(given["body"]), headers)
        assert (answer.status, answer.slug, answer.headers["X-Request-Id"]) == (status, slug, ID)
        assert answer.problem["title"] == FRAMEWORK_PROBLEMS[status][1]
        assert answer.problem["detail"].startswith(detail)

    @pytest.mark.parametrize(
        "broken",
        [
            {"body": "e30", "isBase64Encoded": True},
            {"body": "\u00e9", "isBase64Encoded": True},
            {"body": "\ud800"},
            {"path": "/api/v1/models/\ud800"},
            {"multiValueQueryStringParameters": {"teamId": ["\ud800"]}},
        ],
        ids=["packed badly", "not packed", "half a character", "half in the path", "half in the query"],
    )
    def test_what_no_reader_can_read_is_a_400(self, broken: dict[str, Any]) -> None:
        given = lambda_web.answer(an_event("POST", "/api/v1/models") | broken, None)

        assert given["statusCode"] == 400


class TestEventsThatAreNearlyRight:
    """Nobody but API Gateway and the bus can send one; what they never send is refused like all else, and counted."""

    @pytest.mark.parametrize("wrong", [{"headers": ["a"]}, {"headers": {"Host": 1}}, {"multiValueHeaders": {"a": "b"}}])
    def test_a_request_has_headers_of_texts(self, wrong: dict[str, Any]) -> None:
        event = an_event("GET", "/api/v1/me")
        assert lambda_web.is_request(event)

        assert not lambda_web.is_request(event | wrong)

    @pytest.mark.parametrize("kind", [[], {}, None, 1])
    def test_an_event_of_ours_has_a_kind(self, kind: object) -> None:
        with pytest.raises(lambda_jobs.Refused):
            lambda_jobs.run({"source": SOURCE, "detail-type": kind, "detail": {}})


class TestTime:
    @pytest.mark.parametrize(("left", "status"), [(29_000, 200), (2_500, 200), (1_500, 503)])
    def test_no_call_is_begun_that_could_not_end_before_the_function_does(
        self, payments: Any, left: int, status: int
    ) -> None:
        context = SimpleNamespace(function_version="17", get_remaining_time_in_millis=lambda: left)
        payments.viewer.client.defaults |= FROM_GATEWAY | {"lambda.context": context}

        with counted_calls() as calls:
            answer = payments.viewer.gets("teams/payments")

        assert (answer.status, bool(calls)) == (status, status == 200)


class TestLines:
    def test_the_line_says_which_version_of_the_function_served_it(
        self, payments: Any, log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE.format(0))
        payments.viewer.client.defaults |= FROM_GATEWAY

        payments.viewer.gets("me")

        (line,) = log.requests
        assert (line["functionVersion"], line["traceId"]) == ("17", "1-5759e988-bd862e3fe1be46a994272793")

    def test_a_process_is_cold_once(self, engine: Engine, table: None) -> None:
        script = SERVES.replace("answer =", "Client().get('/api/v1/health'); answer =")

        lines = [json.loads(line) for line in run(script, engine).stderr.splitlines()]

        assert [line["coldStart"] for line in lines if line["message"] == "request"] == [True, False]

    @pytest.mark.parametrize(
        ("path", "team"),
        [
            ("models/vision.cats", "vision"),
            ("models/payments.fraud/latest", "payments"),
            ("teams/vision", "vision"),
            ("models", None),
            ("models/secret-project.x", None),
            ("models/%7Bforged%7D.x", None),
        ],
    )
    def test_the_team_is_one_of_the_callers_or_none(self, payments: Any, log: Log, path: str, team: str | None) -> None:
        from models_app.domain.teams import Role
        from tests.callers import a_person

        ada = a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})

        ada.gets(path)

        assert log.requests[0].get("team") == team

    def test_it_says_who_was_refused_for_asking_too_often(self, payments: Any, log: Log) -> None:
        from models_app.domain.rates import RatePolicy
        from models_app.services import rates

        rates.configure(RatePolicy(per_second=1, window_seconds=600))
        try:
            while payments.viewer.gets("me").status != 429:
                pass
        finally:
            rates.configure(None)

        assert log.requests[-1]["status"] == 429
        assert log.requests[-1]["actor"] == log.requests[0]["actor"]


class TestXRay:
    def test_a_traced_request_is_found_by_its_id_and_route(self, engine: Engine, table: None) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
            daemon.bind(("127.0.0.1", 0))
            daemon.settimeout(10)
            address = f"127.0.0.1:{daemon.getsockname()[1]}"

            done = run(SERVES, engine, **on_lambda(sampled=1), AWS_XRAY_DAEMON_ADDRESS=address)

            assert done.stdout == "200 True\n", done.stderr
            _, document = daemon.recv(65536).split(b"\n", 1)
        segment = json.loads(document)
        line = next(each for each in map(json.loads, done.stderr.splitlines()) if each["message"] == "request")
        assert segment["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
        assert segment["annotations"] == {"requestId": line["requestId"], "route": "api/v1/health"}

    @pytest.mark.parametrize("environment", [{}, {"sampled": 0}], ids=["elsewhere", "not sampled"])
    def test_others_do_not_even_import_what_it_takes(
        self, engine: Engine, table: None, environment: dict[str, int]
    ) -> None:
        variables = on_lambda(**environment) if environment else {}

        assert run(SERVES, engine, **variables).stdout == "200 False\n"


def on_lambda(*, sampled: int) -> dict[str, str]:
    return {"_X_AMZN_TRACE_ID": TRACE.format(sampled), "LAMBDA_TASK_ROOT": str(ROOT)}


def run(script: str, engine: Engine, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, as on a machine where nothing else is set."""
    environment = {"PATH": os.environ["PATH"], "REGISTRY_ALLOWED_HOSTS": "testserver", **engine.environment()}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

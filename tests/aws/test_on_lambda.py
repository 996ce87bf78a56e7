"""The package on AWS's runtime client, asked by API Gateway, schedules, the bus, and by whoever means ill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_isolation import address
from tests.aws.runtime import HOST, Function, an_event, read_answer
from tests.builders import a_registration
from tests.callers import Caller, Cast
from tests.routes import routes

NEVER = {("logout", "POST")}


def every_address() -> list[tuple[str, str]]:
    """Each route of every face with each method, and an address on it."""
    found = []
    for route, method in sorted(set(routes())):
        if (route, method) in NEVER or "<path:" in route or "(?P" in route:
            continue
        found.append((method, address(route.rstrip("$"), team="payments")))
    return found


def asks(function: Function, caller: Caller, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": caller.authorization} if caller.authorization else {}
    outcome = function.invoke(an_event(method, path, body, headers=headers))
    assert outcome.error is None, outcome.error
    return read_answer(outcome.answer)


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    payments.contributor.registers("fraud", version="1")
    payments.maintainer.moves("payments.fraud", "champion", "1")
    return payments


class TestEveryRoute:
    def test_answers_as_it_does_elsewhere(self, function: Function, fraud: Cast) -> None:
        wrong, callers = [], (fraud.anonymous, fraud.viewer)
        for caller in callers:
            caller.client.handler.enforce_csrf_checks = True  # as nowhere but in tests they are not
        for method, path in every_address():
            for caller in callers:
                here = asks(function, caller, method, path)
                there = caller.calls(method, path, accept="application/json")
                if (here.status, here.headers["content-type"][0].partition(";")[0]) != (
                    there.status,
                    there.headers["Content-Type"].partition(";")[0],
                ):
                    wrong.append((method, path, caller.name, here.status, there.status))

        assert wrong == []

    def test_registers_and_reads_under_the_stages_name(self, function: Function, payments: Cast) -> None:
        registered = asks(function, payments.contributor, "POST", "/api/v1/models", a_registration(version="1.2.0"))
        [location] = registered.headers["location"]

        stage = f"https://{HOST}/dev"
        assert (registered.status, location) == (201, f"{stage}/api/v1/models/payments.fraud/1.2.0")
        read = asks(function, payments.viewer, "GET", location.removeprefix(stage))
        assert read.document == registered.document
        assert read.headers["etag"] == registered.headers["etag"]

    def test_pages_lead_to_addresses_with_the_stage(self, function: Function, fraud: Cast) -> None:
        for page in ("/login", "/api/docs"):
            shown = read_answer(
                function.invoke(an_event("GET", page, headers={"Accept": "text/html"})).answer
            ).body.decode()
            links = [part.partition('"')[0] for mark in ('href="', 'src="') for part in shown.split(mark)[1:]]
            assert [link for link in links if link.startswith("/") and not link.startswith("/dev/")] == []

    def test_static_files_are_there(self, function: Function) -> None:
        answer = function.calls("GET", "/static/models_app/registry.css")

        assert answer.status == 200
        assert b"{" in answer.body

    def test_a_page_after_signing_out_leads_back_with_the_stage(self, function: Function, fraud: Cast) -> None:
        answer = read_answer(function.invoke(an_event("GET", "/api/v1/models", headers={"Accept": "text/html"})).answer)

        assert answer.headers["location"] == ["/dev/login?next=%2Fdev%2Fapi%2Fv1%2Fmodels"]

    def test_mlflows_client_finds_its_calls(self, function: Function, fraud: Cast) -> None:
        answer = asks(function, fraud.viewer, "GET", "/api/2.0/mlflow/registered-models/get?name=fraud")

        assert answer.document["registered_model"]["name"] == "fraud"

    def test_a_delete_may_have_a_body(self, function: Function, fraud: Cast) -> None:
        path = "/api/2.0/mlflow/registered-models/delete"

        assert asks(function, fraud.maintainer, "DELETE", path, {"name": "fraud"}).status == 200

    def test_a_repeated_parameter_keeps_all_its_values(self, function: Function, fraud: Cast) -> None:
        answer = asks(function, fraud.viewer, "GET", "/api/v1/models?tag=a&tag=b")

        assert (answer.status, answer.document["results"]) == (200, [])

    def test_each_cookie_is_set_once(self, function: Function) -> None:
        answer = read_answer(function.invoke(an_event("GET", "/login", headers={"Accept": "text/html"})).answer)

        cookies = answer.headers["set-cookie"]
        assert len(cookies) == len(set(cookies)) == 1


class TestWhatACallerSaysOfItself:
    def test_a_slash_in_a_name_reaches_no_other_object(self, function: Function, fraud: Cast) -> None:
        for path in (
            "/api/v1/models/payments.fraud%2F1",
            "/api/v1/models/payments.fraud%2f1",
            "/api%2fv1/models",
            "/api/v1/models/payments.x%2F..%2Fpayments.fraud/1",
        ):
            answer = asks(function, fraud.viewer, "GET", path)
            assert (answer.status, answer.document["type"]) == (404, "/problems/no-such-page")

    def test_a_percent_sign_that_is_one_stays_one(self, function: Function, fraud: Cast) -> None:
        assert asks(function, fraud.viewer, "GET", "/api/v1/models/payments.fraud%252F1").status == 404

    @pytest.mark.parametrize("name", ["Authorization", "Host", "If-Match"])
    def test_what_may_come_once_is_refused_twice(self, function: Function, fraud: Cast, name: str) -> None:
        event = an_event("GET", "/api/v1/me", headers={"Authorization": fraud.viewer.authorization or ""})
        event["multiValueHeaders"][name] = [*event["multiValueHeaders"].get(name, ["a"]), "b"]

        assert read_answer(function.invoke(event).answer).status == 400

    def test_also_where_the_two_are_spelt_differently(self, function: Function, fraud: Cast) -> None:
        event = an_event("GET", "/api/v1/me", headers={"Authorization": fraud.viewer.authorization or ""})
        event["multiValueHeaders"]["authorization"] = ["Bearer other"]

        assert read_answer(function.invoke(event).answer).status == 400

    def test_a_header_with_an_underscore_is_none(self, function: Function, fraud: Cast) -> None:
        event = an_event("GET", "/api/v1/me", headers={"X_Request_Id": "chosen-by-the-caller"})
        event["multiValueHeaders"]["Authorization"] = [fraud.viewer.authorization]

        answer = read_answer(function.invoke(event).answer)

        assert answer.status == 200
        assert answer.headers["x-request-id"] != ["chosen-by-the-caller"]

    def test_another_host_is_refused(self, function: Function) -> None:
        event = an_event("GET", "/api/v1/health", host="evil.example")

        assert read_answer(function.invoke(event).answer).status == 400

    def test_variables_of_the_stage_do_not_become_those_of_the_process(self, function: Function) -> None:
        event = an_event("GET", "/api/v1/health") | {"stageVariables": {"AWS_ENDPOINT_URL_DYNAMODB": "http://evil"}}

        assert read_answer(function.invoke(event).answer).status in {200, 503}
        assert function.calls("GET", "/api/v1/me").status == 401


class TestJobsAndEvents:
    def test_schedules_are_done(self, function: Function, fraud: Cast) -> None:
        assert function.invoke({"job": "time_out_deployments"}).answer == {"timedOut": []}
        assert function.invoke({"job": "finish_moves"}).answer == {"finished": 0}
        assert function.invoke({"job": "seal_events"}).answer == {"seals": 0}  # what happened just now is left alone

    def test_a_pipeline_may_report_over_the_bus(self, function: Function, fraud: Cast) -> None:
        event = {
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": "DeploymentStatusReported",
            "source": "pipeline",
            "account": "123456789012",
            "time": "2026-11-23T12:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {"deploymentId": "payments.x", "ticket": "mrt_x", "status": "SUCCEEDED"},
        }

        assert function.invoke(event).answer["refused"]

    @pytest.mark.parametrize(
        "event",
        [
            {"command": "os.getcwd"},
            {"raw_command": "print(open('/proc/self/environ').read())"},
            {"manage": "createsuperuser"},
            {"Records": [{"Sns": {"Message": json.dumps({"command": "os.getcwd"}), "TopicArn": "x"}}]},
            {"Records": [{"eventSource": "aws:sqs", "eventSourceARN": "x", "body": "{}"}]},
            {"detail-type": "Scheduled Event", "resources": ["arn:aws:events:x:y:rule/a-os.getcwd"]},
            {"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}, "headers": {}},
            {"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET"}, "stage": "$default"}},
            an_event("GET", "/api/v1/health") | {"command": "os.getcwd"},
            {"requestContext": {"eventType": "CONNECT", "domainName": "x"}},
            {},
            [],
            "x",
            None,
        ],
        ids=lambda event: json.dumps(event)[:40],
    )
    def test_everything_else_is_refused(self, function: Function, event: Any) -> None:
        assert function.invoke(event).error == "Refused"


class TestTheStart:
    @pytest.mark.parametrize(
        "broken",
        [{"REGISTRY_SECRET_KEY": ""}, {"REGISTRY_SECRET_KEY": "short"}, {"OIDC_ISSUER": "https://id.example"}],
        ids=str,
    )
    def test_a_wrong_setting_fails_it(self, package: Path, environment: dict[str, str], broken: dict[str, str]) -> None:
        starting = Function(package, environment | broken)
        try:
            assert (starting.first_word().error or "").startswith("init: ")
        finally:
            said = starting.stop()
        assert "ImproperlyConfigured" in said

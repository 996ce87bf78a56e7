"""The runbook's queries ask for fields that there are, and its commands are ones that AWS knows."""

from __future__ import annotations

import re
import shlex
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from tests.test_documentation import DOCS, FENCED
from tests.test_logs import Log, log
from tests.test_on_lambda import FROM_GATEWAY

__all__ = ["log"]

BLOCKS = FENCED.findall((DOCS / "operations.md").read_text())
QUERIES = [text for language, text in BLOCKS if language == "logs"]
COMMANDS = [
    found
    for language, text in BLOCKS
    if language == "console"
    for found in dict.fromkeys(re.findall(r"(?:^\$ |\$\()(aws [^|>)\n]+)", text, re.MULTILINE))
]

# CloudWatch's own fields; those of the metrics' lines; and those of API Gateway's log, by tests/aws.
ELSEWHERE = {"@timestamp", "@message", "OutboxAgeSeconds.0", "EventsSent.0", "EventsRefused.0", "exception"}
OF_THE_API = {"error", "functionMilliseconds"}
WORDS = {
    *("filter", "stats", "sort", "fields", "limit", "by", "as", "and", "in", "like", "desc"),
    *("count", "sum", "avg", "max", "pct", "bin", "ispresent", "1m"),
}
OF_THE_CLI = {"query", "output"}


def names_in(query: str) -> set[str]:
    """The fields that a query asks for: its words without the language's, texts, numbers, and what it names itself."""
    plain = re.sub(r'"[^"]*"|/[^/]*/', " ", query)
    own = set(re.findall(r"\bas (\w+)", plain))
    words = set(re.findall(r"@?[A-Za-z][\w.]*|\b1m\b", plain))
    return words - WORDS - own


class TestQueries:
    def test_they_ask_for_what_the_log_has(self, payments: Any, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0")
        payments.viewer.client.defaults |= FROM_GATEWAY
        payments.viewer.reads("payments.fraud")
        (line,) = log.requests

        assert len(QUERIES) >= 12
        for query in QUERIES:
            assert names_in(query) - set(line) - ELSEWHERE - OF_THE_API == set(), query

    def test_the_page_names_each_field_of_a_line(self, payments: Any, log: Log) -> None:
        payments.viewer.reads("payments.fraud")

        table = (DOCS / "operations.md").read_text()
        assert [name for name in log.requests[0] if f"`{name}`" not in table] == []

    def test_routes_are_the_registrys_own(self) -> None:
        from tests.test_documentation import get_resolver, walk

        routes = {route for _, route in walk(get_resolver().url_patterns)}
        asked = {route for query in QUERIES for route in re.findall(r'route = "([^"]+)"', query)}
        assert asked
        assert asked <= routes

    def test_a_field_that_is_none_is_noticed(self) -> None:
        assert names_in('filter mesage = "request" | stats avg(units) as u by route') == {"mesage", "units", "route"}


class TestCommands:
    @pytest.mark.parametrize("command", COMMANDS, ids=str)
    def test_aws_knows_it_and_each_of_its_options(self, command: str) -> None:
        _, service, operation, *words = shlex.split(command)
        client = botocore.session.get_session().create_client(service, region_name="us-east-1")
        options = {word[2:] for word in words if word.startswith("--")} - OF_THE_CLI
        if operation == "wait":
            waiter = words[0].replace("-", "_")
            assert waiter in client.waiter_names
            operation = xform_name(client.get_waiter(waiter).config.operation, "-")
        known = {xform_name(name, "-"): name for name in client.meta.method_to_api_mapping.values()}
        shape = client.meta.service_model.operation_model(known[operation]).input_shape

        members = {xform_name(name, "-") for name in shape.members}
        assert {option.removeprefix("no-") for option in options} <= members
        assert {xform_name(name, "-") for name in shape.required_members} <= options

    def test_there_are_some(self) -> None:
        assert len(COMMANDS) >= 20

    def test_what_they_name_is_in_the_stack(self) -> None:
        from tests.costing.page import STACK

        template = STACK.read_text()
        assert "PolicyName: registry\n" in template
        for name in ("RoleName: !Sub model-registry-${Stage}", "QueueName: !Sub model-registry-${Stage}-failed-events"):
            assert name in template
        assert "model-registry-${Stage}/secret-key" in template

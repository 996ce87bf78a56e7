"""Everything that reads what somebody sent before anybody is asked who that is, or row after row: with what it refuses.

A reader takes an input and gives anything, or raises one of its refusals. Every other exception is a mistake of ours.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes

from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.views import APIView

from models_app.api.filters import ModelFilterSet, ModelQuery, QueryFilterBackend
from models_app.api.instants import parse_instant
from models_app.api.pagination import PageRequest
from models_app.api.parsers import read_object
from models_app.api.problems import BodyUnreadable
from models_app.domain import clock, tickets
from models_app.domain.actors import Actor, command_line
from models_app.domain.aliases import AliasName
from models_app.domain.artifacts import parse_uri
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.errors import InvalidCursor, InvalidFields, NotFound, RegistryError
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.tokens import TokenText
from models_app.domain.versions import VersionReference
from models_app.management.importing import json_lines, rows, tables
from models_app.management.importing.entries import Entries, Unusable
from models_app.management.importing.lines import Lines
from models_app.mlflow import filters
from models_app.mlflow.refusals import MlflowRefusal
from models_app.outbox.bus import SOURCE
from registry_project import lambda_jobs, lambda_web
from tests.aws.runtime import an_event
from tests.commands.bulk import a_model, a_version, an_alias
from tests.proof.fuzzing.mutations import as_bytes

LIST = "/api/v1/models"
FACTORY = RequestFactory()


@dataclass(frozen=True)
class Reader:
    """One of them: seeds to begin with, what it raises to refuse, and its share of all inputs, in thousandths."""

    read: Callable[[Any], Any]
    seeds: list[Any]
    refusals: tuple[type[Exception], ...]
    share: int


def _request(query: bytes) -> Request:
    request = Request(FACTORY.get(LIST))
    request._request.META["QUERY_STRING"] = query.decode("latin-1")
    request.auth = command_line()
    return request


def _cursor() -> bytes:
    url = PageRequest.of(_request(b"limit=2")).link({"pk": "MODEL#payments.fraud", "sk": "V#1"}) or ""
    return url.partition("cursor=")[2].partition("&")[0].encode()


def _page(cursor: bytes) -> Any:
    return PageRequest.of(_request(b"limit=2&cursor=" + quote_from_bytes(cursor).encode())).after


def _filters(query: bytes) -> Any:
    view = APIView()
    view.filterset_class = ModelFilterSet  # type: ignore[attr-defined]
    return QueryFilterBackend().filter_queryset(_request(query), ModelQuery(), view)


def _mlflow_filter(text: bytes) -> Any:
    return filters.parse_filter(text.decode(errors="replace"), filters.OF_VERSIONS)


def _rows_of(entries: Entries, actor: Actor) -> None:
    for entry in entries:
        if entry.document is not None:
            try:
                rows.row_of(entry.document, actor=actor, team=None)
            except rows.Refusal:
                continue


def _json_lines(content: bytes) -> None:
    _rows_of(json_lines.read(Lines(io.BytesIO(content))), command_line())


def _csv(content: bytes) -> None:
    _rows_of(tables.read(Lines(io.BytesIO(content))), command_line())


def _names(text: bytes) -> None:
    """Whatever a path names, and what a header holds: each way to read a text, one after the other."""
    word = text.decode(errors="replace")
    for parse in (
        VersionLabel.parse,
        AliasName.parse,
        ModelId.parse,
        DeploymentId.parse,
        parse_instant,
        parse_uri,
        TokenText.parse,
    ):
        _refusing(parse, word)
    _refusing(lambda text: VersionReference.parse(ModelId.parse("payments.fraud"), text), word)
    _refusing(lambda text: tickets.check(text, key="k" * 60, at=clock.now()), word)


def _refusing(parse: Callable[[str], Any], text: str) -> None:
    try:
        value = parse(text)
    except (InvalidFields, NotFound, RegistryError):
        return
    if isinstance(value, VersionLabel):
        assert value.key.endswith(value)


def _event(document: Any) -> Any:
    """As far as the door: what comes behind it for a request or a job is tried elsewhere."""
    if lambda_web.is_request(document):
        return lambda_web._headers_of(document)
    return lambda_jobs.run(document)


def readers() -> dict[str, Reader]:
    """All of them, by name."""
    version = a_version(tags={"owner": "risk"}, metrics={"auc": 0.9}, metadata={"a": [1, None, 1.5]})
    lines = b"\n".join(map(as_bytes, (a_model(), version, an_alias())))
    table = (
        b"teamId,modelName,version,framework,s3Uri,tags.owner,metrics.auc,aliases,createdAt\n"
        b'payments,fraud,1.2.0,sklearn,s3://models/fraud/1,"a ""b"", c",0.9,best next,2020-01-01T00:00:00Z\n'
        b"payments,fraud,1.3.0,custom,s3://models/fraud/2,,,,\n"
    )
    report = {"ticket": "t1", "deploymentId": f"payments.{clock.new_id()}", "status": "SUCCEEDED", "detail": "done"}
    events: list[Any] = [
        an_event("GET", "/api/v1/models?limit=2", headers={"Authorization": "Bearer mr_x"}),
        an_event("POST", "/api/v1/models", {"modelName": "fraud"}),
        {"job": "relay_events"},
        {"id": "1", "source": "pipelines", "detail-type": "DeploymentStatusReported", "detail": report},
        {"id": "2", "source": SOURCE, "detail-type": "ModelVersionRegistered", "detail": {"eventId": "1"}},
    ]
    names = (
        *(b"1.2.0", b"v1.0.0-rc.1+build", b"2026-11-01", b"latest", b"@champion", b"payments.fraud.v2", b"champion"),
        *(b"payments.01J00000000000000000000000", b"2026-03-03T14:05:00Z", b"2026-03-03 14:05:00.123+02:00"),
        *(b"s3://models/fraud/1.2.0/model.joblib", TokenText.generate().text.encode()),
        tickets.issue(DeploymentId.parse(f"payments.{clock.new_id()}"), key="k" * 60, at=clock.now()).encode(),
    )
    queries = [
        b"framework=sklearn&deploymentTarget=EKS&status=REGISTERED&namePattern=fra&tag=owner:risk&tag=a",
        b"updatedAfter=2026-03-03T14:05:00Z&ordering=-updatedAt&teamId=payments",
    ]
    expressions = [
        b"name = 'fraud' AND run_id IN ('a', 'b') AND version_number >= 3",
        b"tags.owner LIKE 'risk%' and tags.`a b` != \"it''s\" AND source_path ILIKE 's3:%'",
    ]
    return {
        "bodies": Reader(
            read_object, [as_bytes(version), b'{"a": "\\ud83d\\ude00", "b": -0.0}'], (BodyUnreadable,), 360
        ),
        "names": Reader(_names, list(names), (), 150),
        "MLflow's filters": Reader(_mlflow_filter, expressions, (MlflowRefusal,), 190),
        "events": Reader(_event, events, (lambda_jobs.Refused,), 150),
        "cursors": Reader(_page, [_cursor()], (InvalidCursor, InvalidFields), 90),
        "filters": Reader(_filters, queries, (InvalidFields,), 20),
        "JSON lines": Reader(_json_lines, [lines, as_bytes(version)], (Unusable,), 20),
        "CSV": Reader(_csv, [table], (Unusable,), 20),
    }

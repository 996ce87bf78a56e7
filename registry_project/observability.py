"""Each request: its id, its deadline and its one line in the log. Nothing here ever logs a header or a body."""

from __future__ import annotations

import itertools
import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from models_app.domain.actors import Actor
from models_app.domain.clock import new_id
from models_app.domain.teams import TeamSlug
from models_app.storage.calls import REQUEST_SECONDS, deadline
from models_app.storage.metering import metered
from registry_project.tracing import trace_id, traced

log = logging.getLogger("registry.requests")

# A caller's own id helps to follow a request over several services; anything else in that header is not repeated.
CALLERS_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
ANSWERING_SECONDS = 0.5  # what it takes to say that there was not enough time
_requests_before = itertools.count()  # of this process

_in_one_line = json.JSONEncoder(ensure_ascii=False, default=str).encode
TOKENS = re.compile(
    r"mr_[0-9A-Za-z]{12}_[0-9A-Za-z]+|mrt_[a-z0-9-]+\.[0-9A-Z]{26}\.[0-9]+\.[0-9a-f]+|eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_.-]+"
)


class RequestMiddleware:
    """Give each request an id and a deadline, each answer the id, the log one line and its trace the same facts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within the deadline."""
        request.request_id = _request_id(request)  # type: ignore[attr-defined]
        is_cold = next(_requests_before) == 0
        started = time.perf_counter()
        with traced() as annotate, metered() as consumed:
            with deadline(_seconds(request)):
                response = self.get_response(request)
            response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
            about = _about(request)
            for name, value in about.items():
                annotate(name, value)
        facts: dict[str, Any] = {
            **about,
            "method": request.method,
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "calls": consumed.calls,
            "readUnits": consumed.read_units,
            "writeUnits": consumed.write_units,
            "coldStart": is_cold,
        }
        if (context := request.META.get("lambda.context")) is not None:
            facts |= {"functionVersion": context.function_version, "traceId": trace_id()}
        log.info("request", extra={"facts": facts})
        return response


def _seconds(request: HttpRequest) -> float:
    """How long the answer may take: as ever, or what Lambda leaves of a function's time, if that is less."""
    context = request.META.get("lambda.context")
    if context is None:
        return REQUEST_SECONDS
    return min(REQUEST_SECONDS, float(context.get_remaining_time_in_millis()) / 1000 - ANSWERING_SECONDS)


def _request_id(request: HttpRequest) -> str:
    """API Gateway's id, which stands in its log too; else the caller's own, if it is one; else a new one."""
    event = request.META.get("lambda.event") or {}
    if given := (event.get("requestContext") or {}).get("requestId"):
        return str(given)
    presented: str = request.META.get("HTTP_X_REQUEST_ID", "")
    return presented if CALLERS_ID.fullmatch(presented) else new_id()


def _about(request: HttpRequest) -> dict[str, str]:
    """What a request was about, as far as it got: its id, its route, who asked, and in which team."""
    match = request.resolver_match
    about = {"requestId": request.request_id, "route": match.route if match else None}  # type: ignore[attr-defined]
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        about |= {"actor": actor.name, "team": _team_of(match.kwargs if match else {}, actor)}
    elif (counted := getattr(request, "counted", None)) is not None:
        about["actor"] = counted  # refused before anything else: too many requests
    return {name: str(value) for name, value in about.items() if value is not None}


def _team_of(named: dict[str, Any], actor: Actor) -> TeamSlug | None:
    """The team that the path names, if it is one of the caller's: foreign words are not repeated. Else the only one."""
    path = next((str(named[each]) for each in ("team", "model_id", "deployment_id") if each in named), "")
    team = TeamSlug(path.partition(".")[0])
    return team if team in actor.roles else actor.only_team


class LineFormatter(logging.Formatter):
    """One JSON object a line. Whatever looks like a token is struck out, wherever it comes from.

    Powertools has a formatter too. It writes all that anybody hung on a record, and Django hangs whole requests there,
    with paths and queries; this one writes the record's ``facts`` and nothing else.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return TOKENS.sub("[token]", _in_one_line(entry))

"""Each request: its id, its deadline and its one line in the log. Nothing here ever logs a header or a body."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from models_app.domain.clock import new_id
from models_app.storage.calls import deadline

log = logging.getLogger("registry.requests")

# A caller's own id helps to follow a request over several services; anything else in that header is not repeated.
CALLERS_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
TOKENS = re.compile(
    r"mr_[0-9A-Za-z]{12}_[0-9A-Za-z]+|mrt_[a-z0-9-]+\.[0-9A-Z]{26}\.[0-9]+\.[0-9a-f]+|eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_.-]+"
)


class RequestMiddleware:
    """Give each request an id and a deadline, each answer the id, and the log one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within the deadline."""
        presented = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = presented if CALLERS_ID.fullmatch(presented) else new_id()  # type: ignore[attr-defined]
        started = time.perf_counter()
        with deadline():
            response = self.get_response(request)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        match = request.resolver_match
        facts = {
            "requestId": request.request_id,  # type: ignore[attr-defined]
            "method": request.method,
            "route": match.route if match else None,
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "actor": getattr(getattr(request, "actor", None), "name", None),
        }
        log.info("request", extra={"facts": facts})
        return response


class LineFormatter(logging.Formatter):
    """One JSON object a line. Whatever looks like a token is struck out, wherever it comes from."""

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
        return TOKENS.sub("[token]", json.dumps(entry, ensure_ascii=False, default=str))

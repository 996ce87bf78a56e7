"""Refusals outside of the API's views: Django's own, and those of forms. A page for browsers, a problem for others."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from models_app.api.negotiation import wants_page
from models_app.api.problems import CONTENT_TYPE, body_of, framework_body, headers_of
from models_app.domain.errors import RegistryError, StorageBusy
from models_app.web.frame import frame_of

log = logging.getLogger(__name__)


class RefusalMiddleware:
    """Refusals of views that are not DRF's, such as forms and signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal as a problem; anything else is our mistake and goes on to ``server_error``."""
        if not isinstance(exception, RegistryError):
            return None
        return refused(request, body_of(exception, request), headers_of(exception))


def refused(request: HttpRequest, problem: dict[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A problem, in the form that its reader understands. Who has to sign in first is sent there."""
    if not wants_page(request):
        return JsonResponse(problem, status=problem["status"], content_type=CONTENT_TYPE, headers=headers)
    if problem["status"] == HTTPStatus.UNAUTHORIZED:
        return redirect_to_login(request.get_full_path())
    try:
        context = frame_of(request) | {"problem": problem}
    except StorageBusy:  # nobody knows who is signed in: that may be just what the page is to say
        request.user = AnonymousUser()
        context = frame_of(request) | {"problem": problem}
    page = render(request, "web/problem.html", context, status=problem["status"])
    for name, value in (headers or {}).items():
        page.headers[name] = value
    return page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400: hostile hosts, cookies and the like."""
    return refused(request, framework_body(request, 400))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    return refused(request, framework_body(request, 403))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without its token."""
    return refused(request, framework_body(request, 403))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return refused(request, framework_body(request, 404))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: our mistake. The log has the traceback; the caller gets the id to ask about."""
    log.error(
        "unexpected failure",
        exc_info=sys.exc_info(),
        extra={"facts": {"requestId": getattr(request, "request_id", "")}},
    )
    return refused(request, framework_body(request, 500))

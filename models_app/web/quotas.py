"""Quotas at the door of all faces: sessions are counted here, tokens where they are read. Answers say what is left."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from models_app.api.problems import body_of, headers_of
from models_app.domain.rates import TooManyRequests
from models_app.identity import quotas
from models_app.web.refusals import refused


class QuotaMiddleware:
    """Count the requests of signed-in users, whichever face they ask, and tell every counted caller where it stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse."""
        # A session is a signed cookie: its name can be believed before the account is read.
        username = request.session.get(SESSION_KEY)
        try:
            if username:
                quotas.count(request, f"user:{username}")
        except TooManyRequests as refusal:
            response = refused(request, body_of(refusal, request), headers_of(refusal))
        else:
            response = self.get_response(request)
        standing = getattr(request, "standing", None)
        if standing is not None:
            for name, value in quotas.headers_of(standing).items():
                response.headers[name] = value
        return response

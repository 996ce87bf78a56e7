"""Quotas at the door of all faces: sessions are counted here, tokens where they are read. Answers say what is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NoReturn

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from models_app.api.problems import body_of, headers_of
from models_app.domain.errors import StorageBusy
from models_app.domain.rates import TooManyRequests
from models_app.identity import quotas
from models_app.web.refusals import refused


class QuotaMiddleware:
    """Count the requests of signed-in users, whichever face they ask, and tell every counted caller where it stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse."""
        try:
            if (username := _signed_in(request)) is not None:
                quotas.count(request, f"user:{username}")
        except TooManyRequests as refusal:
            response = refused(request, body_of(refusal, request), headers_of(refusal))
        else:
            response = self.get_response(request)
        quotas.tell(request, response)
        return response


def _signed_in(request: HttpRequest) -> str | None:
    """The user of a session, if it is alive: one that was ended must not use up what its user has. One call.

    The call is the one that pages and the API make anyway; its answer is kept with the request.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None  # whoever asks for the session makes the answer depend on cookies
    try:
        return request.user.get_username() or None
    except StorageBusy as refusal:
        # The view meets it again, and says so in its own form; but nobody asks storage again for the same.
        request.user = SimpleLazyObject(partial(_refuse, refusal))  # type: ignore[assignment]  # it stands for a user
        return None


def _refuse(refusal: StorageBusy) -> NoReturn:
    raise refusal

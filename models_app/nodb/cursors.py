"""Where the next page begins, as it stands in a link: signed, and good only for the list that it was made for."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest

CURSOR = "after"
MAX_AGE_SECONDS = 24 * 60 * 60


def sealed(place: Any, request: HttpRequest) -> str:
    """A place of this list, for a link."""
    return signing.dumps(place, salt=_list_of(request), compress=True)


def opened(request: HttpRequest) -> Any:
    """The place that a request asks for; None at the beginning.

    Raises:
        BadSignature: it is none of this list with these filters, for this user.
    """
    text = request.GET.get(CURSOR)
    return None if text is None else signing.loads(text, salt=_list_of(request), max_age=MAX_AGE_SECONDS)


def link(place: Any, request: HttpRequest) -> str | None:
    """The query of the next page's link, or None where there is no next page."""
    if place is None:
        return None
    query = request.GET.copy()
    query[CURSOR] = sealed(place, request)
    return f"?{query.urlencode()}"


def _list_of(request: HttpRequest) -> str:
    filters = sorted((name, value) for name, values in request.GET.lists() for value in values if name != CURSOR)
    return f"nodb.cursor|{request.path}|{filters}|{request.user.pk}"

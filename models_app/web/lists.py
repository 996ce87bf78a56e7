"""Where forms that narrow a list lead: to the list, without the fields that were left empty.

A browser sends empty fields too; the API takes a parameter that is empty for a mistake, and is right to.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@require_safe
def narrowed(request: HttpRequest, route: str) -> HttpResponse:
    """To the list of that route. A date is sent on as the instant in which it begins."""
    query = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        query.setlist(name, [_instant(name, value) for value in values if value.strip()])
    path = reverse(route)
    text = query.urlencode()
    return HttpResponseRedirect(f"{path}?{text}" if text else path)


def _instant(name: str, value: str) -> str:
    return f"{value}T00:00:00Z" if name == "updatedAfter" and DATE.fullmatch(value) else value

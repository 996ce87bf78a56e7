"""The application for any WSGI server."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

from models_app.nodb.base import leave_requests_alone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
django = get_wsgi_application()


def load() -> None:
    """Load what the first request would have to load, and leave all of it alone from then on.

    The garbage collector would look through 300,000 objects that stay for good again and again: a tenth of what a page
    of models takes.
    """
    leave_requests_alone()
    for pattern in get_resolver().url_patterns:
        getattr(pattern, "url_patterns", None)
    gc.collect()
    gc.freeze()


load()

CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


def application(variables: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, kept from the content types that it fails on."""
    if content_type := variables.get("CONTENT_TYPE"):
        variables["CONTENT_TYPE"] = readable(content_type)
    return django(variables, start_response)


def readable(content_type: str) -> str:
    """A content type that Django can read; where it is none, its media type with a charset that nobody knows.

    Django reads the query, too, in the charset of the body, and breaks off before anything of ours is asked where that
    is no charset of texts (``charset=hex``), or a parameter names one that is none (``x*=hex''y``). The name put in its
    place is unknown to all, and refused with the body.

    >>> readable("application/json; charset*=hex")
    'application/json; charset=unsupported'
    """
    try:
        _, parameters = parse_header_parameters(content_type)
        if parameters.get("charset", "utf-8").lower() in CHARSETS:
            return content_type
    except ValueError:
        pass
    return f"{content_type.partition(';')[0]}; charset=unsupported"

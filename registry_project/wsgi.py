"""The application for any WSGI server."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
django = get_wsgi_application()

OTHER_CHARSET = re.compile(r"charset\s*=\s*\"?(?!utf-?8\b|us-ascii\b)[^;\"\s]*\"?", re.IGNORECASE)


def application(variables: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, kept from the charsets that it fails on.

    Django reads the query, too, in the charset of the body, and breaks off before anything of ours is asked where that
    is no charset of texts (``hex``, say). The name put in its place is unknown to all, and refused with the body.
    """
    content_type = variables.get("CONTENT_TYPE", "")
    if OTHER_CHARSET.search(content_type):
        variables["CONTENT_TYPE"] = OTHER_CHARSET.sub("charset=unsupported", content_type)
    return django(variables, start_response)

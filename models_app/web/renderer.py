"""The API's answers as pages, for browsers. The data is what JSON would hold; a page may read some more."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import resolve_url
from django.template import loader
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.negotiation import RAW
from models_app.web.frame import frame_of
from models_app.web.pages import PAGES

RAW_TEMPLATE = "web/raw.html"
PROBLEM_TEMPLATE = "web/problem.html"


class PageRenderer(BrowsableAPIRenderer):
    """A page of our own where there is one, and otherwise the raw view: the request and its JSON answer.

    A page shows more than the answer that its ETag names, so it carries none: a browser asks anew each time.
    """

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        """The page. A caller who has to sign in first is sent there."""
        request: Request = renderer_context["request"]
        response: Response = renderer_context["response"]
        del response.headers["ETag"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            if "Authorization" not in request.headers:
                return self._to_sign_in(request, response)
            request.user = AnonymousUser()  # whose token is refused shall hear so, and has no use for a form
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            return self._page(PROBLEM_TEMPLATE, request, {"problem": data})
        page = PAGES.get(getattr(request.resolver_match, "url_name", "")) if request.method in {"GET", "HEAD"} else None
        if page is None or request.query_params.get("format") == RAW:
            return self._page(RAW_TEMPLATE, request, {"answer": response, "text": _indented(data)})
        return self._page(page.template, request, page.context(renderer_context["view"], data))

    def _page(self, template: str, request: Request, context: dict[str, Any]) -> str:
        return loader.render_to_string(template, frame_of(request) | context, request=request._request)  # noqa: SLF001 - Django's

    def _to_sign_in(self, request: Request, response: Response) -> str:
        response.status_code = HTTPStatus.FOUND
        response.headers["Location"] = (
            f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
        )
        del response.headers["WWW-Authenticate"]
        return ""


def _indented(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, default=str)

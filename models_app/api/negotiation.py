"""Which form an answer takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# ``?format=json`` is JSON in a browser too; ``?format=raw`` is a page that shows the JSON and how to ask for it.
FORMAT, JSON, RAW = "format", "json", "raw"
# Read by itself: a query that Django refuses to read has to be refused in some form, too.
ASKED = re.compile(rf"(?:^|&){FORMAT}=({JSON}|{RAW})(?:&|$)")


class JSONUnlessPage(BaseContentNegotiation):
    """JSON, whatever is accepted, but for browsers: who gets JSON unasked is helped, who gets 406 is not."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser for the body's media type, or None."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The view's first renderer, or its page for whoever wants one."""
        offered = list(renderers)
        pages = [each for each in offered if each.media_type == "text/html"]
        chosen = pages[0] if pages and wants_page(request) else offered[0]
        return chosen, chosen.media_type or ""


def wants_page(request: Any) -> bool:
    """Whether a browser asks: it names HTML, and JSON not at all."""
    if asked := ASKED.search(request.META.get("QUERY_STRING", "")):
        return asked[1] == RAW
    accepted = request.META.get("HTTP_ACCEPT", "").lower()
    return "text/html" in accepted and "json" not in accepted

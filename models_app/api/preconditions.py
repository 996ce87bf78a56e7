"""ETags on the wire (RFC 9110, section 13)."""

from __future__ import annotations

import re

from rest_framework.request import Request

from models_app.services.preconditions import Expected

ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')


class Anything:
    """What ``If-Match: *`` names: whatever stands, as long as something does."""

    def __contains__(self, etag: object) -> bool:
        return etag is not None


def quoted(etag: str) -> str:
    """An etag as a header has it."""
    return f'"{etag}"'


def expected_of(request: Request) -> Expected:
    """The states that a writer is willing to replace; None where it does not say.

    ``If-None-Match: *`` means: only if there is none. Weak tags never match, as the RFC has it for writes.
    """
    if_match = request.META.get("HTTP_IF_MATCH")
    if if_match is not None:
        return Anything() if if_match.strip() == "*" else _strong(if_match)
    if request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
        return {None}
    return None


def is_known(request: Request, etag: str) -> bool:
    """Whether a reader has this state already."""
    if_none_match = request.META.get("HTTP_IF_NONE_MATCH", "")
    return if_none_match.strip() == "*" or etag in {tag for _, tag in ENTITY_TAG.findall(if_none_match)}


def _strong(header: str) -> set[str | None]:
    return {tag for weak, tag in ENTITY_TAG.findall(header) if not weak}

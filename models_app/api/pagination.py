"""Pages and their cursors. A cursor is sealed, and good only for the list, filters and teams that it was made for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.negotiation import FORMAT
from models_app.domain.errors import InvalidCursor, InvalidFields
from models_app.domain.pages import StartKey
from models_app.identity.authentication import actor_of

DEFAULT_LIMIT = 50
MAX_LIMIT = 100
LIMIT_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
LIMITS = frozenset(map(str, range(1, MAX_LIMIT + 1)))
MAX_AGE_SECONDS = 7 * 24 * 60 * 60
MAX_CURSOR_BYTES = 8192
# Base64's reader skips whatever is not of its alphabet, so a cursor with something added would open, too.
SEALED = re.compile(r"[A-Za-z0-9_-]+={0,2}")

LIMIT, CURSOR = "limit", "cursor"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for: so many items, and where to begin (None: at the beginning)."""

    request: Request
    limit: int
    after: Any

    @classmethod
    def of(cls, request: Request) -> PageRequest:
        """Read ``limit`` and ``cursor``.

        Raises:
            InvalidFields: the limit is no number from 1 to 100.
            InvalidCursor: the cursor is not one of ours for this list.
        """
        text = request.query_params.get(LIMIT, str(DEFAULT_LIMIT))
        if text not in LIMITS:
            raise InvalidFields.one(LIMIT, "out-of-range", f"A page has 1 to {MAX_LIMIT} items.")
        cursor = request.query_params.get(CURSOR)
        return cls(request, int(text), None if cursor is None else _open(cursor, request, request.path))

    def answer(self, items: Sequence[Any], following: Any) -> Response:
        """The page as DRF answers it. ``following`` is where the next one begins, or None."""
        return Response({"next": self.link(following), "previous": None, "results": items})

    def link(self, following: Any, *, path: str | None = None) -> str | None:
        """The URL of the next page; of another path, if this list goes on there."""
        if following is None:
            return None
        query = self.request.query_params.copy()
        query[CURSOR] = _seal(following, self.request, unquote(path or self.request.path))
        return self.request.build_absolute_uri(f"{path or self.request.path}?{query.urlencode()}")


class CursorPagination(BasePagination):
    """What the schema says of pages; the views read them through ``PageRequest``."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """DRF's form, with ``previous`` always null: pages are read forwards."""
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "Where the next page is; null on the last one. A short page may have a next.",
                },
                "previous": {"type": "null"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """``limit`` and ``cursor``."""
        return [
            {
                "name": LIMIT,
                "in": "query",
                "schema": LIMIT_SCHEMA,
                "description": "How many items a page has at most.",
            },
            {
                "name": CURSOR,
                "in": "query",
                "schema": {"type": "string"},
                "description": "Where to go on, from the `next` of the page before. Good for a week.",
            },
        ]


def _seal(following: StartKey | Mapping[str, Any], request: Request, path: str) -> str:
    return _box(request, path).encrypt(json.dumps(following).encode()).decode()


def _open(cursor: str, request: Request, path: str) -> Any:
    if not SEALED.fullmatch(cursor):
        raise InvalidCursor
    try:
        return json.loads(_box(request, path).decrypt(cursor.encode()[:MAX_CURSOR_BYTES], ttl=MAX_AGE_SECONDS))
    except InvalidToken:
        raise InvalidCursor from None


def _box(request: Request, path: str) -> Fernet:
    """The key of a cursor, made from what it is bound to: the list, its filters, and the teams of whoever asks.

    Encrypted rather than signed: where a page ends is the business of storage, and no client shall come to read it.
    """
    actor = actor_of(request)
    teams = "*" if actor.is_platform_admin else ",".join(sorted(actor.roles))
    query = sorted((name, value) for name, values in request.query_params.lists() for value in values)
    filters = [pair for pair in query if pair[0] not in {LIMIT, CURSOR, FORMAT}]
    bound_to = f"cursor|{path}|{filters}|{teams}"
    return Fernet(base64.urlsafe_b64encode(salted_hmac(bound_to, "", algorithm="sha256").digest()))

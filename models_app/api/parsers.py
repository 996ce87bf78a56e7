"""Reading bodies. What cannot be read without doubt is refused; ``domain.documents`` says what that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from models_app.api.problems import BodyTooLarge, BodyUnreadable, MediaTypeUnsupported
from models_app.domain import documents

MAX_BYTES = 1024 * 1024


class StrictJSONParser(BaseParser):
    """``application/json``, in UTF-8, one object."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object in the body.

        Raises:
            BodyTooLarge: more than 1 MB.
            MediaTypeUnsupported: another charset than UTF-8, or compressed.
            BodyUnreadable: no JSON object, or one that could be read in two ways.
        """
        request = (parser_context or {})["request"]
        charset = request._request.content_params.get("charset", "utf-8")  # noqa: SLF001 - DRF's way to Django's request
        if charset.lower() not in {"utf-8", "utf8", "us-ascii"} or "HTTP_CONTENT_ENCODING" in request.META:
            raise MediaTypeUnsupported
        if announced_bytes(request) > MAX_BYTES:
            raise BodyTooLarge
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise BodyTooLarge
        return read_object(body)


class MergePatchParser(StrictJSONParser):
    """``application/merge-patch+json`` (RFC 7396), for PATCH."""

    media_type = "application/merge-patch+json"


def announced_bytes(request: Request) -> int:
    """How long the body is said to be; 0 where there is none.

    Raises:
        BodyUnreadable: the length is no number.
    """
    length: str = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()):
        raise BodyUnreadable("The Content-Length is not a number.")
    return int(length[: documents.MAX_DIGITS])


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in some bytes.

    >>> read_object(b'{"accuracy": 0.5}')
    {'accuracy': 0.5}

    Raises:
        BodyUnreadable: it is none, or could be read in two ways.
    """
    try:
        return documents.read_object(body.decode("utf-8"), name="The body")
    except UnicodeDecodeError:
        raise BodyUnreadable("The body is not UTF-8.") from None
    except documents.Unreadable as wrong:
        raise BodyUnreadable(str(wrong)) from None

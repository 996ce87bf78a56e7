"""``Idempotency-Key`` on the wire: who repeats a request under its key gets the first one's answer, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.domain import clock
from models_app.domain.idempotency import MAX_LENGTH, AnsweredBefore, IdempotencyKey, Kept
from models_app.domain.teams import TeamSlug
from models_app.identity.authentication import actor_of
from models_app.services.idempotency import Once

T = TypeVar("T")

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[ -~]+$", "minLength": 1, "maxLength": MAX_LENGTH},
    OpenApiParameter.HEADER,
    description="The same key with the same body gets the same answer for 24 hours; with another body, 422.",
)


def answer_once(
    request: Request,
    *,
    team: TeamSlug,
    body: Mapping[str, Any],
    do: Callable[[Once[T] | None], T],
    answer: Callable[[T], Response],
) -> Response | HttpResponse:
    """Do what a request asks and answer it; under a key that was used before, only give that answer again.

    Raises:
        InvalidFields: the key is empty or too long.
        KeyReused: the key belongs to another request.
    """
    text = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if text is None:
        return answer(do(None))
    path = request.get_full_path()
    key = IdempotencyKey.of(text, actor=actor_of(request), team=team, path=path, body=body)
    try:
        return answer(do(Once(key, lambda done: _kept(key, answer(done)))))
    except AnsweredBefore as before:
        return _again(before.kept)


def _kept(key: IdempotencyKey, response: Response) -> Kept:
    """An answer as it will be sent: by the only renderer that the API has."""
    text = JSONRenderer().render(response.data).decode()
    # Until it is rendered, a response has a media type that is not yet its own.
    headers = {name: value for name, value in response.items() if name != "Content-Type"}
    return key.keep(status=response.status_code, headers=headers, body=text, at=clock.now())


def _again(kept: Kept) -> HttpResponse:
    return HttpResponse(kept.body, status=kept.status, headers=kept.headers, content_type="application/json")

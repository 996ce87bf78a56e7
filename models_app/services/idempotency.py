"""Doing a request once only, however often it comes: the answer is kept in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from models_app.domain import clock
from models_app.domain.errors import Conflict, Invalid, NotFound
from models_app.domain.idempotency import IdempotencyKey, Kept
from models_app.storage import idempotency
from models_app.storage.transactions import Write

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Once(Generic[T]):
    """A request under a key.

    Attributes:
        answer: what will be answered once this is done, in the form in which it is kept.
    """

    key: IdempotencyKey
    answer: Callable[[T], Kept]


def keeping(once: Once[T] | None, done: T, *, at: datetime) -> list[Write]:
    """The write that keeps the answer; none without a key. It goes first, so that its refusal is told first.

    It finds by itself whether the request was made before: a key costs no call.
    """
    return [idempotency.keeping(once.key, once.answer(done), at=at)] if once is not None else []


@contextmanager
def answered_once(once: Once[T] | None) -> Iterator[None]:
    """Around a request, once it is permitted: a refusal may be due to the very same request, made before.

    Such as a version that is deployed already, by this order. One call, and only where there is a key and a refusal.

    Raises:
        AnsweredBefore: it was made before under its key.
        KeyReused: the key belongs to another request.
    """
    try:
        yield
    except (Conflict, Invalid, NotFound) as refusal:
        kept = idempotency.find(once.key) if once is not None else None
        if once is None or kept is None or not kept.stands(at=clock.now()):
            raise
        raise once.key.meets(kept) from refusal

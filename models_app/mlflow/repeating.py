"""A registration that comes twice because its answer got lost is answered once more, and made once.

MLflow's client repeats what it got no answer to, byte for byte, and sends no key that would tell a repetition from a
second registration of the same thing. But it follows redirects, and repeats what it was redirected to: so it is sent
on, once, to an address with a key in it. See docs/decisions/016-creates-are-safe-to-repeat.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from models_app.domain import clock
from models_app.domain.documents import canonical_json
from models_app.domain.idempotency import AnsweredBefore, IdempotencyKey
from models_app.mlflow.calls import ONCE, Call
from models_app.services.idempotency import Once

T = TypeVar("T")


class SentOn(Exception):
    """The client shall ask again at an address of its own; ``location`` is that, relative to where it asked."""

    def __init__(self, address: str) -> None:
        self.location = f"{address.rpartition('/')[2]}?{urlencode({ONCE: clock.new_id()})}"
        super().__init__("the client is sent on")


def answer_once(
    call: Call, *, address: str, do: Callable[[Once[T] | None], T], answer: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Do what a call asks and answer it; under a key that was used before, only give that answer again.

    A key costs no call. Without one, MLflow's client is sent on to get one, and others are taken at their word.

    Raises:
        SentOn: to MLflow's client.
        KeyReused: the key belongs to another request.
    """
    if call.key is None:
        if call.follows_redirects:
            raise SentOn(address)
        return answer(do(None))
    key = IdempotencyKey.of(call.key, actor=call.actor, team=call.team, path=address, body=call.given)

    def kept(done: T) -> Any:
        return key.keep(status=200, headers={}, body=canonical_json(answer(done)), at=clock.now())

    try:
        return answer(do(Once(key, kept)))
    except AnsweredBefore as before:
        again: dict[str, Any] = json.loads(before.kept.body)
        return again

"""The answers that are kept under Idempotency-Keys."""

from __future__ import annotations

import json
from datetime import datetime

from models_app.domain.documents import canonical_json
from models_app.domain.idempotency import IdempotencyKey, Kept
from models_app.storage import table
from models_app.storage.pages import read_item
from models_app.storage.table import IdempotencyItem, RegistryItem
from models_app.storage.transactions import Refused, Verb, Write


def find(key: IdempotencyKey) -> Kept | None:
    """What was answered under a key, expired answers too, or None. One call."""
    raw = read_item(table.idempotency_partition(key.scope), table.IDEMPOTENCY)
    return _kept(IdempotencyItem.from_raw_data(raw)) if raw else None


def keeping(key: IdempotencyKey, kept: Kept, *, at: datetime) -> Write:
    """The answer to a request, unless another one stands under its key: then that is what the refusal brings."""
    item = IdempotencyItem(
        pk=table.idempotency_partition(key.scope),
        sk=table.IDEMPOTENCY,
        request=kept.request,
        status=kept.status,
        headers=canonical_json(kept.headers),
        body=kept.body,
        expires_at=kept.expires_at,
    )
    free = IdempotencyItem.pk.does_not_exist() | (IdempotencyItem.expires_at <= int(at.timestamp()))

    def refusal(standing: RegistryItem | None) -> Exception:
        return key.meets(_kept(standing)) if isinstance(standing, IdempotencyItem) else Refused(standing)

    return Write(Verb.PUT, item, free, refusal)


def _kept(item: IdempotencyItem) -> Kept:
    return Kept(
        request=item.request,
        status=int(item.status),
        headers=json.loads(item.headers),
        body=item.body,
        expires_at=int(item.expires_at),
    )

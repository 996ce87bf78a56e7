"""Items that are read again unchanged, as most of a list are: known by their whole text, and not taken apart anew.

Nothing is asked less often for it, and nothing old is told: what storage answers is looked up, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import orjson

from models_app.storage.attributes import RawItem

T = TypeVar("T")

# A model that is remembered takes some ten kilobytes, and the largest thirteen: together seven megabytes at the most.
MOST_ITEMS = 500
MOST_BYTES = 2000


def remembering(make: Callable[[RawItem], T]) -> Callable[[RawItem], T]:
    """``make``, done once for items that are the same. Who gets what it made shares it, and leaves it as it is."""

    @lru_cache(maxsize=MOST_ITEMS)
    def made(text: bytes) -> T:
        return make(orjson.loads(text))

    def known(raw: RawItem) -> T:
        text = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)  # storage tells attributes in any order
        return made(text) if len(text) <= MOST_BYTES else make(raw)

    return known

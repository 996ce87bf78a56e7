"""Users' JSON as text. What a user sent comes back number for number: it is never taken apart into storage types."""

from __future__ import annotations

import json
from typing import Any

Json = Any


def canonical_json(document: Json) -> str:
    """One text for one document: keys sorted, no white space, UTF-8 as it is, no NaN.

    Whole numbers keep all their digits, and floats are written in the shortest form that reads back as the same double.

    >>> canonical_json({"b": 1.0, "a": [12345678901234567890, -0.0]})
    '{"a":[12345678901234567890,-0.0],"b":1.0}'
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def size_bytes(document: Json) -> int:
    """The size of the canonical text in UTF-8, which is what limits are counted in."""
    return len(canonical_json(document).encode(errors="surrogatepass"))

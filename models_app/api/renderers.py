"""How answers are written as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer


class QuickJSONRenderer(JSONRenderer):
    """JSON of answers without numbers of callers' own, in a tenth of the time.

    orjson knows no whole numbers beyond 64 bits, and spells floats its own way: what a caller sent must not pass here.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """The answer's content."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)

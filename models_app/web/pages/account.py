"""Who the registry takes one for."""

from __future__ import annotations

from typing import Any

from models_app.web.pages.page import View


def of_caller(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """The caller, as the API says it."""
    return {"caller": answer}

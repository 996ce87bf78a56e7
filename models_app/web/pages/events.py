"""History: of a model, and of a team."""

from __future__ import annotations

from typing import Any

from models_app.web.pages.feed import entries_of
from models_app.web.pages.page import View, first_page


def of_list(view: View, answer: dict[str, Any]) -> dict[str, object]:
    """A page of history."""
    return {
        "feed": entries_of(answer["results"], actor=view.actor),
        "subject": view.kwargs.get("model_id") or view.own_team,
        "model_id": view.kwargs.get("model_id"),
        "next": answer["next"],
        "first": first_page(view),
    }

"""What a page is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:  # DRF loads the renderer, and so this, before there can be views
    from models_app.api.viewsets import RegistryViewSet

View: TypeAlias = "RegistryViewSet"


@dataclass(frozen=True, slots=True)
class Page:
    """A template, and what it gets to know.

    Attributes:
        template: its name.
        context: from the view, which knows who asks and for what, and the answer as JSON would have it: the page's
            own names. It may read more through the services; each such read is one more call, and tests count them.
    """

    template: str
    context: Callable[[View, Any], dict[str, object]]


def first_page(view: View) -> str | None:
    """The address of a list's first page, from a further one."""
    query = view.request.query_params.copy()
    if not query.pop("cursor", None):
        return None
    return f"{view.request.path}?{query.urlencode()}"

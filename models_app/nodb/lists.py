"""The admin's list: one page of a repository, with a link to the next one."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldError
from django.core.paginator import Paginator
from django.core.signing import BadSignature
from django.http import HttpRequest

from models_app.nodb import cursors
from models_app.nodb.queries import RowQuerySet


class RowChangeList(ChangeList):
    """Django's ChangeList without counting, sorting and page numbers."""

    next_page: str | None
    first_page: str | None

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The query's parameters without the cursor, which narrows nothing."""
        found: dict[str, Any] = super().get_filters_params(params)
        found.pop(cursors.CURSOR, None)
        return found

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """A link to another list: it begins at its first page."""
        return super().get_query_string(new_params, [*(remove or ()), cursors.CURSOR])

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> RowQuerySet:
        """The rows that filters and search leave.

        Raises:
            IncorrectLookupParameters: the query names something that the list cannot be narrowed by.
        """
        self.filter_specs, self.has_filters, rest, _, self.has_active_filters = self.get_filters(request)
        found: Any = self.root_queryset
        if set(rest) - found.repository.filters:
            raise IncorrectLookupParameters
        wanted = {name: values[-1] for name, values in request.GET.lists() if name in rest}
        try:
            for spec in self.filter_specs:
                narrowed = spec.queryset(request, found)
                found = found if narrowed is None else narrowed
            found = found.filter(**wanted)
        except FieldError as wrong:
            raise IncorrectLookupParameters(wrong) from wrong
        self.clear_all_filters_qs = self.get_query_string(remove=list(self.get_filters_params()))
        narrowed, _ = self.model_admin.get_search_results(request, found, self.query)
        return narrowed  # type: ignore[return-value]  # it came from us

    def get_results(self, request: HttpRequest) -> None:
        """Read the page.

        Raises:
            IncorrectLookupParameters: the cursor is none of this list's.
        """
        try:
            after = cursors.opened(request)
        except BadSignature as wrong:
            raise IncorrectLookupParameters(wrong) from wrong
        rows = self.queryset.page(limit=self.list_per_page, after=after)
        self.result_list = list(rows.items)
        # How many there are in all is not known; equal numbers keep the templates from offering "show all".
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = self.show_admin_actions = True
        self.can_show_all = self.multi_page = False
        self.paginator = Paginator(self.result_list, self.list_per_page)
        # Django's template tag would resolve each row's address before adding this: a fifth of the page's time.
        self.way_back = f"?{self.preserved_filters}" if self.preserved_filters else ""
        self.preserved_filters = ""
        self.next_page = cursors.link(rows.next, request)
        self.first_page = self.get_query_string() if after is not None else None

    def url_for_result(self, result: Any) -> str:
        """A row's address, with the way back to this list."""
        return f"{super().url_for_result(result)}{self.way_back}"

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """None: the order is the repository's."""
        return {}

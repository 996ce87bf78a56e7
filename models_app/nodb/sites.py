"""Django's AdminSite and ModelAdmin over rows: each override stands where Django would reach for SQL, and says so."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin, ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets, quote, unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from models_app.nodb import cursors
from models_app.nodb.forms import RowForm
from models_app.nodb.lists import RowChangeList
from models_app.nodb.queries import Repository, RowQuerySet, Rows

MOST_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a history."""

    at: datetime
    who: str
    what: str
    about: str = ""
    url: str = ""
    details: Sequence[tuple[str, str]] = ()


class RowSite(AdminSite):
    """An AdminSite whose refusals are pages, and whose recent actions are the index's own business."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register a presentation model, and give it the content type that the forms' templates ask for."""
        super().register(model_or_iterable, admin_class, **options)
        for model in model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]:
            label, name = model._meta.app_label, model._meta.model_name
            kind = ContentType(id=zlib.crc32(f"{label}.{name}".encode()), app_label=label, model=name)
            ContentType.objects._add_to_cache("default", kind)  # type: ignore[attr-defined]  # else Django queries

    def get_urls(self) -> list[Any]:
        """Django's, without two that look things up in SQL tables."""
        return [
            each for each in super().get_urls() if getattr(each, "name", "") not in {"autocomplete", "view_on_site"}
        ]

    def get_log_entries(self, request: HttpRequest) -> Any:
        """None: there is no table of log entries."""
        return ()

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A view of this site; what it refuses is answered with a page."""

        def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                response: HttpResponse = view(request, *args, **kwargs)
            except Exception as refusal:
                if (told := self.told(refusal)) is None:
                    raise
                return self.refuse(request, *told)
            return response

        answering.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
        return super().admin_view(answering, cacheable)

    def told(self, refusal: Exception) -> tuple[int, str] | None:
        """Status and sentence of a refusal; None for what is no refusal but a mistake."""
        if isinstance(refusal, Http404):
            return 404, "Nothing lives at this address."
        if isinstance(refusal, PermissionDenied):
            return 403, "You may not do this."
        return None

    def refuse(self, request: HttpRequest, status: int, sentence: str) -> HttpResponse:
        """The page of a refusal."""
        context = {**self.each_context(request), "title": "This did not work", "sentence": sentence}
        return TemplateResponse(request, "nodb/refused.html", context, status=status)


class RowAdmin(ModelAdmin):  # type: ignore[type-arg]  # Django's is no generic at run time
    """A ModelAdmin over a repository.

    A subclass gives a ``repository``, and overrides ``save_model`` and ``delete_model`` to hand the values to whoever
    writes. What those refuse they raise as ValidationError: it is shown beside the fields, and nothing typed is lost.

    Attributes:
        add_fields: the fields of the form for a new row; ``fields`` are those of one that stands.
        row_actions: the actions that a row's own page offers, with what stands on the button.
    """

    form = RowForm
    add_fields: Sequence[str] = ()
    row_actions: ClassVar[Mapping[str, str]] = MappingProxyType({})
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    change_list_template = "nodb/change_list.html"
    change_form_template = "nodb/change_form.html"
    object_history_template = "nodb/history.html"

    # Reading ----------------------------------------------------------------------------------------------------------

    def repository(self, request: HttpRequest) -> Repository:
        """Where the rows come from, on behalf of the one who asks."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> RowQuerySet:
        """The rows, instead of the manager's."""
        return RowQuerySet(self.model, self.repository(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RowChangeList]:
        """Pages with cursors."""
        return RowChangeList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search by prefix, instead of ``icontains``."""
        return queryset.starting_with(search_term.strip()), False

    # Forms ------------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form of this request, with the fields of its page; with the refusal, where its write was refused."""
        form = super().get_form(request, obj, change=change, **kwargs)
        shown = set(flatten_fieldsets(self.get_fieldsets(request, obj)))
        unwanted = {name: None for name in form.base_fields if name not in shown}  # Django keeps what is declared
        facts = {"request": request, "refusal": getattr(request, "refusal", None)}
        return type(form.__name__, (form,), unwanted | facts)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """``add_fields`` for a new row; for one that stands ``fields``, with its revision if it may be changed."""
        if obj is None:
            return self.add_fields
        return [*(self.fields or ()), *(["revision"] if self.has_change_permission(request, obj) else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those that never change once a row stands."""
        return () if obj is None else self.readonly_fields

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Add or change a row. What was refused after the form was found valid goes through the form once more."""
        context = {"row_actions": self._row_actions(request) if object_id else [], **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except ValidationError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the form's values to whoever writes. ValidationError: refused."""
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Have a row deleted. ValidationError: refused."""
        raise NotImplementedError

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Ask, then delete; a refusal leads back to the row."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError as refusal:
            self.message_user(request, sentence_of(refusal), messages.ERROR)
            return HttpResponseRedirect(self.url("change", unquote(object_id)))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What a deletion would take along, which Django would collect over relations: the rows alone."""
        return [str(row) for row in objs], {}, set(), self.blockers(request, objs)

    def blockers(self, request: HttpRequest, rows: Iterable[Any]) -> list[str]:
        """What forbids deleting these rows, as far as that can be said before trying."""
        return []

    # The writer keeps the record of what was done, in the same breath: Django's log has nothing to add.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing."""

    # History ----------------------------------------------------------------------------------------------------------

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """A page of what happened to a row, the newest first: ``Entry`` rows."""
        raise NotImplementedError

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page of what happened to a row."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        try:
            entries = self.history(request, row, after=cursors.opened(request))
        except BadSignature:
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {row}",
            "entries": entries.items,
            "older": cursors.link(entries.next, request),
            "opts": self.opts,
            "object": row,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    # Actions ----------------------------------------------------------------------------------------------------------

    def action_checkbox(self, obj: Any) -> SafeString:
        """A row's checkbox, as Django makes it, without rendering a widget's template for each."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="Select {} for an action">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            obj,
        )

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> NoReturn:
        """Refuse: ``run`` deletes one row after the other, and tells what became of each."""
        raise NotImplementedError

    def run(
        self,
        request: HttpRequest,
        rows: Iterable[Any],
        deed: Callable[[Any], object],
        *,
        done: str,
        question: str = "",
    ) -> HttpResponse | None:
        """Do something to each row, after asking if there is a question, and tell what became of it."""
        rows = list(rows)
        if question and rows and "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "Are you sure?",
                "question": question,
                "rows": rows,
                "action": request.POST.getlist("action")[0],
                "checkbox": ACTION_CHECKBOX_NAME,
                "opts": self.opts,
            }
            return TemplateResponse(request, "nodb/confirm.html", context)
        refused = []
        for row in rows:
            try:
                deed(row)
            except ValidationError as refusal:
                refused.append(f"{row}: {sentence_of(refusal)}")
        if len(refused) < len(rows):
            self.message_user(request, f"{done}: {len(rows) - len(refused)}.", messages.SUCCESS)
        if not rows:
            self.message_user(request, "Nothing of what was selected is there any more.", messages.WARNING)
        for sentence in refused[:MOST_TOLD]:
            self.message_user(request, sentence, messages.ERROR)
        if len(refused) > MOST_TOLD:
            self.message_user(request, f"{len(refused) - MOST_TOLD} more were refused.", messages.ERROR)
        return None

    def _row_actions(self, request: HttpRequest) -> list[tuple[str, str]]:
        allowed = self.get_actions(request)
        return [(name, label) for name, label in self.row_actions.items() if name in allowed]

    def url(self, page: str, key: str | None = None) -> str:
        """The address of a page of this admin: ``changelist``, ``add``; or of a row: ``change``, ``history``."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=() if key is None else (quote(key),))


def sentence_of(refusal: ValidationError) -> str:
    """A refusal on one line."""
    return " ".join(refusal.messages)

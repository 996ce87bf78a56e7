"""Filters of lists, declared with django-filter over a query that is no QuerySet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import django_filters
from django import forms
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from models_app.api.instants import parse_instant
from models_app.domain.annotations import MAX_TAG_KEY, MAX_TAG_VALUE
from models_app.domain.errors import FieldError, InvalidFields
from models_app.domain.frameworks import Framework, Target
from models_app.domain.models import ModelFilter
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionStatus
from models_app.models import User

MAX_TAG_FILTERS = 10
LONGEST_TAG = MAX_TAG_KEY + len(":") + MAX_TAG_VALUE
ORDERINGS = (("modelId", "By id"), ("-updatedAt", "The last changed first"))


@dataclass(frozen=True, slots=True)
class ModelQuery:
    """What a list of models is asked for. It has the few methods that django-filter calls on a QuerySet."""

    team: TeamSlug | None = None
    by_update: bool = False
    narrowed: ModelFilter = field(default_factory=ModelFilter)

    model: ClassVar[Any] = User  # django-filter wants some Django model there and never looks at it

    def all(self) -> ModelQuery:
        """Itself: it never changes."""
        return self


class ParsedField(forms.CharField):
    """A text that a value of the domain is read from; its refusal is the parameter's."""

    def __init__(self, *, parse: Callable[[str], Any] = str, **kwargs: Any) -> None:
        self.parse = parse
        super().__init__(strip=False, **kwargs)

    def clean(self, value: Any) -> Any:
        """The value, or None where the parameter is missing."""
        text = super().clean(value)
        try:
            return None if value is None else self.parse(text)
        except InvalidFields as refusal:
            [wrong] = refusal.errors
            raise forms.ValidationError(wrong.detail, code=wrong.code) from refusal


class RepeatedWidget(forms.Widget):
    """A parameter that may stand several times."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """All its values."""
        return data.getlist(name) if hasattr(data, "getlist") else list(data.get(name, []))


class TagsField(forms.Field):
    """A list of tags."""

    widget = RepeatedWidget

    def clean(self, value: list[str]) -> list[str]:
        """The tags, if they are few and none is empty or too long for one."""
        words: list[str] = super().clean(value)
        if len(words) > MAX_TAG_FILTERS or any(not 1 <= len(word) <= LONGEST_TAG for word in words):
            raise forms.ValidationError(f"Up to {MAX_TAG_FILTERS} tags, each a key or key:value.", code="invalid")
        return words


class TagsFilter(django_filters.Filter):
    """A parameter that narrows further each time it stands."""

    field_class = TagsField


class ParsedFilter(django_filters.Filter):
    """A parameter with a value of the domain."""

    field_class = ParsedField


class ModelFilterSet(django_filters.FilterSet):
    """The filters of ``GET /models``. All must hold."""

    teamId = ParsedFilter(method="by_team", parse=TeamSlug.parse, label="Models of this team only.")
    framework = ParsedFilter(method="by_framework", parse=Framework.parse, label="Framework of the latest version.")
    deploymentTarget = ParsedFilter(method="by_target", parse=Target.parse, label="Target of the latest version.")
    status = django_filters.ChoiceFilter(
        method="by_status",
        choices=[(each.value, each.value) for each in VersionStatus],
        label="Status of the latest version.",
    )
    namePattern = ParsedFilter(method="by_name", max_length=128, label="Part of the name, in any case.")
    tag = TagsFilter(
        method="by_tags", label="`key` or `key:value`, of the model or its latest version. Repeat it to narrow further."
    )
    updatedAfter = ParsedFilter(
        method="by_update_time", parse=parse_instant, label="Changed after this time (RFC 3339)."
    )
    ordering = django_filters.ChoiceFilter(method="by_ordering", choices=ORDERINGS, label="Default: modelId.")

    def filter_queryset(self, queryset: ModelQuery) -> ModelQuery:
        """Apply each filter; django-filter's own hook, without its check for a QuerySet."""
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def by_team(self, query: ModelQuery, name: str, value: TeamSlug) -> ModelQuery:
        """Models of a team."""
        return replace(query, team=value)

    def by_framework(self, query: ModelQuery, name: str, value: Framework) -> ModelQuery:
        """By the framework, in any of its spellings."""
        return _narrow(query, framework=value)

    def by_target(self, query: ModelQuery, name: str, value: Target) -> ModelQuery:
        """By the deployment target."""
        return _narrow(query, target=value)

    def by_status(self, query: ModelQuery, name: str, value: str) -> ModelQuery:
        """By the status."""
        return _narrow(query, status=VersionStatus(value))

    def by_name(self, query: ModelQuery, name: str, value: str) -> ModelQuery:
        """By a part of the name."""
        return _narrow(query, name_part=value)

    def by_tags(self, query: ModelQuery, name: str, value: Sequence[str]) -> ModelQuery:
        """By tags; each must be there."""
        return _narrow(query, tag_words=tuple(value))

    def by_update_time(self, query: ModelQuery, name: str, value: Any) -> ModelQuery:
        """By the time of the last change."""
        return _narrow(query, updated_after=value)

    def by_ordering(self, query: ModelQuery, name: str, value: str) -> ModelQuery:
        """By id, or by the last change."""
        return replace(query, by_update=value == "-updatedAt")


class QueryFilterBackend(DjangoFilterBackend):
    """django-filter's backend, answering wrong values with our problem that names all of them."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The query, narrowed."""
        if view.filterset_class.base_filters.keys().isdisjoint(request.query_params):
            return queryset  # to make the form that nothing is asked of takes a sixth of a page's time
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise InvalidFields(list(_errors(filterset.form)))
        return filterset.qs


def _errors(form: forms.Form) -> Iterator[FieldError]:
    for name, found in form.errors.as_data().items():
        for error in found:
            message = " ".join(error.messages)
            if choices := getattr(form.fields[name], "choices", None):
                message = f"Use one of {', '.join(str(value) for value, _ in choices if value)}."
            yield FieldError(field=name, code=error.code or "invalid", detail=message)


def _narrow(query: ModelQuery, **conditions: Any) -> ModelQuery:
    return replace(query, narrowed=replace(query.narrowed, **conditions))

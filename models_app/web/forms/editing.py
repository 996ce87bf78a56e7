"""Changing what stands. Two people may have the same form open: nobody overwrites what they have not seen.

The form carries the ETag of what it showed, and a digest of each value. Where the ETag is no longer the present one,
the digests tell apart who changed what: fields that only the other one changed are taken over, what was typed stays,
and where both changed the same field the two stand side by side; pressing the button again puts the typed one in place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse

from models_app.api.problems import STATUS
from models_app.domain.documents import canonical_json
from models_app.domain.errors import Stale, StorageBusy
from models_app.services.preconditions import Expected
from models_app.web.forms.fields import RegistryForm
from models_app.web.forms.page import TOLD_IN_THE_FORM, FormPage

MOST_TRIES = 3
BOTH = "Somebody else changed this too. Yours is still here; saving again puts it in place of theirs."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands: its ETag, the values of the form's fields, and who last wrote them, when."""

    etag: str
    values: Mapping[str, Any]
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody else did to a field meanwhile; ``typed`` is None where nothing else was typed."""

    name: str
    label: str
    now: str
    typed: str | None


class EditForm(RegistryForm):
    """A form that knows what it showed."""

    etag = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def own_fields(self) -> list[str]:
        """The names of the fields that somebody can change."""
        return [name for name in self.fields if name not in EditForm.base_fields]

    def digest(self, name: str, value: Any) -> str:
        """What a value comes to once it went through the field, in short."""
        field = self.fields[name]
        return _digest(field.to_python(field.prepare_value(value)))

    def digests(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Each field's digest."""
        return {name: self.digest(name, values.get(name)) for name in self.own_fields}

    def typed(self) -> dict[str, Any]:
        """The fields whose values are others than the form showed at first."""
        seen = self.digests_seen
        values = {name: self.cleaned_data[name] for name in self.own_fields}
        return {name: value for name, value in values.items() if _digest(value) != seen.get(name)}

    @property
    def digests_seen(self) -> dict[str, str]:
        """Each field's digest, as the form showed it at first."""
        pairs = (pair.partition(":") for pair in self.cleaned_data["seen"].split(","))
        return {name: digest for name, _, digest in pairs}


class EditPage(FormPage):
    """A form over something that stands."""

    form_class: ClassVar[type[EditForm]] = EditForm
    template = "web/edit.html"
    button = "Save"
    done = "Saved."
    changes: Sequence[Change] = ()
    overtaken_by: Standing | None = None

    def standing(self) -> Standing:
        """What stands now. One call."""
        raise NotImplementedError

    def save(self, typed: Mapping[str, Any], *, expected: Expected) -> str:
        """Change these fields, if what stands is as expected; the address of the page that shows it.

        Raises:
            Stale: it is not.
        """
        raise NotImplementedError

    def form_over(self, standing: Standing | None, data: Any = None) -> EditForm:
        """The form over what stands; while it is sent, nobody has looked at that yet."""
        return self.form_class(data, initial=dict(standing.values) if standing else None)

    def make(self, data: Any = None) -> EditForm:
        """The form, as things stand or filled in."""
        if data is not None:
            return self.form_over(None, data)
        standing = self.standing()
        form = self.form_over(standing)
        form.initial = {**standing.values, "etag": standing.etag, "seen": _packed(form.digests(standing.values))}
        return form

    def post(self, request: HttpRequest, **_: str) -> HttpResponse:
        """Save; what somebody else changed meanwhile is no hindrance where the form does not show it."""
        form = self.make(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        etag = form.cleaned_data["etag"]
        for _try in range(MOST_TRIES):
            try:
                return self.lead(self.save(form.typed(), expected={etag}))
            except Stale as refusal:
                standing = self.standing()
                if form.digests(standing.values) != form.digests_seen:
                    return self.overtaken(form, standing, refusal)
                etag = standing.etag
            except TOLD_IN_THE_FORM as refusal:
                return self.refused(form, refusal)
        return self.refused(form, StorageBusy())

    def overtaken(self, form: EditForm, standing: Standing, refusal: Stale) -> HttpResponse:
        """The form again, over what stands now, with what was typed and what somebody else changed."""
        seen, now, typed = form.digests_seen, form.digests(standing.values), form.typed()
        data = {**self.request.POST.dict(), "etag": standing.etag, "seen": _packed(now)}
        self.changes = []
        for name in form.own_fields:
            if now[name] == seen.get(name):
                continue
            field = form.fields[name]
            text = str(field.prepare_value(standing.values.get(name)) or "")
            clashes = name in typed and _digest(typed[name]) != now[name]
            mine = str(data.get(name, "")) if clashes else None
            self.changes.append(Change(name=name, label=str(form[name].label), now=text, typed=mine))
            if mine is None:
                data[name] = text
        self.overtaken_by = standing
        again = self.form_over(standing, data)
        for change in self.changes:
            if change.typed is not None:
                again.add_error(change.name, BOTH)
        return self.show(again, status=STATUS[Stale])

    def context(self, form: RegistryForm) -> dict[str, Any]:
        """What somebody else changed."""
        return {"changes": self.changes, "overtaken_by": self.overtaken_by}


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


def _packed(digests: Mapping[str, str]) -> str:
    return ",".join(f"{name}:{digest}" for name, digest in digests.items())

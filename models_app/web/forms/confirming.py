"""Doing one thing to what is shown: a page that says what would happen, and a button, if it can."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse

from models_app.domain.errors import InvalidFields, RegistryError, Stale
from models_app.web.forms.fields import RegistryForm
from models_app.web.forms.page import FormPage

CHANGED = "Not done: this has changed since it was shown to you. Here is how it stands now."


class ShownForm(RegistryForm):
    """A form that knows which state of the thing it showed: no other is to be changed by it."""

    etag = forms.CharField(widget=forms.HiddenInput)


class ConfirmPage(FormPage):
    """What would happen, and a button. Who is refused is shown how things stand now.

    ``look`` gives what the template shows: ``sentence`` (in short), ``can`` (whether there is a button) and ``etag``.
    """

    template = "web/confirm.html"
    refusal: str = ""

    def look(self) -> dict[str, Any]:
        """How things stand, for the template and for the form's first values."""
        raise NotImplementedError

    def make(self, data: Any = None) -> RegistryForm:
        """The form over how things stand; what is sent is not looked at before it is done."""
        if data is not None:
            return super().make(data)
        self.looked = self.look()
        return self.form_class(initial=self.looked)

    def context(self, form: RegistryForm) -> dict[str, Any]:
        """How things stand, and why it was not done."""
        if form.is_bound:
            self.looked = self.look()
        return self.looked | {"refusal": self.refusal}

    def refused(self, form: RegistryForm, refusal: RegistryError) -> HttpResponse:
        """The page as things stand now, with why it was not done; what was typed stays."""
        if isinstance(refusal, InvalidFields):
            return super().refused(form, refusal)
        self.refusal = CHANGED if isinstance(refusal, Stale) else str(refusal)
        again = self.make()
        again.initial = {**again.initial, **{field.name: form.data.get(field.name) for field in form.visible_fields()}}
        return self.show_refused(again, refusal)

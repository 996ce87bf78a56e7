"""The form of a row. It remembers what its reader saw, so that a second editor is told instead of overwriting."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest

STALE = "stale"  # the code of a ValidationError that says: the row is another one than the form was made for


class RowForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's is no generic at run time
    """Django's ModelForm over a row, without a place to store it.

    Each field comes with what it held when the page was made (Django's ``show_hidden_initial``), and the form with the
    row's revision. So ``changed_data`` is what this editor changed, whatever others did meanwhile.

    Attributes:
        request: the request that it is made for: choices may depend on who asks.
        refusal: why the write that followed a valid form was refused. The form is then shown once more, with that.
    """

    request: ClassVar[HttpRequest]
    refusal: ClassVar[ValidationError | None] = None

    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "revision" in self.fields:
            self.initial["revision"] = getattr(self.instance, "revision", "")
        if not self.instance._state.adding:
            for name, field in self.fields.items():
                field.show_hidden_initial = name != "revision" and not isinstance(field.widget, forms.PasswordInput)

    @property
    def changes(self) -> dict[str, Any]:
        """What this editor changed, by field."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "revision"}

    @property
    def revision_seen(self) -> str:
        """The revision of the row that this form was made for."""
        return str(self.cleaned_data.get("revision", ""))

    def clean(self) -> dict[str, Any]:
        """The values, unless their write was refused."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refusal is not None:
            self._show(self.refusal)
        return cleaned

    def _show(self, refusal: ValidationError) -> None:
        if getattr(refusal, "code", None) == STALE:
            self._tell_what_changed()
        by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.error_list}
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, errors)

    def _tell_what_changed(self) -> None:
        """Mark the fields that others changed, and take what stands now as seen: saving again replaces it."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a bound form's data is a QueryDict
        for name, field in self.fields.items():
            bound = self[name]
            if field.show_hidden_initial:
                stands = self.get_initial_for_field(field, name)
                seen = field.hidden_widget().value_from_datadict(data, self.files, bound.html_initial_name)
                if field.has_changed(stands, seen):
                    self.add_error(
                        name, f"Somebody changed this meanwhile. It is now: {_text(field, stands) or 'empty'}"
                    )
                data[bound.html_initial_name] = _text(field, stands)
        data[self.add_prefix("revision")] = getattr(self.instance, "revision", "")
        self.data = data


def _text(field: forms.Field, value: Any) -> str:
    prepared = field.prepare_value(value)
    return "" if prepared is None else str(prepared)

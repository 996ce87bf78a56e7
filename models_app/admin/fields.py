"""Form fields whose values are the domain's. Their texts stay as they were typed until somebody changes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from models_app.domain.annotations import too_large
from models_app.domain.documents import Unreadable, canonical_json, indented_json, read_object
from models_app.domain.errors import InvalidFields


class Text(forms.CharField):
    """A text of several lines. Browsers send CR LF; the registry keeps LF."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 80})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The text with the registry's line ends."""
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether they differ in more than line ends."""
        return bool(self.to_python(initial) != self.to_python(data))


class Parsed(forms.CharField):
    """A text that a value of the domain is read from; its refusal is the field's."""

    def __init__(self, parse: Callable[[str], Any], **kwargs: Any) -> None:
        self.parse = parse
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """The value; None where nothing was typed and nothing need be."""
        text = super().clean(value)
        return parsed(self.parse, text) if text else None


class Lines(Text):
    """Words, one a line, each read as a value of the domain."""

    def __init__(self, parse: Callable[[str], Any], *, most: int, **kwargs: Any) -> None:
        self.parse, self.most = parse, most
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The words."""
        return list(value) if isinstance(value, list | tuple) else super().to_python(value).split()

    def prepare_value(self, value: Any) -> Any:
        """The words as a text."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """The values, each once."""
        words = list(dict.fromkeys(self.to_python(value)))
        if len(words) > self.most:
            raise ValidationError(f"At most {self.most} are kept.")
        return [parsed(self.parse, word) for word in words]


class Document(Text):
    """A JSON object as text. Numbers keep all their digits; what is not changed is not written."""

    widget = forms.Textarea(attrs={"rows": 8, "cols": 80, "spellcheck": "false"})

    def __init__(self, *, complaints: Callable[[Mapping[str, Any]], list[str]] = lambda _: [], **kwargs: Any) -> None:
        self.complaints = complaints
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The object; an empty text is an empty one."""
        if isinstance(value, dict):
            return value
        text = super().to_python(value)
        try:
            return read_object(text, name="This") if text.strip() else {}
        except Unreadable as wrong:
            raise ValidationError(str(wrong)) from wrong

    def prepare_value(self, value: Any) -> Any:
        """The object as a text."""
        return indented_json(value) if isinstance(value, dict) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether one canonical text became another; 1 and 1.0 differ."""
        try:
            return canonical_json(self.to_python(initial)) != canonical_json(self.to_python(data))
        except ValidationError:
            return True

    def clean(self, value: Any) -> Any:
        """The object, within bounds."""
        document = self.to_python(value)
        if complaints := [*filter(None, [too_large(document)]), *self.complaints(document)]:
            raise ValidationError(complaints)
        return document


def parsed(parse: Callable[[str], Any], text: str) -> Any:
    """A value of the domain, or ValidationError with what the domain says."""
    try:
        return parse(text)
    except InvalidFields as wrong:
        raise ValidationError([each.detail for each in wrong.errors]) from wrong

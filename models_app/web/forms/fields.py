"""Fields of forms for what the API takes as JSON. What stands there and is not touched comes back as it was."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from models_app.api.parsers import read_object
from models_app.api.problems import BodyUnreadable


class RegistryForm(forms.Form):
    """A form whose fields have the API's names.

    Attributes:
        further: the fields that few people need. They are folded away, unless something is wrong with one.
    """

    further: ClassVar[tuple[str, ...]] = ()

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What everybody sees."""
        return [field for field in self.visible_fields() if field.name not in self.further]

    @property
    def further_fields(self) -> list[forms.BoundField]:
        """What is folded away."""
        return [self[name] for name in self.further]

    @property
    def is_unfolded(self) -> bool:
        """Whether something that is folded away must be seen."""
        return any(self[name].errors for name in self.further)


class ProseField(forms.CharField):
    """A text of several lines. Browsers send each line end as two characters, which is none of the writer's doing."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        """The text."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class LinesField(forms.CharField):
    """A list of words, one a line or with commas between."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """A list as lines; what was typed stays as it is."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """The words."""
        return [word.strip() for word in (value or "").replace(",", "\n").splitlines() if word.strip()]


class PairsField(forms.CharField):
    r"""``name = value``, one a line, for a dictionary of texts.

    A name or value that would not survive this stands in quotes, as in JSON: ``"a = b" = "two\nlines"``.
    """

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A dictionary as lines; what was typed stays as it is."""
        if not isinstance(value, Mapping):
            return value
        return "\n".join(f"{_quoted(name, but='=')} = {_quoted(str(each))}" for name, each in value.items())

    def to_python(self, value: Any) -> Any:
        """The dictionary."""
        pairs: dict[str, Any] = {}
        for number, line in _lines(value or ""):
            try:
                name, rest = _unquoted(line, until="=")
                text, nothing = _unquoted(rest.removeprefix("="), until="")
            except ValueError:
                raise ValidationError(f"Line {number} opens quotes and does not close them.") from None
            if not rest.startswith("=") or nothing or not name:
                raise ValidationError(f"Line {number} is not of the form: name = value")
            if name in pairs:
                raise ValidationError(f"Line {number} names {name} again.")
            pairs[name] = self.value_of(text, number)
        return pairs

    def value_of(self, text: str, number: int) -> Any:
        """What stands behind the equals sign."""
        return text


class MetricsField(PairsField):
    """``name = number``, one a line."""

    def value_of(self, text: str, number: int) -> Any:
        """The number."""
        try:
            figure = float(text)
        except ValueError:
            figure = math.nan
        if not math.isfinite(figure):
            raise ValidationError(f"Line {number} has no finite number behind the equals sign.")
        return int(text) if text.lstrip("+-").isdigit() else figure


class DocumentField(forms.CharField):
    """A JSON object; empty is none of it."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """An object as indented JSON; what was typed stays as it is."""
        if not isinstance(value, Mapping):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False) if value else ""

    def to_python(self, value: Any) -> Any:
        """The object."""
        if not (value or "").strip():
            return {}
        try:
            return read_object(value.encode())
        except (BodyUnreadable, UnicodeEncodeError) as wrong:
            raise ValidationError(
                "This is no JSON object. Quote all names, give each once, and close each brace."
            ) from wrong


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    return ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _quoted(text: str, *, but: str = "\n") -> str:
    is_plain = text == text.strip() and len(text.splitlines()) <= 1 and not text.startswith('"') and but not in text
    return text if is_plain else json.dumps(text)


def _unquoted(line: str, *, until: str) -> tuple[str, str]:
    """A text from the beginning of a line, and what follows it. ValueError: its quotes are not closed."""
    line = line.strip()
    if line.startswith('"'):
        text, end = json.JSONDecoder().raw_decode(line)
        return str(text), line[end:].lstrip()
    if not until:
        return line, ""
    text, sign, rest = line.partition(until)
    return text.strip(), sign + rest

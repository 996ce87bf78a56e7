"""Changing what a model says of itself, and moving and removing its aliases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpResponse

from models_app.api.aliases import MoveAliasRequest
from models_app.api.models import DescribeModelRequest, ModelRepresentation
from models_app.domain.aliases import AliasName
from models_app.domain.clock import wire
from models_app.domain.errors import (
    AliasNotFound,
    InvalidFields,
    ModelNotFound,
    NotFound,
    RegistryError,
    RevisionMismatch,
    Stale,
    VersionNotFound,
)
from models_app.domain.models import RegisteredModel
from models_app.domain.permissions import Permission
from models_app.domain.teams import DEFAULT_PROTECTED_ALIASES, TeamSlug
from models_app.domain.versions import VersionReference
from models_app.services import aliases, models
from models_app.services.preconditions import Expected
from models_app.web.forms.confirming import ConfirmPage, ShownForm
from models_app.web.forms.editing import EditForm, EditPage, Standing
from models_app.web.forms.fields import PairsField, ProseField, RegistryForm
from models_app.web.forms.page import checked
from models_app.web.forms.subjects import ModelFormPage

MOST_VERSIONS = 50


class ModelForm(EditForm):
    """What a model says of itself."""

    description = ProseField(required=False, widget=forms.Textarea(attrs={"rows": 6}))
    tags = PairsField(required=False, help_text="name = value, one a line")


class ModelEditPage(ModelFormPage, EditPage):
    """A model's description and tags."""

    permission = Permission.UPDATE
    form_class = ModelForm

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which model."""
        return f"Edit {self.model_id}"

    def standing(self) -> Standing:
        """The model. One call."""
        model = self.model()
        told = ModelRepresentation().to_representation(model)
        values = {name: told[name] for name in ModelForm().own_fields}
        return Standing(etag=model.etag, values=values, at=wire(model.updated_at))

    def model(self) -> RegisteredModel:
        """The model as it stands."""
        model, _ = models.get_model(actor=self.actor, model_id=self.model_id, limit=1)
        if model is None:
            raise ModelNotFound(model=self.model_id)
        return model

    def save(self, typed: Mapping[str, Any], *, expected: Expected) -> str:
        """Change what was typed. Two calls."""

        def change(model: RegisteredModel) -> RegisteredModel:
            body = {"description": model.description, "tags": dict(model.tags), **typed}
            return replace(model, **checked(DescribeModelRequest(data=body)))

        models.describe_model(actor=self.actor, model_id=self.model_id, change=change, expected=expected)
        return self.model_page


class AliasForm(RegistryForm):
    """Which name is to mean which version. ``seen``: what each name meant when the form was shown."""

    alias = forms.CharField(help_text="One that is there, or a new one: letters, digits, _ and -.")
    version = forms.CharField(help_text="A label, latest, or another alias: @champion.")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class AliasPage(ModelFormPage):
    """Moving an alias. Who did not see where it points now is told instead of moving it from there."""

    permission = Permission.MOVE_ALIAS
    form_class = AliasForm
    template = "web/alias.html"
    title = "Move an alias"
    button = "Move"

    def initial(self) -> dict[str, Any]:
        """What the address names, and what each alias means now."""
        asked = {name: self.request.GET.get(name, "") for name in ("version", "alias")}
        return asked | {"seen": json.dumps(self.known["aliases"])}

    def make(self, data: Any = None) -> RegistryForm:
        """The form, with the names and versions that there are to choose from. One call."""
        model, page = models.get_model(actor=self.actor, model_id=self.model_id, limit=MOST_VERSIONS)
        if model is None:
            raise ModelNotFound(model=self.model_id)
        self.known: dict[str, Any] = {
            "aliases": dict(sorted(model.aliases.items())),
            "alias_names": sorted({*model.aliases, *DEFAULT_PROTECTED_ALIASES}),
            "labels": [version.label for version in page.items],
        }
        form = super().make(data)
        for name, choices in (("alias", "alias-names"), ("version", "labels")):
            form.fields[name].widget.attrs |= {"list": choices, "autocomplete": "off"}
        return form

    def context(self, form: RegistryForm) -> dict[str, Any]:
        """The names and versions that there are."""
        return self.known

    def perform(self, values: dict[str, Any]) -> str:
        """Move it, if it means what the form showed; the model's page. Three calls, beside that for the choices."""
        name = AliasName.parse(values["alias"].removeprefix("@"))
        wanted = checked(MoveAliasRequest(data={"version": values["version"]}))["version"]
        try:
            present = aliases.get_alias(actor=self.actor, model_id=self.model_id, name=name)
        except AliasNotFound:
            present = None
        if (present.version if present else None) != _seen(values["seen"]).get(name):
            raise RevisionMismatch(what=f"alias {name}")
        try:
            target = VersionReference.parse(self.model_id, wanted)
            moved = aliases.move_alias(
                actor=self.actor, name=name, to=target, expected={present.etag if present else None}
            )
        except VersionNotFound:
            raise InvalidFields.one("version", "unknown", "The model has no such version.") from None
        self.done = f"{name} points to version {moved.alias.version}."
        return self.model_page

    def refused(self, form: RegistryForm, refusal: RegistryError) -> HttpResponse:
        """The form again; where somebody was faster, with where the alias points now."""
        if not isinstance(refusal, Stale):
            return super().refused(form, refusal)
        form.data = {**self.request.POST.dict(), "seen": json.dumps(self.known["aliases"])}
        label = self.known["aliases"].get(str(form.data["alias"]).strip().removeprefix("@"))
        place = f"points to version {label}" if label else "points to nothing"
        form.add_error("alias", f"Somebody was faster: it now {place}. Press the button again to move it all the same.")
        return self.show_refused(form, refusal)


class AliasRemovePage(ModelFormPage, ConfirmPage):
    """Taking an alias away."""

    permission = Permission.MOVE_ALIAS
    form_class = ShownForm
    button = "Remove"
    is_grave = True

    @property
    def alias(self) -> AliasName:
        """The alias that the address names; what no alias can be called is missing."""
        try:
            return AliasName.parse(self.kwargs["alias"])
        except InvalidFields:
            raise self.scope()[1] from None

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which alias."""
        return f"Remove the alias {self.alias}"

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        return self.model_id.team, AliasNotFound(model=self.model_id, alias=self.kwargs["alias"])

    def look(self) -> dict[str, Any]:
        """Where it points. One call."""
        alias = aliases.get_alias(actor=self.actor, model_id=self.model_id, name=self.alias)
        sentence = (
            f"It points to version {alias.version}. Whoever asks for @{alias.name} after this is told that there is "
            "none; what it meant until now stays in the history."
        )
        return {"sentence": sentence, "etag": alias.etag}

    def perform(self, values: dict[str, Any]) -> str:
        """Remove it, if it points where the page said; the model's page. Two calls."""
        aliases.remove_alias(actor=self.actor, model_id=self.model_id, name=self.alias, expected={values["etag"]})
        self.done = f"The alias {self.alias} is removed."
        return self.model_page


def _seen(text: str) -> dict[str, str]:
    """What each alias meant when the form was shown; a form that was tampered with saw nothing."""
    try:
        seen = json.loads(text)
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}

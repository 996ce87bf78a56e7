"""Renaming a model, deleting it, and bringing it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from models_app.api.relocations import RenameRequest
from models_app.domain.errors import NotFound
from models_app.domain.models import ModelId, ModelName
from models_app.domain.permissions import Permission
from models_app.domain.relocations import NothingToRestore
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import RESTORE_PERIOD
from models_app.services import relocations
from models_app.web.forms.confirming import ConfirmPage, ShownForm
from models_app.web.forms.page import Crumb, checked
from models_app.web.forms.subjects import ModelFormPage

MOVES_WITH_IT = "Its versions, aliases and numbers go with it. What happened stays told under the present name."


class RenameForm(ShownForm):
    """Another name."""

    modelName = forms.CharField(label="Name", help_text=MOVES_WITH_IT)


class RenamePage(ModelFormPage, ConfirmPage):
    """Another name for a model; not while it is deployed."""

    permission = Permission.RENAME
    form_class = RenameForm
    template = "web/relocate.html"
    button = "Rename"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which model."""
        return f"Rename {self.model_id.name}"

    def look(self) -> dict[str, Any]:
        """The model, and what forbids it. One call."""
        model, blockers = relocations.plan_renaming(actor=self.actor, model_id=self.model_id)
        found = {"model": model, "blockers": blockers, "can": not blockers, "etag": model.etag}
        return found | {"deed": "renamed", "modelName": model.id.name}

    def perform(self, values: dict[str, Any]) -> str:
        """Rename what was shown; the model's new page."""
        name = ModelName.parse(checked(RenameRequest(data={"modelName": values["modelName"]}))["modelName"])
        to = ModelId(self.model_id.team, name)
        relocations.rename_model(actor=self.actor, model_id=self.model_id, to=to, expected={values["etag"]})
        self.done = f"The model is called {name} now."
        return reverse("model", kwargs={"model_id": str(to)})


class DeletePage(ModelFormPage, ConfirmPage):
    """The end of a model with all its versions; not while it is deployed."""

    permission = Permission.DELETE
    form_class = ShownForm
    template = "web/relocate.html"
    button = "Delete"
    is_grave = True

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which model."""
        return f"Delete {self.model_id.name}"

    def look(self) -> dict[str, Any]:
        """The model, and what forbids it. One call."""
        model, blockers = relocations.plan_deletion(actor=self.actor, model_id=self.model_id)
        found = {"model": model, "blockers": blockers, "can": not blockers, "etag": model.etag}
        return found | {"deed": "deleted", "days": RESTORE_PERIOD.days}

    def perform(self, values: dict[str, Any]) -> str:
        """Delete what was shown, and nothing that came since; the page of its history, from which it is restored."""
        relocations.delete_model(actor=self.actor, model_id=self.model_id, expected={values["etag"]})
        self.done = f"{self.model_id} is deleted. It can be restored within {RESTORE_PERIOD.days} days."
        return reverse("model-events", kwargs={"model_id": str(self.model_id)})


class RestoreModelPage(ModelFormPage, ConfirmPage):
    """Bringing a deleted model back."""

    permission = Permission.RESTORE
    button = "Restore"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which model."""
        return f"Restore {self.model_id.name}"

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        return self.model_id.team, NothingToRestore(model=self.model_id, days=RESTORE_PERIOD.days)

    def trail(self) -> list[Crumb]:
        """The team: the model has no page now."""
        return super().trail()[:-1]

    def look(self) -> dict[str, Any]:
        """What it comes to. No call: what is deleted is not shown."""
        sentence = (
            "It comes back with all its versions and aliases, if it was deleted within the last "
            f"{RESTORE_PERIOD.days} days and no other model has its name."
        )
        return {"sentence": sentence}

    def perform(self, values: dict[str, Any]) -> str:
        """Restore; the model's page."""
        relocations.restore_model(actor=self.actor, model_id=self.model_id)
        self.done = f"{self.model_id} is back."
        return self.model_page

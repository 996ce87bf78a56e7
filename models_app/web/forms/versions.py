"""Registering a version, changing what may change of it, taking it out of service and bringing it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from models_app.api.registrations import RegisterRequest
from models_app.api.versions import MutableFields, UpdateRequest, VersionRepresentation, part_of
from models_app.domain.actors import Actor
from models_app.domain.clock import wire
from models_app.domain.errors import PermissionDenied
from models_app.domain.frameworks import Framework, Target
from models_app.domain.permissions import Permission, permits
from models_app.domain.versions import RESTORE_PERIOD, ModelVersion, MutablePart, VersionStatus
from models_app.services import teams, versions
from models_app.services.preconditions import Expected
from models_app.web.forms.confirming import ConfirmPage, ShownForm
from models_app.web.forms.editing import EditForm, EditPage, Standing
from models_app.web.forms.fields import DocumentField, MetricsField, PairsField, ProseField, RegistryForm
from models_app.web.forms.page import Crumb, FormPage, checked
from models_app.web.forms.subjects import VersionFormPage

TARGETS = [(each.value, each.value) for each in Target]
IN_USE, DEPRECATED = VersionStatus.REGISTERED.value, VersionStatus.DEPRECATED.value
MOST_TEAMS = 100
ONE_A_LINE = "name = value, one a line"


class RegisterForm(RegistryForm):
    """What a version is, and where its artifact lies."""

    teamId = forms.ChoiceField(label="Team")
    modelName = forms.CharField(label="Model", help_text="A new name makes a new model.")
    version = forms.CharField(required=False, help_text="1.2.0, say. Empty: the next whole number.")
    framework = forms.ChoiceField(choices=[(each.value, each.value) for each in Framework])
    s3Uri = forms.CharField(label="Artifact", help_text="s3://bucket/key. The registry never opens it.")
    deploymentTarget = forms.ChoiceField(label="Runs on", choices=TARGETS)
    description = ProseField(required=False)
    metrics = MetricsField(required=False, help_text="name = number, one a line")
    tags = PairsField(required=False, help_text=ONE_A_LINE)
    frameworkVersion = forms.CharField(required=False, label="Framework version")
    sha256 = forms.CharField(required=False, label="SHA-256", help_text="64 hexadecimal digits: what was trained.")
    sizeBytes = forms.IntegerField(required=False, label="Size in bytes", min_value=0)
    metadata = DocumentField(required=False, help_text="A JSON object: hyperparameters, features, training data …")
    signature = DocumentField(required=False, help_text='As MLflow has it: {"inputs": […], "outputs": […]}')
    lineage = DocumentField(
        required=False, help_text="A JSON object of runId, gitCommit, gitRepository, datasets and parents."
    )
    further = ("frameworkVersion", "sha256", "sizeBytes", "metadata", "signature", "lineage")


class RegisterPage(FormPage):
    """A new version; of a new model, if the name is new."""

    form_class = RegisterForm
    title = "Register a version"
    button = "Register"

    def initial(self) -> dict[str, Any]:
        """The team and the model from which one came."""
        return {name: self.request.GET.get(name, "") for name in ("teamId", "modelName")}

    def make(self, data: Any = None) -> RegistryForm:
        """The form, with the teams in which the user may register. One call for administrators, else none."""
        form = super().make(data)
        own = _teams_of(self.actor)
        if not own:
            raise PermissionDenied(
                activity="Registering a version",
                needed=f"the role {Permission.REGISTER.role}",
                place=" in some team",
                holder="you have it in none",
            )
        form.fields["teamId"].choices = [(team, team) for team in own]  # type: ignore[attr-defined]
        return form

    def perform(self, values: dict[str, Any]) -> str:
        """Register; the version's page."""
        said = {name: value for name, value in values.items() if value not in ("", {}, None)}
        wanted = RegisterRequest(data=said, context={"actor": self.actor})
        checked(wanted)
        outcome = versions.register(actor=self.actor, registration=wanted.registration())
        version = outcome.version
        self.done = f"Version {version.label} is registered."
        if not outcome.is_new:
            self.done = f"Version {version.label} was registered before, with this same artifact. It stays as it was."
        return reverse("version", kwargs={"model_id": str(version.model), "version": version.label})


class VersionForm(EditForm):
    """What may change of a version."""

    description = ProseField(required=False)
    metrics = MetricsField(required=False, help_text="name = number, one a line")
    tags = PairsField(required=False, help_text=ONE_A_LINE)
    metadata = DocumentField(required=False, help_text="A JSON object.")
    deploymentTarget = forms.ChoiceField(
        label="Runs on", required=False, choices=[("", "open: each deployment says where"), *TARGETS]
    )
    status = forms.ChoiceField(
        label="Use",
        choices=[(IN_USE, "in use"), (DEPRECATED, "deprecated: not deployed any more")],
        help_text="A deprecated version keeps running where it runs; new deployments are refused.",
    )


class VersionEditPage(VersionFormPage, EditPage):
    """What may change of a version, its deprecation too."""

    permission = Permission.UPDATE
    form_class = VersionForm

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which version."""
        return f"Edit version {self.reference}"

    def standing(self) -> Standing:
        """The version. One call."""
        version = versions.get_version(actor=self.actor, reference=self.reference)
        told = VersionRepresentation().to_representation(version)
        told["status"] = DEPRECATED if told["status"] == DEPRECATED else IN_USE
        values = {name: told[name] for name in VersionForm().own_fields}
        return Standing(etag=version.etag, values=values, by=version.updated_by, at=wire(version.updated_at))

    def form_over(self, standing: Standing | None, data: Any = None) -> EditForm:
        """The form; a target that is known does not become open again."""
        form = super().form_over(standing, data)
        if standing is not None and standing.values["deploymentTarget"]:
            form.fields["deploymentTarget"].choices = TARGETS  # type: ignore[attr-defined]
        return form

    def save(self, typed: Mapping[str, Any], *, expected: Expected) -> str:
        """Put what was typed over what stands; all else stays as it is, to the bit. Two calls."""

        def target(part: Mapping[str, Any]) -> str | None:
            return typed.get("deploymentTarget", part["deploymentTarget"]) or None

        def change(version: ModelVersion) -> MutablePart:
            standing = VersionRepresentation().to_representation(version)
            part = {name: standing[name] for name in map(str, MutableFields().fields)}
            body = UpdateRequest.about(version, part | dict(typed) | {"deploymentTarget": target(part)})
            return part_of(checked(body), status=version.mutable.status)

        versions.update(actor=self.actor, reference=self.reference, change=change, expected=expected)
        return self.version_page


class DeregisterPage(VersionFormPage, ConfirmPage):
    """Taking a version out of service. What forbids it is shown before anything is done."""

    permission = Permission.DELETE
    form_class = ShownForm
    template = "web/deregister.html"
    button = "Deregister"
    is_grave = True

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which version."""
        return f"Deregister version {self.reference}"

    def look(self) -> dict[str, Any]:
        """The version, and what forbids it. One call."""
        version, blockers = versions.plan_deletion(actor=self.actor, reference=self.reference)
        return {
            "version": version,
            "blockers": blockers,
            "days": RESTORE_PERIOD.days,
            "can": not blockers,
            "etag": version.etag,
        }

    def perform(self, values: dict[str, Any]) -> str:
        """Deregister what was shown, and nothing that came since; the model's page. Two calls, or three."""
        versions.delete(actor=self.actor, reference=self.reference, expected={values["etag"]})
        self.done = f"Version {self.reference} is deregistered. It can be restored within {RESTORE_PERIOD.days} days."
        return self.model_page


class RestorePage(VersionFormPage, ConfirmPage):
    """Bringing a deregistered version back."""

    permission = Permission.RESTORE
    button = "Restore"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which version."""
        return f"Restore version {self.reference}"

    def trail(self) -> list[Crumb]:
        """The model: the version has no page now."""
        return super().trail()[:-1]

    def look(self) -> dict[str, Any]:
        """What it comes to. No call: what is deregistered is not shown."""
        sentence = (
            "It comes back with all that was known of it, if it was deregistered within the last "
            f"{RESTORE_PERIOD.days} days."
        )
        return {"sentence": sentence}

    def perform(self, values: dict[str, Any]) -> str:
        """Restore; the version's page. Two calls."""
        versions.restore(actor=self.actor, reference=self.reference)
        self.done = f"Version {self.reference} is back."
        return self.version_page


def _teams_of(actor: Actor) -> list[str]:
    """The teams in which somebody may register."""
    if actor.is_platform_admin:
        return [team.slug for team in teams.list_teams(actor=actor, limit=MOST_TEAMS).items]
    return sorted(team for team in actor.roles if permits(actor, Permission.REGISTER, team=team))

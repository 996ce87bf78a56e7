"""Deploying a version, going back to what ran before, and what a person says of a deployment under way."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from models_app.api.deployment_bodies import (
    CancelRequest,
    DeployRequest,
    PlanRepresentation,
    ReportRequest,
    RollbackRequest,
)
from models_app.api.problems import STATUS
from models_app.domain import clock
from models_app.domain.deployments import (
    DEFAULT_ENVIRONMENT,
    MAX_DETAIL_CHARACTERS,
    REPORTABLE,
    Deployment,
    DeploymentOrder,
    DeploymentStatus,
    Reason,
    Slot,
    placement_from_wire,
)
from models_app.domain.documents import canonical_json
from models_app.domain.errors import Invalid, InvalidFields, ModelNotFound, RevisionMismatch, VersionNotFound
from models_app.domain.frameworks import Target
from models_app.domain.idempotency import AnsweredBefore, IdempotencyKey, Kept
from models_app.domain.models import RegisteredModel
from models_app.domain.permissions import Permission
from models_app.domain.versions import VersionReference
from models_app.services import deployment_reports, deployments, models
from models_app.services.deployments import Plan
from models_app.services.idempotency import Once
from models_app.web.forms.confirming import ConfirmPage, ShownForm
from models_app.web.forms.fields import DocumentField, ProseField, RegistryForm
from models_app.web.forms.page import TOLD_IN_THE_FORM, checked, tell
from models_app.web.forms.subjects import DeploymentFormPage, ModelFormPage, VersionFormPage

TARGETS = [(each.value, each.value) for each in Target]


class DeployForm(RegistryForm):
    """What to run where."""

    environment = forms.CharField(initial=DEFAULT_ENVIRONMENT, help_text="prod, say, or staging.")
    deploymentTarget = forms.ChoiceField(
        label="Runs on", required=False, choices=[("", "as the version says"), *TARGETS]
    )
    parameters = DocumentField(required=False, help_text="A JSON object for the pipeline: replicas, memoryMb …")


class DeployPage(VersionFormPage):
    """Deploying. The button stands below the plan for exactly what would be ordered, and works once.

    Whatever is typed is planned first: a form that asks for something else than the plan it carries (``planned``, a
    digest) is answered with the plan for that. The key is made with the plan, so a second click finds the first's work.
    """

    permission = Permission.DEPLOY
    form_class = DeployForm
    template = "web/deploy.html"
    button = "Deploy"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which version."""
        return f"Deploy version {self.reference}"

    def make(self, data: Any = None) -> RegistryForm:
        """The form, filled in from the beginning: there is a plan for its first values too."""
        if data is None:
            given = self.request.GET
            data = {
                "environment": given.get("environment", DEFAULT_ENVIRONMENT),
                "deploymentTarget": given.get("deploymentTarget", ""),
            }
        return super().make(data)

    def post(self, request: HttpRequest, **_: str) -> HttpResponse:
        """Deploy what was planned; plan what was not."""
        form = self.make(request.POST)
        if request.POST.get("step") != "deploy" or not form.is_valid():
            return self.show(form)
        try:
            order = _order(form)
            return self.lead(self.deploy(order)) if request.POST.get("planned") == _digest(order) else self.show(form)
        except TOLD_IN_THE_FORM as refusal:
            return self.refused(form, refusal)

    def show(self, form: RegistryForm, *, status: int = 200) -> HttpResponse:
        """The page, with the plan for what the form asks for; none while that makes no sense. One call."""
        self.planned: dict[str, Any] = {"can": False}
        if not any(name in form.errors for name in form.fields):
            try:
                order = _order(form)
                plan = deployments.plan_deployment(actor=self.actor, reference=self.reference, order=order)
                self.planned = _told(plan) | {"planned": _digest(order), "key": self._key(order)}
            except InvalidFields as wrong:
                tell(form, wrong.errors)
        if form.errors and self.request.method == "POST":
            status = max(status, STATUS[Invalid])
        return super().show(form, status=status)

    def context(self, form: RegistryForm) -> dict[str, Any]:
        """The plan."""
        return self.planned

    def deploy(self, order: DeploymentOrder) -> str:
        """Order it; the deployment's page. Three calls, and the event."""
        key = IdempotencyKey.of(
            self.request.POST.get("key", ""),
            actor=self.actor,
            team=self.model_id.team,
            path=self.request.path,
            body=_digest(order),
        )

        def kept(deployment: Deployment) -> Kept:
            return key.keep(status=303, headers={"Location": _page_of(deployment)}, body="", at=clock.now())

        self.done = f"Version {self.reference} is requested for {order.environment}. Load this page again to follow it."
        try:
            deployment = deployments.request_deployment(
                actor=self.actor, reference=self.reference, order=order, once=Once(key, kept)
            )
        except AnsweredBefore as before:
            return before.kept.headers["Location"]
        return _page_of(deployment)

    def _key(self, order: DeploymentOrder) -> str:
        """The key that the page carries: a new one for a new order, the same while the same is tried again."""
        sent = self.request.POST
        return sent.get("key", "") if sent.get("planned") == _digest(order) else clock.new_id()


class RollbackForm(ShownForm):
    """Where to go back, and why. ``etag``: what ran there, and what ran before it, as the page showed it."""

    environment = forms.CharField(widget=forms.HiddenInput)
    deploymentTarget = forms.ChoiceField(choices=TARGETS, widget=forms.HiddenInput)
    detail = ProseField(required=False, max_length=MAX_DETAIL_CHARACTERS, help_text="Why: for the history.")


class RollbackPage(ModelFormPage, ConfirmPage):
    """Going back to what ran before. Without a place in the address, the places are offered."""

    permission = Permission.DEPLOY
    form_class = RollbackForm
    template = "web/rollback.html"
    title = "Roll back"
    button = "Roll back"

    @property
    def wanted(self) -> dict[str, Any]:
        """The place that the address or the form names."""
        given = self.request.POST or self.request.GET
        return {name: given.get(name, "") for name in ("environment", "deploymentTarget")}

    def look(self) -> dict[str, Any]:
        """What runs there, and what would come back: its plan. Three calls; without a place, one."""
        model, _ = models.get_model(actor=self.actor, model_id=self.model_id, limit=1)
        if model is None:
            raise ModelNotFound(model=self.model_id)
        if not self.wanted["environment"]:
            return {"places": _places(model), "can": False}
        slot = _slot(self.wanted)
        told = model.placements.get(str(slot)) or {}
        known = {**self.wanted, "place": told, "slot": str(slot), "etag": _digest(told), "can": False}
        previous = placement_from_wire(told).previous if told else None
        if previous is None:
            return known
        order = DeploymentOrder(
            environment=slot.environment,
            target=slot.target,
            reason=Reason.ROLLBACK,
            parameters=deployments.get_deployment(actor=self.actor, deployment_id=previous.deployment).parameters,
        )
        former = VersionReference(self.model_id, label=previous.version)
        try:
            return known | _told(deployments.plan_deployment(actor=self.actor, reference=former, order=order))
        except VersionNotFound:
            return known | {"is_gone": True}

    def perform(self, values: dict[str, Any]) -> str:
        """Roll back, if what was shown still stands; the deployment's page. One look more than the API takes."""
        asked = checked(
            RollbackRequest(data={name: values[name] for name in ("environment", "deploymentTarget", "detail")})
        )
        model, _ = models.get_model(actor=self.actor, model_id=self.model_id, limit=1)
        slot = Slot(asked["environment"], asked["deploymentTarget"])
        if model is None or _digest(model.placements.get(str(slot)) or {}) != values["etag"]:
            raise RevisionMismatch(what=f"what runs in {slot}")
        deployment = deployments.roll_back(
            actor=self.actor,
            model_id=self.model_id,
            environment=slot.environment,
            target=slot.target,
            detail=asked["detail"],
        )
        self.done = f"Version {deployment.version} is requested again for {slot}. Load this page again to follow it."
        return _page_of(deployment)


class ReportForm(RegistryForm):
    """What somebody knows of a deployment."""

    status = forms.ChoiceField(choices=[(each.value, each.replace("_", " ").lower()) for each in REPORTABLE])
    detail = ProseField(required=False, max_length=MAX_DETAIL_CHARACTERS, help_text="For the timeline.")


class CancelForm(RegistryForm):
    """Why a deployment is called off."""

    detail = ProseField(required=False, max_length=MAX_DETAIL_CHARACTERS, label="Why", help_text="For the timeline.")


class UnderWayPage(DeploymentFormPage, ConfirmPage):
    """Something that is done to a deployment while it is under way."""

    template = "web/under_way.html"

    def look(self) -> dict[str, Any]:
        """The deployment. One call."""
        deployment = deployments.get_deployment(actor=self.actor, deployment_id=self.deployment_id)
        return {"deployment": deployment, "can": deployment.status.is_in_flight}


class CancelPage(UnderWayPage):
    """Calling a deployment off. Two reads and a transaction."""

    form_class = CancelForm
    title = "Cancel the deployment"
    button = "Cancel the deployment"
    done = "Cancelled. The pipeline hears of it by an event."
    is_grave = True

    def perform(self, values: dict[str, Any]) -> str:
        """Cancel; the deployment's page."""
        asked = checked(CancelRequest(data=values))
        deployment_reports.cancel(actor=self.actor, deployment_id=self.deployment_id, detail=asked["detail"])
        return self.deployment_page


class ReportPage(UnderWayPage):
    """Saying what became of a deployment, where a pipeline cannot. Two reads and a transaction."""

    form_class = ReportForm
    title = "Report on the deployment"
    button = "Report"
    done = "Reported."

    def perform(self, values: dict[str, Any]) -> str:
        """Report; the deployment's page."""
        asked = checked(ReportRequest(data=values))
        deployment_reports.report_status(
            actor=self.actor,
            deployment_id=self.deployment_id,
            status=DeploymentStatus(asked["status"]),
            detail=asked["detail"],
        )
        return self.deployment_page


def _order(form: RegistryForm) -> DeploymentOrder:
    said = {name: value for name, value in form.cleaned_data.items() if value not in ("", {})}
    body = DeployRequest(data=said)
    checked(body)
    return body.order()


def _slot(wanted: dict[str, Any]) -> Slot:
    asked = checked(RollbackRequest(data=wanted))
    return Slot(asked["environment"], asked["deploymentTarget"])


def _places(model: RegisteredModel) -> list[dict[str, Any]]:
    """Where the model has something to go back to."""
    return [
        {"slot": name, "environment": name.partition("/")[0], "deploymentTarget": name.partition("/")[2], **told}
        for name, told in sorted(model.placements.items())
        if told["previous"]
    ]


def _told(plan: Plan) -> dict[str, Any]:
    """A plan, for people and for machines."""
    told = PlanRepresentation().to_representation(plan)
    documents = {"event": told["event"], "manifest": told["fit"]["manifest"]}
    texts = {name: json.dumps(each, indent=2, ensure_ascii=False) if each else "" for name, each in documents.items()}
    return {
        "plan": told,
        "deployment": plan.deployment,
        "event_text": texts["event"],
        "manifest_text": texts["manifest"],
        "can": not plan.blockers,
    }


def _page_of(deployment: Deployment) -> str:
    return reverse("deployment", kwargs={"deployment_id": str(deployment.id)})


def _digest(asked: Any) -> str:
    if isinstance(asked, DeploymentOrder):
        asked = [asked.environment, asked.target, asked.parameters]
    return hashlib.sha256(canonical_json(asked).encode()).hexdigest()

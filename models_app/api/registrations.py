"""Registering a version: what POST to ``/models`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from models_app.api.fields import Document, Parsed, Text, Whole
from models_app.api.idempotency import answer_once
from models_app.api.versions import MutableFields, answer, part_of
from models_app.domain.actors import Actor
from models_app.domain.artifacts import MAX_SIZE_BYTES, Artifact, parse_sha256, parse_uri
from models_app.domain.frameworks import Framework
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import ModelVersion, Registration, VersionStatus
from models_app.identity.authentication import actor_of
from models_app.services import versions

LINEAGE: dict[str, tuple[type, str]] = {
    "runId": (str, "a text"),
    "gitCommit": (str, "a text"),
    "gitRepository": (str, "a text"),
    "datasets": (list, "a list"),
    "parents": (list, "a list"),
}


class RegisterRequest(MutableFields):
    """A version to register."""

    modelName = Parsed(ModelName.parse, help_text="Letters, digits, dots, spaces, _ and -.")
    teamId = Parsed(TeamSlug.parse, required=False, help_text="Default: the caller's only team.")
    version = Parsed(
        VersionLabel.parse, required=False, help_text="Default: the next whole number above all live versions."
    )
    framework = Parsed(Framework.parse, help_text="scikit-learn, tensorflow, pytorch, xgboost, … or custom.")
    frameworkVersion = Text(max_length=64, required=False, allow_null=True, default=None)
    s3Uri = Parsed(parse_uri, help_text="s3://bucket/key. The registry never opens it.")
    sha256 = Parsed(parse_sha256, required=False, allow_null=True, default=None)
    sizeBytes = Whole(min_value=0, max_value=MAX_SIZE_BYTES, required=False, allow_null=True, default=None)
    signature = Document(
        required=False, allow_null=True, default=None, help_text="Inputs and outputs, as MLflow has them."
    )
    lineage = Document(required=False, allow_null=True, default=None)

    lineage_fields = LINEAGE

    def further_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A caller in several teams must name one; lineage has known fields only."""
        errors: dict[str, Any] = {}
        if "teamId" not in data and self.context["actor"].only_team is None:
            detail = "You are in no single team: say which one the model belongs to."
            errors["teamId"] = [serializers.ErrorDetail(detail, code="required")]
        if isinstance(data.get("lineage"), dict) and (
            complaints := _complaints_about(data["lineage"], known=self.lineage_fields)
        ):
            errors["lineage"] = complaints
        return errors

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the caller's own team."""
        actor: Actor = self.context["actor"]
        return {"teamId": actor.only_team} | attrs

    def registration(self) -> Registration:
        """What is asked for, as a value of the domain."""
        values = self.validated_data
        return Registration(
            model=ModelId(values["teamId"], values["modelName"]),
            label=values.get("version"),
            framework=values["framework"],
            framework_version=values["frameworkVersion"],
            artifact=Artifact(uri=values["s3Uri"], sha256=values["sha256"], size_bytes=values["sizeBytes"]),
            signature=values["signature"],
            lineage=values["lineage"],
            mutable=part_of(values, status=VersionStatus.REGISTERED),
        )


def register(request: Request, body: Mapping[str, Any]) -> Response | HttpResponse:
    """Register the version in the body: 201, or 200 where the same artifact has the label already."""
    actor = actor_of(request)
    wanted = RegisterRequest(data=body, context={"actor": actor})
    wanted.is_valid(raise_exception=True)
    registration = wanted.registration()
    return answer_once(
        request,
        team=registration.model.team,
        body=body,
        do=lambda once: versions.register(actor=actor, registration=registration, once=once),
        answer=lambda registered: _answer(registered, request),
    )


def _answer(registered: versions.Registered, request: Request) -> Response:
    response = answer(registered.version)
    if registered.is_new:
        response.status_code = status.HTTP_201_CREATED
        response["Location"] = url_of(registered.version, request)
    return response


def url_of(version: ModelVersion, request: Request) -> str:
    """Where a version lives."""
    return reverse("version", kwargs={"model_id": str(version.model), "version": version.label}, request=request)


def _complaints_about(lineage: Mapping[str, Any], *, known: Mapping[str, tuple[type, str]]) -> dict[str, Any]:
    complaints = {}
    for name, value in lineage.items():
        if name not in known:
            detail = f"There is no such field here. Known are: {', '.join(known)}."
            complaints[name[:100]] = [serializers.ErrorDetail(detail, code="unknown")]
        elif not isinstance(value, known[name][0]):
            complaints[name] = [serializers.ErrorDetail(f"This is {known[name][1]}.", code="invalid")]
    return complaints

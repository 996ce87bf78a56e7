"""What is sent and answered about deployments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from models_app.api.fields import Document, Parsed, Text
from models_app.api.serializers import Representation, RequestBody
from models_app.domain.clock import wire
from models_app.domain.deployments import (
    DEFAULT_ENVIRONMENT,
    MAX_DETAIL_CHARACTERS,
    MAX_PARAMETER_BYTES,
    REPORTABLE,
    Deployment,
    DeploymentOrder,
    DeploymentStatus,
    EnvironmentName,
    Reason,
    wire_placement,
)
from models_app.domain.documents import size_bytes
from models_app.domain.frameworks import Framework, Target
from models_app.domain.versions import LiveDeployment
from models_app.services.deployments import Plan

STATUSES = [each.value for each in DeploymentStatus]


class DeployRequest(RequestBody):
    """What to run where. All of it may be left out."""

    environment = Parsed(EnvironmentName.parse, required=False, default=EnvironmentName(DEFAULT_ENVIRONMENT))
    deploymentTarget = Parsed(Target.parse, required=False, default=None, help_text="Default: the version's own.")
    parameters = Document(required=False, default=dict, help_text="For the pipeline: free JSON, at most 16 KB.")

    def validate_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Refuse what an event could not carry."""
        if (taken := size_bytes(parameters)) > MAX_PARAMETER_BYTES:
            detail = f"These take {taken} bytes as JSON; at most {MAX_PARAMETER_BYTES} are passed on."
            raise serializers.ValidationError(detail, code="too_large")
        return parameters

    def order(self) -> DeploymentOrder:
        """What is asked for, as a value of the domain."""
        values = self.validated_data
        return DeploymentOrder(
            environment=values["environment"], target=values["deploymentTarget"], parameters=values["parameters"]
        )


class RollbackRequest(RequestBody):
    """Where to go back."""

    environment = Parsed(EnvironmentName.parse, required=False, default=EnvironmentName(DEFAULT_ENVIRONMENT))
    deploymentTarget = Parsed(Target.parse)
    detail = Text(max_length=MAX_DETAIL_CHARACTERS, required=False, default="", allow_blank=True)


class ReportRequest(RequestBody):
    """What a pipeline says of a deployment."""

    status = serializers.ChoiceField(choices=[each.value for each in REPORTABLE])
    detail = Text(max_length=MAX_DETAIL_CHARACTERS, required=False, default="", allow_blank=True)


class CancelRequest(RequestBody):
    """Why a deployment is called off."""

    detail = Text(max_length=MAX_DETAIL_CHARACTERS, required=False, default="", allow_blank=True)


class StepRepresentation(serializers.Serializer[Any]):
    """One entry of a timeline."""

    status = serializers.ChoiceField(choices=STATUSES)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class DeploymentRepresentation(Representation[Deployment]):
    """A deployment."""

    deploymentId = serializers.CharField()
    teamId = serializers.CharField()
    modelId = serializers.CharField()
    version = serializers.CharField()
    environment = serializers.CharField()
    deploymentTarget = serializers.ChoiceField(choices=[each.value for each in Target])
    status = serializers.ChoiceField(choices=STATUSES)
    reason = serializers.ChoiceField(choices=[each.value for each in Reason])
    parameters = Document()
    framework = serializers.ChoiceField(choices=[each.value for each in Framework])
    frameworkVersion = serializers.CharField(allow_null=True)
    artifact = Document()
    timeline = StepRepresentation(many=True)
    requestedAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()
    deadlineAt = serializers.DateTimeField(allow_null=True, help_text="When silence ends it; null once it is over.")

    def to_representation(self, instance: Deployment) -> dict[str, Any]:
        """The deployment in wire names."""
        artifact = instance.artifact
        return {
            "deploymentId": str(instance.id),
            "teamId": instance.id.team,
            "modelId": str(instance.model),
            "version": instance.version,
            "environment": instance.slot.environment,
            "deploymentTarget": instance.slot.target,
            "status": instance.status,
            "reason": instance.reason,
            "parameters": instance.parameters,
            "framework": instance.framework,
            "frameworkVersion": instance.framework_version,
            "artifact": {"s3Uri": artifact.uri, "sha256": artifact.sha256, "sizeBytes": artifact.size_bytes},
            "timeline": [
                {"status": step.status, "at": wire(step.at), "by": step.by, "detail": step.detail}
                for step in instance.timeline
            ],
            "requestedAt": wire(instance.requested_at),
            "updatedAt": wire(instance.updated_at),
            "deadlineAt": wire(instance.deadline_at) if instance.deadline_at else None,
        }


class RunningRepresentation(serializers.Serializer[Any]):
    """A version that runs, or ran."""

    deploymentId = serializers.CharField()
    version = serializers.CharField()
    since = serializers.DateTimeField()


class PlacementRepresentation(serializers.Serializer[Any]):
    """What a model has in one slot."""

    current = RunningRepresentation(allow_null=True, help_text="What runs there.")
    previous = RunningRepresentation(allow_null=True, help_text="What another version ran there before.")
    inFlight = serializers.CharField(allow_null=True, help_text="The deployment that is under way there.")


class PlanRepresentation(Representation[Plan]):
    """What a deployment would come to."""

    wouldDeploy = serializers.BooleanField()
    blockers = serializers.ListField(child=Document())
    runningNow = PlacementRepresentation(help_text="What the model has in that environment and target.")
    fit = Document(help_text="Obstacles, notes, and the KServe manifest or the Lambda packaging it would take.")
    event = Document(help_text="The exact event, but for its ids, times and callback ticket.")

    def to_representation(self, instance: Plan) -> dict[str, Any]:
        """The plan in wire names."""
        fit = instance.fit
        return {
            "wouldDeploy": not instance.blockers,
            "blockers": instance.blockers,
            "runningNow": wire_placement(instance.placement),
            "fit": {
                "obstacles": list(fit.obstacles),
                "notes": list(fit.notes),
                "packaging": fit.packaging,
                "manifest": fit.manifest,
            },
            "event": instance.event,
        }


class LiveDeploymentRepresentation(serializers.Serializer[Any]):
    """Where a version runs, or is about to."""

    deploymentId = serializers.CharField()
    environment = serializers.CharField()
    deploymentTarget = serializers.ChoiceField(choices=[each.value for each in Target])
    status = serializers.ChoiceField(choices=[each.value for each in DeploymentStatus])


def wire_live(deployments: Mapping[str, LiveDeployment]) -> list[dict[str, str]]:
    """A version's live deployments in wire names."""
    return [
        {
            "deploymentId": key,
            "environment": live.environment,
            "deploymentTarget": live.target,
            "status": live.status,
        }
        for key, live in sorted(deployments.items())
    ]

"""``/models/{modelId}/resolve``: which version a name means, or runs in an environment, now or at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.instants import parse_instant
from models_app.api.serializers import Representation
from models_app.api.viewsets import ModelScoped
from models_app.domain.aliases import LATEST, AliasName
from models_app.domain.clock import wire
from models_app.domain.deployments import EnvironmentName
from models_app.domain.errors import InvalidFields
from models_app.domain.frameworks import Target
from models_app.domain.permissions import Permission
from models_app.services import aliases, placements
from models_app.services.aliases import Resolution
from models_app.services.placements import Occupancy


class ResolutionRepresentation(Representation[Resolution]):
    """What a name meant."""

    modelId = serializers.CharField()
    alias = serializers.CharField()
    at = serializers.DateTimeField()
    version = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True, help_text="When it came to mean this version.")
    eventId = serializers.CharField(allow_null=True, help_text="The event that made it so, for a time in the past.")

    def to_representation(self, instance: Resolution) -> dict[str, Any]:
        """The answer in wire names."""
        return {
            "modelId": str(self.context["model_id"]),
            "alias": instance.name,
            "at": wire(instance.at),
            "version": instance.version,
            "since": wire(instance.since) if instance.since else None,
            "eventId": instance.event_id,
        }


class OccupancyRepresentation(Representation[Occupancy]):
    """What ran in an environment."""

    modelId = serializers.CharField()
    environment = serializers.CharField()
    deploymentTarget = serializers.ChoiceField(choices=[each.value for each in Target])
    at = serializers.DateTimeField()
    version = serializers.CharField()
    deploymentId = serializers.CharField(help_text="The deployment that brought it there.")
    since = serializers.DateTimeField(help_text="When that succeeded.")
    eventId = serializers.CharField(allow_null=True, help_text="The event that made it so, for a time in the past.")

    def to_representation(self, instance: Occupancy) -> dict[str, Any]:
        """The answer in wire names."""
        return {
            "modelId": str(self.context["model_id"]),
            "environment": instance.slot.environment,
            "deploymentTarget": instance.slot.target,
            "at": wire(instance.at),
            "version": instance.running.version,
            "deploymentId": str(instance.running.deployment),
            "since": wire(instance.running.since),
            "eventId": instance.event_id,
        }


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="resolve",
        summary="Which version an alias means or an environment runs, now or at a time",
        parameters=[
            OpenApiParameter("alias", str, description="An alias, or `latest`. This or `environment` is required."),
            OpenApiParameter("environment", str, description="Where a version runs."),
            OpenApiParameter(
                "deploymentTarget", str, description="With `environment`; default: the only one with something there."
            ),
            OpenApiParameter("at", datetime, description="RFC 3339; default: now."),
        ],
        responses=PolymorphicProxySerializer(
            component_name="Resolved",
            serializers=[ResolutionRepresentation, OccupancyRepresentation],
            resource_type_field_name=None,
        ),
    )
)
class ResolveViewSet(ModelScoped):
    """A question about one model. What its service hides behind depends on the question, so no scope is named here."""

    serializer_class = ResolutionRepresentation
    permissions: ClassVar[dict[str, Permission]] = {"retrieve": Permission.READ}
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {
        "retrieve": frozenset({"alias", "environment", "deploymentTarget", "at"})
    }

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer the one question that is asked."""
        named = [name for name in ("alias", "environment") if name in request.query_params]
        if not named:
            detail = "Say which alias (?alias=champion, ?alias=latest) or which environment (?environment=prod)."
            raise InvalidFields.one("alias", "required", detail)
        if len(named) > 1:
            detail = "An alias and an environment are two questions. Ask for one of them."
            raise InvalidFields.one("environment", "ambiguous", detail)
        at = self.asked("at", lambda text: parse_instant(text, field="at"))
        context = {"model_id": self.model_id}
        if named == ["alias"]:
            return Response(ResolutionRepresentation(context=context).to_representation(self._meant(request, at)))
        return Response(OccupancyRepresentation(context=context).to_representation(self._running(request, at)))

    def _meant(self, request: Request, at: datetime | None) -> Resolution:
        if "deploymentTarget" in request.query_params:
            raise InvalidFields.one("deploymentTarget", "unknown", "A target goes with an environment, not an alias.")
        wanted = request.query_params["alias"].removeprefix("@")
        name = LATEST if wanted.lower() == LATEST else AliasName.parse(wanted)
        return aliases.resolve(actor=self.actor, model_id=self.model_id, name=name, at=at)

    def _running(self, request: Request, at: datetime | None) -> Occupancy:
        environment = EnvironmentName.parse(request.query_params["environment"])
        target = self.asked("deploymentTarget", Target.parse)
        if at is None:
            return placements.what_runs(
                actor=self.actor, model_id=self.model_id, environment=environment, target=target
            )
        return placements.what_ran(
            actor=self.actor, model_id=self.model_id, environment=environment, target=target, at=at
        )

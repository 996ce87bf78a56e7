"""``/models/{modelId}/events`` and ``/events``: history, the newest first."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.fields import Document
from models_app.api.serializers import Representation
from models_app.api.viewsets import PAGED, ModelScoped, RegistryViewSet
from models_app.domain.clock import wire
from models_app.domain.errors import InvalidFields, ModelNotFound, NotFound, TeamNotFound
from models_app.domain.events import Event, EventKind
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.services import events


class EventRepresentation(Representation[Event]):
    """One change."""

    eventId = serializers.CharField()
    eventType = serializers.ChoiceField(choices=[each.value for each in EventKind])
    schemaVersion = serializers.IntegerField()
    occurredAt = serializers.DateTimeField()
    teamId = serializers.CharField(allow_null=True)
    actor = serializers.CharField(help_text="`user:ada`, `token:9fJ2…`, `oidc:…` or `system:…`.")
    requestId = serializers.CharField()
    modelId = serializers.CharField(allow_null=True)
    version = serializers.CharField(allow_null=True)
    data = Document()  # type: ignore[assignment]  # a field on the wire; DRF's own attribute of that name is unused

    def to_representation(self, instance: Event) -> dict[str, Any]:
        """The event in wire names."""
        return {
            "eventId": instance.id,
            "eventType": instance.kind,
            "schemaVersion": instance.schema_version,
            "occurredAt": wire(instance.occurred_at),
            "teamId": instance.team,
            "actor": instance.actor,
            "requestId": instance.request_id,
            "modelId": str(instance.model) if instance.model else None,
            "version": instance.version,
            "data": instance.data,
        }


@extend_schema_view(
    list=extend_schema(
        operation_id="listModelEvents", summary="A model's history", responses=EventRepresentation(many=True)
    )
)
class ModelEventViewSet(ModelScoped):
    """What happened to a model."""

    serializer_class = EventRepresentation
    permissions: ClassVar[dict[str, Permission]] = {"list": Permission.READ}
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": PAGED}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        model_id = self.model_id
        return model_id.team, ModelNotFound(model=model_id)

    def list(self, request: Request, **_: str) -> Response:
        """Answer a page of events."""
        page = self.page
        found = events.history_of_model(actor=self.actor, model_id=self.model_id, limit=page.limit, after=page.after)
        represent = EventRepresentation().to_representation
        return page.answer([represent(event) for event in found.items], found.next)


@extend_schema_view(
    list=extend_schema(
        operation_id="listTeamEvents",
        summary="A team's history",
        parameters=[OpenApiParameter("teamId", str, description="Default: the caller's only team.")],
        responses=EventRepresentation(many=True),
    )
)
class TeamEventViewSet(RegistryViewSet):
    """What happened in a team."""

    serializer_class = EventRepresentation
    permissions: ClassVar[dict[str, Permission]] = {"list": Permission.READ}
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": PAGED | {"teamId"}}

    @property
    def team(self) -> TeamSlug:
        """The team that the query names, or the caller's only one."""
        team = self.own_team
        if team is None:
            raise InvalidFields.one("teamId", "required", "Say which team: ?teamId=…")
        return team

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """That team."""
        team = self.team
        return team, TeamNotFound(team=team)

    def list(self, request: Request) -> Response:
        """Answer a page of events."""
        page = self.page
        found = events.history_of_team(actor=self.actor, team=self.team, limit=page.limit, after=page.after)
        represent = EventRepresentation().to_representation
        return page.answer([represent(event) for event in found.items], found.next)

"""``/models`` and ``/models/{modelId}``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api import versions as version_api
from models_app.api.deployment_bodies import PlacementRepresentation
from models_app.api.fields import STANDING_TAGS, Tags, Text
from models_app.api.filters import ModelFilterSet, ModelQuery
from models_app.api.idempotency import IDEMPOTENCY_KEY
from models_app.api.pagination import LIMIT_SCHEMA
from models_app.api.parsers import MergePatchParser, StrictJSONParser
from models_app.api.permissions import SignedIn
from models_app.api.preconditions import expected_of, is_known, quoted
from models_app.api.registrations import RegisterRequest, register
from models_app.api.renderers import QuickJSONRenderer
from models_app.api.serializers import Representation, RequestBody
from models_app.api.versions import (
    IF_MATCH,
    IF_NONE_MATCH,
    LOCATION,
    VersionRepresentation,
    merge_patch,
)
from models_app.api.viewsets import PAGED, ModelScoped, RegistryViewSet
from models_app.domain.clock import wire
from models_app.domain.errors import ModelNotFound, NotFound
from models_app.domain.frameworks import Framework, Target
from models_app.domain.models import RegisteredModel, VersionSummary
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionStatus
from models_app.services import models, relocations
from models_app.services.models import Place


class DescribeModelRequest(RequestBody):
    """A JSON merge patch of what a model says of itself: what is left out stays, null takes away."""

    description = Text(max_length=10_000, required=False, allow_blank=True, default="")
    tags = Tags(required=False, default=dict)


class VersionSummaryRepresentation(Representation[VersionSummary]):
    """What a list of models shows of a model's highest version."""

    version = serializers.CharField()
    status = serializers.ChoiceField(choices=[each.value for each in VersionStatus])
    framework = serializers.ChoiceField(choices=[each.value for each in Framework])
    frameworkVersion = serializers.CharField(allow_null=True)
    deploymentTarget = serializers.ChoiceField(choices=[each.value for each in Target], allow_null=True)
    s3Uri = serializers.CharField()
    tags = Tags()
    createdAt = serializers.DateTimeField()
    createdBy = serializers.CharField()

    def to_representation(self, instance: VersionSummary) -> dict[str, Any]:
        """The summary in wire names."""
        return {
            "version": instance.label,
            "status": instance.status,
            "framework": instance.framework,
            "frameworkVersion": instance.framework_version,
            "deploymentTarget": instance.target,
            "s3Uri": instance.artifact_uri,
            "tags": instance.tags,
            "createdAt": wire(instance.created_at),
            "createdBy": instance.created_by,
        }


represent_summary = VersionSummaryRepresentation().to_representation


class ModelRepresentation(Representation[RegisteredModel]):
    """A model."""

    modelId = serializers.CharField()
    teamId = serializers.CharField()
    modelName = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    tags = Tags()
    aliases = serializers.DictField(child=serializers.CharField(), help_text="Each alias with its version.")
    placements = serializers.DictField(
        child=PlacementRepresentation(),
        help_text="What runs where: `prod/EKS` with the current, the previous and what is under way.",
    )
    versionCount = serializers.IntegerField()
    latestVersion = VersionSummaryRepresentation(
        allow_null=True, help_text="The highest version; null when all are deleted."
    )
    createdAt = serializers.DateTimeField()
    createdBy = serializers.CharField()
    updatedAt = serializers.DateTimeField()

    def to_representation(self, instance: RegisteredModel) -> dict[str, Any]:
        """The model in wire names."""
        latest = instance.latest
        return {
            "modelId": str(instance.id),
            "teamId": instance.id.team,
            "modelName": instance.id.name,
            "description": instance.description,
            "tags": instance.tags,
            "aliases": instance.aliases,
            "placements": instance.placements,
            "versionCount": instance.version_count,
            "latestVersion": represent_summary(latest) if latest else None,
            "createdAt": wire(instance.created_at),
            "createdBy": instance.created_by,
            "updatedAt": wire(instance.updated_at),
        }


class VersionPageRepresentation(serializers.Serializer[Any]):
    """The first page of a model's versions, the highest first."""

    next = serializers.CharField(allow_null=True, help_text="Where the next page is.")
    previous = serializers.CharField(allow_null=True)
    results = VersionRepresentation(many=True)


class ModelBlockerRepresentation(serializers.Serializer[Any]):
    """A deployment that forbids deleting or renaming its model."""

    kind = serializers.ChoiceField(choices=["deployment"])
    deploymentId = serializers.CharField()
    environment = serializers.CharField()
    deploymentTarget = serializers.CharField()


class ModelDeletionPlanRepresentation(serializers.Serializer[Any]):
    """What the deletion of a model would come to."""

    wouldDelete = serializers.BooleanField()
    modelId = serializers.CharField()
    versionCount = serializers.IntegerField()
    blockers = ModelBlockerRepresentation(many=True)


class ModelDetailRepresentation(ModelRepresentation):
    """A model with its versions."""

    versions = VersionPageRepresentation()


@extend_schema_view(
    list=extend_schema(operation_id="listModels", summary="Find models", responses=ModelRepresentation(many=True)),
    create=extend_schema(
        operation_id="registerVersion",
        summary="Register a version",
        description="Creates the model with its first one. The same label with the same artifact again answers 200.",
        request=RegisterRequest,
        parameters=[IDEMPOTENCY_KEY, LOCATION, version_api.ETAG],
        responses={
            201: OpenApiResponse(VersionRepresentation, "Registered."),
            200: OpenApiResponse(VersionRepresentation, "The label has this artifact already; this is what stands."),
        },
    ),
)
class ModelListViewSet(RegistryViewSet):
    """All models of the caller's teams."""

    permission_classes = (SignedIn,)  # the team is in the query or body: the service asks
    serializer_class = ModelRepresentation
    filterset_class = ModelFilterSet
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": PAGED | set(ModelFilterSet.base_filters)}

    def get_renderers(self) -> list[BaseRenderer]:
        """A page of models holds no numbers of callers."""
        renderers = super().get_renderers()
        return [QuickJSONRenderer(), *renderers[1:]] if self.action == "list" else renderers

    def get_queryset(self) -> ModelQuery:  # type: ignore[override]
        """Everything, before the filters."""
        return ModelQuery()

    def list(self, request: Request) -> Response:
        """Answer a page of models."""
        query: ModelQuery = self.filter_queryset(self.get_queryset())  # type: ignore[arg-type, assignment]
        page = self.page
        found = models.find_models(
            actor=self.actor,
            team=query.team,
            narrowed=query.narrowed,
            by_update=query.by_update,
            limit=page.limit,
            place=Place({TeamSlug(team): key for team, key in page.after.items()}) if page.after else None,
        )
        represent = ModelRepresentation().to_representation
        return page.answer([represent(model) for model in found.models], dict(found.next.after) if found.next else None)

    def create(self, request: Request) -> Response | HttpResponse:
        """Register a version."""
        return register(request, self.body)


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="getModel",
        summary="Get a model with its newest versions",
        parameters=[
            IF_NONE_MATCH,
            OpenApiParameter("limit", LIMIT_SCHEMA, description="How many versions to show at most."),
            OpenApiParameter(
                "ETag", str, OpenApiParameter.HEADER, response=True, description="The state of the model."
            ),
        ],
        responses={
            200: ModelDetailRepresentation,
            304: OpenApiResponse(description="You have it already."),
        },
    ),
    partial_update=extend_schema(
        operation_id="describeModel",
        summary="Change a model's description and tags",
        parameters=[IF_MATCH],
        request={"application/merge-patch+json": DescribeModelRequest, "application/json": DescribeModelRequest},
        responses=ModelRepresentation,
    ),
    destroy=extend_schema(
        operation_id="deleteModel",
        summary="Delete a model",
        description=(
            "With all versions and aliases. It can be restored for 30 days; its name is free at once, and starts anew."
        ),
        parameters=[IF_MATCH, OpenApiParameter("dryRun", bool, description="Tell without doing.")],
        responses={
            200: OpenApiResponse(ModelDeletionPlanRepresentation, "With dryRun: what would happen."),
            204: OpenApiResponse(description="Deleted."),
        },
    ),
)
class ModelViewSet(ModelScoped):
    """One model."""

    serializer_class = ModelDetailRepresentation
    parser_classes = (StrictJSONParser, MergePatchParser)
    permissions: ClassVar[dict[str, Permission]] = {
        "retrieve": Permission.READ,
        "partial_update": Permission.UPDATE,
        "destroy": Permission.DELETE,
        "versions": Permission.READ,
    }
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {
        "retrieve": frozenset({"limit"}),
        "destroy": frozenset({"dryRun"}),
        "versions": PAGED,
    }

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        model_id = self.model_id
        return model_id.team, ModelNotFound(model=model_id)

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer the model with its first page of versions, or 304 where nothing of it has changed."""
        page = self.page
        model, found = models.get_model(actor=self.actor, model_id=self.model_id, limit=page.limit)
        if model is None:
            raise ModelNotFound(model=self.model_id)
        if is_known(request, model.etag):
            return Response(status=304, headers={"ETag": quoted(model.etag)})
        represent = VersionRepresentation().to_representation
        versions = {
            "next": page.link(found.next, path=reverse("versions", kwargs=self.kwargs)),
            "previous": None,
            "results": [represent(version) for version in found.items],
        }
        body = ModelRepresentation().to_representation(model) | {"versions": versions}
        return Response(body, headers={"ETag": quoted(model.etag)})

    def partial_update(self, request: Request, **_: str) -> Response:
        """Change the description or tags."""

        def change(model: RegisteredModel) -> RegisteredModel:
            standing = {"description": model.description, "tags": dict(model.tags)}
            unknown = {name: value for name, value in self.body.items() if name not in standing}
            wanted = unknown | merge_patch(standing, self.body)
            body = DescribeModelRequest(data=wanted, context={STANDING_TAGS: model.tags})
            body.is_valid(raise_exception=True)
            return replace(model, **body.validated_data)

        model = models.describe_model(
            actor=self.actor, model_id=self.model_id, change=change, expected=expected_of(request)
        )
        return Response(ModelRepresentation().to_representation(model), headers={"ETag": quoted(model.etag)})

    def destroy(self, request: Request, **_: str) -> Response:
        """Delete the model, or tell what that would do."""
        expected = expected_of(request)
        if not self.flag("dryRun"):
            relocations.delete_model(actor=self.actor, model_id=self.model_id, expected=expected)
            return Response(status=204)
        model, blockers = relocations.plan_deletion(actor=self.actor, model_id=self.model_id, expected=expected)
        told = {"wouldDelete": not blockers, "modelId": str(model.id), "versionCount": model.version_count}
        return Response(told | {"blockers": blockers})

    @extend_schema(
        operation_id="listVersions",
        summary="List a model's versions, the highest first",
        responses=VersionRepresentation(many=True),
    )
    def versions(self, request: Request, **_: str) -> Response:
        """Answer a page of versions."""
        page = self.page
        _model, found = models.get_model(actor=self.actor, model_id=self.model_id, limit=page.limit, after=page.after)
        represent = VersionRepresentation().to_representation
        return page.answer([represent(version) for version in found.items], found.next)

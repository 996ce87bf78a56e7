"""``/models/{modelId}/{version}``, and the registration of a version by POST to ``/models``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.deployment_bodies import LiveDeploymentRepresentation, wire_live
from models_app.api.fields import STANDING_TAGS, Document, Metrics, Parsed, Tags, Text
from models_app.api.parsers import MergePatchParser, StrictJSONParser
from models_app.api.preconditions import expected_of, is_known, quoted
from models_app.api.serializers import Representation, RequestBody
from models_app.api.viewsets import ModelScoped
from models_app.domain.annotations import MAX_DESCRIPTION
from models_app.domain.artifacts import parse_sha256
from models_app.domain.clock import wire
from models_app.domain.documents import canonical_json
from models_app.domain.errors import FieldImmutable, InvalidFields, NotFound
from models_app.domain.frameworks import Framework, Target
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import SETTABLE_STATUSES, ModelVersion, MutablePart, VersionStatus
from models_app.services import versions


class MutableFields(RequestBody):
    """The part of a version that may change."""

    description = Text(max_length=MAX_DESCRIPTION, required=False, allow_blank=True, default="")
    metadata = Document(required=False, default=dict, help_text="Free JSON, at most 64 KB; numbers survive as sent.")
    metrics = Metrics(required=False, default=dict)
    tags = Tags(required=False, default=dict, help_text="At most 50 key/value pairs.")
    deploymentTarget = Parsed(Target.parse, help_text="EKS or Lambda.")


class UpdateRequest(MutableFields):
    """A new mutable part. What a GET answered may be sent back whole: what cannot change is compared, not refused."""

    status = serializers.ChoiceField(
        choices=[each.value for each in SETTABLE_STATUSES],
        required=False,
        help_text="DEPRECATED or REGISTERED. The other statuses come from deployments.",
    )
    ignored = frozenset({"aliases", "deployments", "createdAt", "createdBy", "updatedAt", "updatedBy"})
    immutable: ClassVar[tuple[str, ...]] = (
        *("modelId", "teamId", "modelName", "version", "framework", "frameworkVersion"),
        *("s3Uri", "sha256", "sizeBytes", "signature", "lineage"),
    )

    @classmethod
    def about(cls, version: ModelVersion, body: Mapping[str, Any]) -> UpdateRequest:
        """The request for a version; only a target that is still open may stay open."""
        request = cls(data=body, context={STANDING_TAGS: version.mutable.tags})
        if version.mutable.target is None:
            request.fields["deploymentTarget"].required = False
            request.fields["deploymentTarget"].allow_null = True
        return request

    @classmethod
    def without_what_stands(cls, body: Mapping[str, Any], version: ModelVersion) -> dict[str, Any]:
        """The body without the immutable fields, if they are as they stand.

        Raises:
            FieldImmutable: some are not.
        """
        standing = VersionRepresentation().to_representation(version)
        sent = [name for name in cls.immutable if name in body]
        differing = [name for name in sent if canonical_json(_read(name, body[name])) != canonical_json(standing[name])]
        if differing:
            raise FieldImmutable(names=differing)
        rest = {name: value for name, value in body.items() if name not in cls.immutable}
        if rest.get("status") == version.mutable.status:
            del rest["status"]  # also one that only deployments set
        return rest


class PatchRequest(serializers.Serializer[Any]):
    """A JSON merge patch (RFC 7396) of the mutable part: null takes a field or key away."""

    description = serializers.CharField(required=False, allow_null=True, max_length=MAX_DESCRIPTION)
    metadata = Document(required=False, allow_null=True)
    metrics = Document(required=False, allow_null=True)
    tags = Document(required=False, allow_null=True)
    deploymentTarget = Parsed(Target.parse, required=False)
    status = serializers.ChoiceField(choices=[each.value for each in SETTABLE_STATUSES], required=False)


class VersionRepresentation(Representation[ModelVersion]):
    """A version."""

    modelId = serializers.CharField()
    teamId = serializers.CharField()
    modelName = serializers.CharField()
    version = serializers.CharField()
    status = serializers.ChoiceField(choices=[each.value for each in VersionStatus])
    framework = serializers.ChoiceField(choices=[each.value for each in Framework])
    frameworkVersion = serializers.CharField(allow_null=True)
    s3Uri = serializers.CharField()
    sha256 = serializers.CharField(allow_null=True)
    sizeBytes = serializers.IntegerField(allow_null=True)
    deploymentTarget = serializers.ChoiceField(choices=[each.value for each in Target], allow_null=True)
    description = serializers.CharField(allow_blank=True)
    metadata = Document()
    metrics = Metrics()
    tags = Tags()
    signature = Document(allow_null=True)
    lineage = Document(allow_null=True)
    aliases = serializers.ListField(child=serializers.CharField())
    deployments = LiveDeploymentRepresentation(many=True, help_text="Where it runs, or is about to.")
    createdAt = serializers.DateTimeField()
    createdBy = serializers.CharField()
    updatedAt = serializers.DateTimeField()
    updatedBy = serializers.CharField()

    def to_representation(self, instance: ModelVersion) -> dict[str, Any]:
        """The version in wire names."""
        mutable = instance.mutable
        return {
            "modelId": str(instance.model),
            "teamId": instance.model.team,
            "modelName": instance.model.name,
            "version": instance.label,
            "status": mutable.status,
            "framework": instance.framework,
            "frameworkVersion": instance.framework_version,
            "s3Uri": instance.artifact.uri,
            "sha256": instance.artifact.sha256,
            "sizeBytes": instance.artifact.size_bytes,
            "deploymentTarget": mutable.target,
            "description": mutable.description,
            "metadata": mutable.metadata,
            "metrics": mutable.metrics,
            "tags": mutable.tags,
            "signature": instance.signature,
            "lineage": instance.lineage,
            "aliases": sorted(instance.aliases),
            "deployments": wire_live(instance.deployments),
            "createdAt": wire(instance.created_at),
            "createdBy": instance.created_by,
            "updatedAt": wire(instance.updated_at),
            "updatedBy": instance.updated_by,
        }


class BlockerRepresentation(serializers.Serializer[Any]):
    """What forbids a deletion."""

    kind = serializers.ChoiceField(choices=["alias", "deployment"])
    alias = serializers.CharField(required=False)
    deploymentId = serializers.CharField(required=False)
    environment = serializers.CharField(required=False)
    deploymentTarget = serializers.CharField(required=False)
    status = serializers.CharField(required=False)


class DeletionPlanRepresentation(serializers.Serializer[Any]):
    """What a deletion would come to."""

    wouldDelete = serializers.BooleanField()
    modelId = serializers.CharField()
    version = serializers.CharField()
    blockers = BlockerRepresentation(many=True)


ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=True, description="The state of this version.")
LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[201], description="The version's URL.")
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="Only if this ETag is the present one; else 412."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="Answer 304 if this ETag is still the present one."
)
REFERENCE = OpenApiParameter(
    "version", str, OpenApiParameter.PATH, description="A label (`1.2.0`), `latest`, or an alias (`@champion`)."
)


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="getVersion",
        summary="Get a version",
        parameters=[REFERENCE, IF_NONE_MATCH, ETAG],
        responses={200: VersionRepresentation, 304: OpenApiResponse(description="You have it already.")},
    ),
    update=extend_schema(
        operation_id="updateVersion",
        summary="Replace what may change of a version",
        parameters=[REFERENCE, IF_MATCH, ETAG],
        request=UpdateRequest,
        responses={200: VersionRepresentation},
    ),
    partial_update=extend_schema(
        operation_id="patchVersion",
        summary="Change a part of what may change of a version",
        description="A JSON merge patch (RFC 7396), as application/merge-patch+json or application/json.",
        parameters=[REFERENCE, IF_MATCH, ETAG],
        request={"application/merge-patch+json": PatchRequest, "application/json": PatchRequest},
        responses={200: VersionRepresentation},
    ),
    destroy=extend_schema(
        operation_id="deleteVersion",
        summary="Delete a version",
        description="Softly: it can be restored for 30 days, and its label is never given out again.",
        parameters=[REFERENCE, IF_MATCH, OpenApiParameter("dryRun", bool, description="Tell without doing.")],
        responses={
            200: OpenApiResponse(DeletionPlanRepresentation, "With dryRun: what would happen."),
            204: OpenApiResponse(description="Deleted."),
        },
    ),
)
class VersionViewSet(ModelScoped):
    """One version."""

    serializer_class = VersionRepresentation
    parser_classes = (StrictJSONParser, MergePatchParser)
    permissions: ClassVar[dict[str, Permission]] = {
        "retrieve": Permission.READ,
        "update": Permission.UPDATE,
        "partial_update": Permission.UPDATE,
        "destroy": Permission.DELETE,
        "restore": Permission.RESTORE,
    }
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"destroy": frozenset({"dryRun"})}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        reference = self.reference
        return reference.model.team, reference.missing

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer the version, or 304."""
        version = versions.get_version(actor=self.actor, reference=self.reference)
        if is_known(request, version.etag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": quoted(version.etag)})
        return answer(version)

    def update(self, request: Request, **_: str) -> Response:
        """Replace the mutable part: what the body leaves out is emptied, but the status stays."""

        def change(version: ModelVersion) -> MutablePart:
            body = UpdateRequest.about(version, UpdateRequest.without_what_stands(self.body, version))
            body.is_valid(raise_exception=True)
            return part_of(body.validated_data, status=version.mutable.status)

        return self._updated(request, change)

    def partial_update(self, request: Request, **_: str) -> Response:
        """Apply a merge patch to the mutable part, and check the outcome as a whole."""

        def change(version: ModelVersion) -> MutablePart:
            patch = UpdateRequest.without_what_stands(self.body, version)
            standing = VersionRepresentation().to_representation(version)
            part = {name: standing[name] for name in map(str, MutableFields().fields) if standing[name] is not None}
            # A null takes a field away, and would take an unknown one away unseen.
            unknown = {name: value for name, value in patch.items() if name not in part}
            body = UpdateRequest.about(version, unknown | merge_patch(part, patch))
            body.is_valid(raise_exception=True)
            return part_of(body.validated_data, status=version.mutable.status)

        return self._updated(request, change)

    def destroy(self, request: Request, **_: str) -> Response:
        """Delete the version, or tell what that would do."""
        if not self.flag("dryRun"):
            versions.delete(actor=self.actor, reference=self.reference, expected=expected_of(request))
            return Response(status=status.HTTP_204_NO_CONTENT)
        version, blockers = versions.plan_deletion(
            actor=self.actor, reference=self.reference, expected=expected_of(request)
        )
        return Response(
            {
                "wouldDelete": not blockers,
                "modelId": str(version.model),
                "version": version.label,
                "blockers": blockers,
            }
        )

    @extend_schema(
        operation_id="restoreVersion",
        summary="Restore a deleted version",
        parameters=[REFERENCE, ETAG],
        request=None,
        responses={200: VersionRepresentation},
    )
    def restore(self, request: Request, **_: str) -> Response:
        """Bring the version back."""
        return answer(versions.restore(actor=self.actor, reference=self.reference))

    def _updated(self, request: Request, change: Any) -> Response:
        return answer(
            versions.update(actor=self.actor, reference=self.reference, change=change, expected=expected_of(request))
        )


def answer(version: ModelVersion) -> Response:
    """A version with its ETag."""
    return Response(VersionRepresentation().to_representation(version), headers={"ETag": quoted(version.etag)})


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2.

    >>> merge_patch({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def part_of(values: Mapping[str, Any], *, status: VersionStatus) -> MutablePart:
    """The mutable part that a checked body asks for; ``status`` where it names none."""
    part = MutablePart(
        description=values["description"],
        metadata=values["metadata"],
        metrics=values["metrics"],
        tags=values["tags"],
        target=values.get("deploymentTarget"),
        status=status,
    )
    return replace(part, status=VersionStatus(values["status"])) if "status" in values else part


def _read(name: str, value: Any) -> Any:
    """An immutable field's value as it would be stored, so that another spelling of the same is no change."""
    parsers = {"framework": Framework.parse, "sha256": parse_sha256}
    try:
        return parsers[name](value) if name in parsers and isinstance(value, str) else value
    except InvalidFields:
        return value

"""``/models/{modelId}/aliases/{alias}``."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.fields import Text
from models_app.api.preconditions import expected_of, is_known, quoted
from models_app.api.serializers import Representation, RequestBody
from models_app.api.versions import IF_MATCH, IF_NONE_MATCH
from models_app.api.viewsets import ModelScoped
from models_app.domain.aliases import Alias, AliasName
from models_app.domain.clock import wire
from models_app.domain.errors import AliasNotFound, InvalidFields, NotFound, VersionNotFound
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionReference
from models_app.services import aliases


class MoveAliasRequest(RequestBody):
    """Where an alias is to point."""

    version = Text(max_length=200, help_text="A label, `latest`, or another alias (`@champion`).")


class AliasRepresentation(Representation[Alias]):
    """An alias."""

    alias = serializers.CharField()
    modelId = serializers.CharField()
    version = serializers.CharField()
    movedAt = serializers.DateTimeField()
    movedBy = serializers.CharField()

    def to_representation(self, instance: Alias) -> dict[str, Any]:
        """The alias in wire names."""
        return {
            "alias": instance.name,
            "modelId": str(self.context["model_id"]),
            "version": instance.version,
            "movedAt": wire(instance.moved_at),
            "movedBy": instance.moved_by,
        }


ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=True, description="The state of the alias.")


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="getAlias",
        summary="Get an alias",
        parameters=[IF_NONE_MATCH, ETAG],
        responses={200: AliasRepresentation, 304: OpenApiResponse(description="You have it already.")},
    ),
    update=extend_schema(
        operation_id="moveAlias",
        summary="Point an alias to a version",
        description="Makes the alias where there is none. A team's protected aliases are moved by its maintainers.",
        parameters=[
            IF_MATCH,
            ETAG,
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="`*`: only if there is none."),
        ],
        request=MoveAliasRequest,
        responses={
            200: OpenApiResponse(AliasRepresentation, "Moved, or there already."),
            201: OpenApiResponse(AliasRepresentation, "Made."),
        },
    ),
    destroy=extend_schema(
        operation_id="removeAlias",
        summary="Remove an alias",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Removed.")},
    ),
)
class AliasViewSet(ModelScoped):
    """A model's aliases."""

    serializer_class = AliasRepresentation
    permissions: ClassVar[dict[str, Permission]] = {
        "retrieve": Permission.READ,
        "update": Permission.MOVE_ALIAS,
        "destroy": Permission.MOVE_ALIAS,
    }

    @property
    def missing(self) -> AliasNotFound:
        """What hides the alias that the path names."""
        return AliasNotFound(model=self.model_id, alias=self.kwargs.get("alias", ""))

    @property
    def alias_name(self) -> AliasName:
        """The alias that the path names; a word that none can be called is one that is missing."""
        try:
            return AliasName.parse(self.kwargs["alias"])
        except InvalidFields:
            if self.request.method == "PUT":
                raise
            raise self.missing from None

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team, and what the service hides behind."""
        model_id = self.model_id
        if self.action == "update":
            return model_id.team, VersionNotFound(model=model_id, version="")
        return model_id.team, self.missing

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer the alias, or 304."""
        alias = aliases.get_alias(actor=self.actor, model_id=self.model_id, name=self.alias_name)
        if is_known(request, alias.etag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": quoted(alias.etag)})
        return self._answer(alias)

    def update(self, request: Request, **_: str) -> Response:
        """Move the alias."""
        body = MoveAliasRequest(data=self.body)
        body.is_valid(raise_exception=True)
        target = VersionReference.parse(self.model_id, body.validated_data["version"])
        moved = aliases.move_alias(actor=self.actor, name=self.alias_name, to=target, expected=expected_of(request))
        return self._answer(moved.alias, status.HTTP_201_CREATED if moved.is_new else status.HTTP_200_OK)

    def destroy(self, request: Request, **_: str) -> Response:
        """Remove the alias."""
        aliases.remove_alias(
            actor=self.actor, model_id=self.model_id, name=self.alias_name, expected=expected_of(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, alias: Alias, code: int = status.HTTP_200_OK) -> Response:
        body = AliasRepresentation(context={"model_id": self.model_id}).to_representation(alias)
        return Response(body, status=code, headers={"ETag": quoted(alias.etag)})

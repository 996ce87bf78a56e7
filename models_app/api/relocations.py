"""``/models/{modelId}/rename`` and ``/models/{modelId}/restore``."""

from __future__ import annotations

from typing import ClassVar

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.fields import Parsed
from models_app.api.models import ModelRepresentation
from models_app.api.preconditions import expected_of, quoted
from models_app.api.serializers import RequestBody
from models_app.api.versions import IF_MATCH
from models_app.api.viewsets import ModelScoped
from models_app.domain.errors import ModelNotFound, NotFound
from models_app.domain.models import ModelId, ModelName, RegisteredModel
from models_app.domain.permissions import Permission
from models_app.domain.relocations import NothingToRestore
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import RESTORE_PERIOD
from models_app.services import relocations

ADDRESS = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[200], description="The model's URL.")


class RenameRequest(RequestBody):
    """Another name for a model, in the same team."""

    modelName = Parsed(ModelName.parse, help_text="Letters, digits, `.`, `_`, `-` and spaces, at most 128.")


class RenameViewSet(ModelScoped):
    """A model's name."""

    permissions: ClassVar[dict[str, Permission]] = {"create": Permission.RENAME}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        model_id = self.model_id
        return model_id.team, ModelNotFound(model=model_id)

    @extend_schema(
        operation_id="renameModel",
        summary="Rename a model",
        description="Versions, aliases and numbers go with it; events and deployments stay under the former name.",
        parameters=[IF_MATCH, ADDRESS],
        request=RenameRequest,
        responses={200: ModelRepresentation},
    )
    def create(self, request: Request, **_: str) -> Response:
        """Rename the model."""
        body = RenameRequest(data=self.body)
        body.is_valid(raise_exception=True)
        name = body.validated_data["modelName"]
        model_id = self.model_id
        return _answer(
            relocations.rename_model(
                actor=self.actor, model_id=model_id, to=ModelId(model_id.team, name), expected=expected_of(request)
            )
        )


class RestoreModelViewSet(ModelScoped):
    """A deleted model."""

    permissions: ClassVar[dict[str, Permission]] = {"create": Permission.RESTORE}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        model_id = self.model_id
        return model_id.team, NothingToRestore(model=model_id, days=RESTORE_PERIOD.days)

    @extend_schema(
        operation_id="restoreModel",
        summary="Restore a deleted model",
        description="The one of that name that was deleted last, in the last 30 days, as it was.",
        parameters=[ADDRESS],
        request=None,
        responses={200: ModelRepresentation},
    )
    def create(self, request: Request, **_: str) -> Response:
        """Restore the model."""
        return _answer(relocations.restore_model(actor=self.actor, model_id=self.model_id))


def _answer(model: RegisteredModel) -> Response:
    headers = {"ETag": quoted(model.etag), "Location": reverse("model", args=[str(model.id)])}
    return Response(ModelRepresentation().to_representation(model), headers=headers)

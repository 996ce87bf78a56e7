"""``/teams/{team}/tokens``."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.fields import Parsed, Text, Whole
from models_app.api.serializers import Representation, RequestBody
from models_app.api.teams import ROLES, TeamScopedViewSet
from models_app.api.viewsets import PAGED
from models_app.domain.clock import wire
from models_app.domain.permissions import Permission
from models_app.domain.teams import Role
from models_app.domain.tokens import DEFAULT_LIFETIME, MAX_LIFETIME, Token
from models_app.services import tokens
from models_app.services.tokens import Issued


class IssueTokenRequest(RequestBody):
    """A token to make."""

    name = Text(max_length=100, help_text="What it is for: the name of a pipeline, say.")
    role = Parsed(Role.parse, help_text="viewer, contributor or maintainer; never above your own.")
    expiresInDays = Whole(
        min_value=1,
        max_value=MAX_LIFETIME.days,
        required=False,
        default=DEFAULT_LIFETIME.days,
        help_text=f"1 to {MAX_LIFETIME.days}; default {DEFAULT_LIFETIME.days}.",
    )


class TokenRepresentation(Representation[Token]):
    """A token, without its secret."""

    tokenId = serializers.CharField()
    name = serializers.CharField()
    teamId = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(choices=ROLES)
    createdAt = serializers.DateTimeField()
    createdBy = serializers.CharField()
    expiresAt = serializers.DateTimeField()
    revokedAt = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: Token) -> dict[str, Any]:
        """The token in wire names."""
        return {
            "tokenId": instance.id,
            "name": instance.name,
            "teamId": instance.team,
            "role": instance.role,
            "createdAt": wire(instance.created_at),
            "createdBy": instance.created_by,
            "expiresAt": wire(instance.expires_at),
            "revokedAt": wire(instance.revoked_at) if instance.revoked_at else None,
        }


class IssuedRepresentation(TokenRepresentation):
    """A new token, with its text: this once."""

    token = serializers.CharField(help_text="The token itself. It is shown this once; keep it in a secret store.")

    def to_representation(self, instance: Issued) -> dict[str, Any]:  # type: ignore[override]
        """The token in wire names, and its text."""
        return super().to_representation(instance.token) | {"token": instance.text.text}


@extend_schema_view(
    list=extend_schema(
        operation_id="listTokens",
        summary="A team's tokens",
        description="Those that are not revoked.",
        responses=TokenRepresentation(many=True),
    ),
    create=extend_schema(
        operation_id="issueToken",
        summary="Issue a token",
        description="The answer shows the token this once.",
        request=IssueTokenRequest,
        responses={201: IssuedRepresentation},
    ),
    retrieve=extend_schema(operation_id="getToken", summary="Get a token", responses=TokenRepresentation),
    destroy=extend_schema(
        operation_id="revokeToken",
        summary="Revoke a token",
        description="It is refused everywhere within 30 seconds.",
        responses={204: OpenApiResponse(description="Revoked.")},
    ),
)
class TokenViewSet(TeamScopedViewSet):
    """A team's tokens, for its maintainers."""

    serializer_class = TokenRepresentation
    permissions: ClassVar[dict[str, Permission]] = dict.fromkeys(
        ("list", "create", "retrieve", "destroy"), Permission.MANAGE_TEAM
    )
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": PAGED}

    def list(self, request: Request, **_: str) -> Response:
        """Answer a page of tokens."""
        page = self.page
        found = tokens.list_tokens(actor=self.actor, team=self.team, limit=page.limit, after=page.after)
        represent = TokenRepresentation().to_representation
        return page.answer([represent(token) for token in found.items], found.next)

    def create(self, request: Request, **_: str) -> Response:
        """Issue a token."""
        body = IssueTokenRequest(data=self.body)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        issued = tokens.issue_token(
            actor=self.actor,
            team=self.team,
            name=values["name"],
            role=values["role"],
            days=values["expiresInDays"],
        )
        response = Response(IssuedRepresentation().to_representation(issued), status=status.HTTP_201_CREATED)
        response["Cache-Control"] = "no-store"
        return response

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer a token."""
        token = tokens.get_token(actor=self.actor, team=self.team, token_id=self.kwargs["token_id"])
        return Response(TokenRepresentation().to_representation(token))

    def destroy(self, request: Request, **_: str) -> Response:
        """Revoke a token."""
        tokens.revoke_token(actor=self.actor, team=self.team, token_id=self.kwargs["token_id"])
        return Response(status=status.HTTP_204_NO_CONTENT)

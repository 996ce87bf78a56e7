"""``/me``: who the registry takes you for. ``/health``: how it is itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from models_app.api.permissions import SignedIn
from models_app.api.teams import ROLES
from models_app.api.viewsets import RegistryViewSet
from models_app.domain.actors import Actor
from models_app.domain.clock import wire
from models_app.identity.authentication import Machine
from models_app.services import health


class RoleRepresentation(serializers.Serializer[Any]):
    """A role in a team."""

    teamId = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)


class CallerRepresentation(serializers.Serializer[Any]):
    """Who you are."""

    actor = serializers.CharField(help_text="How history calls you.")
    kind = serializers.ChoiceField(choices=["user", "token", "oidc", "ticket"])
    isPlatformAdmin = serializers.BooleanField()
    teams = RoleRepresentation(many=True)
    tokenName = serializers.CharField(required=False)
    expiresAt = serializers.DateTimeField(allow_null=True, help_text="When these credentials end.")


@extend_schema_view(
    retrieve=extend_schema(operation_id="getCaller", summary="Who you are", responses=CallerRepresentation)
)
class CallerViewSet(RegistryViewSet):
    """The caller."""

    permission_classes = (SignedIn,)
    serializer_class = CallerRepresentation

    def retrieve(self, request: Request) -> Response:
        """Answer who is calling. No call, but what it takes to know."""
        actor: Actor = self.actor
        holder: Any = request.user
        machine: Machine | None = holder if isinstance(holder, Machine) else None
        body = {
            "actor": actor.name,
            "kind": "user",
            "isPlatformAdmin": actor.is_platform_admin,
            "teams": [{"teamId": team, "role": role} for team, role in sorted(actor.roles.items())],
            "expiresAt": wire(machine.expires_at) if machine and machine.expires_at else None,
        }
        return Response(body | (machine.details if machine else {}))


HEALTH = ["ok", "unavailable"]


class DependencyRepresentation(serializers.Serializer[Any]):
    """How a dependency is."""

    status = serializers.ChoiceField(choices=HEALTH)
    milliseconds = serializers.FloatField()


class HealthRepresentation(serializers.Serializer[Any]):
    """How the registry is."""

    status = serializers.ChoiceField(choices=HEALTH)
    dependencies = serializers.DictField(child=DependencyRepresentation())


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="getHealth",
        summary="How the registry is",
        auth=[],
        responses={200: HealthRepresentation, 503: OpenApiResponse(HealthRepresentation, "Something is unavailable.")},
    )
)
class HealthViewSet(RegistryViewSet):
    """The registry's health, for anyone: it names no table, host or version."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class = HealthRepresentation

    def retrieve(self, request: Request) -> Response:
        """Ask each dependency. One call."""
        dependencies = health.check()
        is_well = all(dependency.is_well for dependency in dependencies)
        body = {
            "status": _word(is_well=is_well),
            "dependencies": {
                each.name: {"status": _word(is_well=each.is_well), "milliseconds": each.milliseconds}
                for each in dependencies
            },
        }
        return Response(body, status=200 if is_well else 503, headers={} if is_well else {"Retry-After": "5"})


def _word(*, is_well: bool) -> str:
    return "ok" if is_well else "unavailable"

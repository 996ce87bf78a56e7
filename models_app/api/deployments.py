"""``/models/{modelId}/{version}/deploy``, ``/models/{modelId}/rollback`` and ``/deployments``."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from models_app.api.deployment_bodies import (
    CancelRequest,
    DeploymentRepresentation,
    DeployRequest,
    PlanRepresentation,
    ReportRequest,
    RollbackRequest,
)
from models_app.api.idempotency import IDEMPOTENCY_KEY, answer_once
from models_app.api.pagination import PageRequest
from models_app.api.preconditions import quoted
from models_app.api.versions import REFERENCE
from models_app.api.viewsets import PAGED, ModelScoped, RegistryViewSet
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import (
    Deployment,
    DeploymentFilter,
    DeploymentStatus,
    EnvironmentName,
)
from models_app.domain.errors import InvalidFields, ModelNotFound, NotFound
from models_app.domain.frameworks import Target
from models_app.domain.pages import Page
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.services import deployment_reports, deployments

T = TypeVar("T")

ENVIRONMENT = OpenApiParameter("environment", str, description="Only there.")
TARGET = OpenApiParameter("deploymentTarget", str, description="Only on EKS, or only on Lambda.")
LISTED = PAGED | {"environment", "deploymentTarget"}


@extend_schema_view(
    create=extend_schema(
        operation_id="deploy",
        summary="Ask the pipeline to run a version",
        parameters=[REFERENCE, IDEMPOTENCY_KEY, OpenApiParameter("dryRun", bool, description="Plan without doing.")],
        request=DeployRequest,
        responses={
            202: OpenApiResponse(DeploymentRepresentation, "Requested; `Location` is where to follow it."),
            200: OpenApiResponse(PlanRepresentation, "With dryRun: the plan."),
        },
    ),
    list=extend_schema(
        operation_id="listVersionDeployments",
        summary="A version's deployments, the newest first",
        parameters=[REFERENCE, ENVIRONMENT, TARGET],
        responses=DeploymentRepresentation(many=True),
    ),
)
class DeployViewSet(ModelScoped):
    """Deployments of one version."""

    serializer_class = DeploymentRepresentation
    permissions: ClassVar[dict[str, Permission]] = {"create": Permission.DEPLOY, "list": Permission.READ}
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"create": frozenset({"dryRun"}), "list": LISTED}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        reference = self.reference
        return reference.model.team, reference.missing

    def create(self, request: Request, **_: str) -> Response | HttpResponse:
        """Request the deployment, or plan it."""
        sent = self.optional_body
        body = DeployRequest(data=sent)
        body.is_valid(raise_exception=True)
        if self.flag("dryRun"):
            plan = deployments.plan_deployment(actor=self.actor, reference=self.reference, order=body.order())
            return Response(PlanRepresentation().to_representation(plan))
        return answer_once(
            request,
            team=self.model_id.team,
            body=sent,
            do=lambda once: deployments.request_deployment(
                actor=self.actor, reference=self.reference, order=body.order(), once=once
            ),
            answer=lambda deployment: _accepted(deployment, request),
        )

    def list(self, request: Request, **_: str) -> Response:
        """Answer a page of deployments."""
        page = self.page
        found = deployments.list_of_version(
            actor=self.actor,
            reference=self.reference,
            narrowed=_narrowed(self),
            limit=page.limit,
            after=page.after,
        )
        return _listed(page, found)


@extend_schema_view(
    list=extend_schema(
        operation_id="listModelDeployments",
        summary="A model's deployments, the newest first",
        parameters=[ENVIRONMENT, TARGET],
        responses=DeploymentRepresentation(many=True),
    )
)
class ModelDeploymentViewSet(ModelScoped):
    """Deployments of all versions of one model."""

    serializer_class = DeploymentRepresentation
    permissions: ClassVar[dict[str, Permission]] = {"list": Permission.READ}
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": LISTED}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        model_id = self.model_id
        return model_id.team, ModelNotFound(model=model_id)

    def list(self, request: Request, **_: str) -> Response:
        """Answer a page of deployments."""
        page = self.page
        found = deployments.list_of_model(
            actor=self.actor,
            model_id=self.model_id,
            narrowed=_narrowed(self),
            limit=page.limit,
            after=page.after,
        )
        return _listed(page, found)


@extend_schema_view(
    create=extend_schema(
        operation_id="rollBack",
        summary="Deploy again what ran there before, as it ran",
        parameters=[IDEMPOTENCY_KEY],
        request=RollbackRequest,
        responses={202: DeploymentRepresentation},
    )
)
class RollbackViewSet(ModelScoped):
    """Going back to what ran before."""

    serializer_class = DeploymentRepresentation
    permissions: ClassVar[dict[str, Permission]] = {"create": Permission.DEPLOY}

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        model_id = self.model_id
        return model_id.team, ModelNotFound(model=model_id)

    def create(self, request: Request, **_: str) -> Response | HttpResponse:
        """Request the rollback."""
        sent = self.body
        body = RollbackRequest(data=sent)
        body.is_valid(raise_exception=True)
        where = body.validated_data
        return answer_once(
            request,
            team=self.model_id.team,
            body=sent,
            do=lambda once: deployments.roll_back(
                actor=self.actor,
                model_id=self.model_id,
                environment=where["environment"],
                target=where["deploymentTarget"],
                detail=where["detail"],
                once=once,
            ),
            answer=lambda deployment: _accepted(deployment, request),
        )


@extend_schema_view(
    list=extend_schema(
        operation_id="listDeployments",
        summary="A team's deployments, the newest first",
        parameters=[
            OpenApiParameter("teamId", str, description="Default: the caller's only team."),
            ENVIRONMENT,
            TARGET,
        ],
        responses=DeploymentRepresentation(many=True),
    ),
    retrieve=extend_schema(
        operation_id="getDeployment", summary="Follow a deployment", responses=DeploymentRepresentation
    ),
)
class DeploymentViewSet(RegistryViewSet):
    """Deployments, wherever they run. The callback ticket of one lets its holder read it and report on it."""

    serializer_class = DeploymentRepresentation
    permissions: ClassVar[dict[str, Permission]] = {
        "retrieve": Permission.READ,
        "report": Permission.DEPLOY,
        "cancel": Permission.DEPLOY,
    }
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": LISTED | {"teamId"}}

    def scope(self) -> tuple[TeamSlug, NotFound] | None:
        """The deployment's team. The holder of a ticket has no role in any: there the service decides."""
        if self.action == "list" or self.actor.ticket_for is not None:
            return None
        return self.deployment_id.team, self.deployment_id.missing

    @property
    def deployment_id(self) -> DeploymentId:
        """The deployment that the path names."""
        return DeploymentId.parse(self.kwargs["deployment_id"])

    def list(self, request: Request) -> Response:
        """Answer a page of deployments."""
        page, team = self.page, self.own_team
        if team is None:
            raise InvalidFields.one("teamId", "required", "Say which team: ?teamId=…")
        found = deployments.list_of_team(
            actor=self.actor,
            team=team,
            narrowed=_narrowed(self),
            limit=page.limit,
            after=page.after,
        )
        return _listed(page, found)

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer the deployment."""
        return _answer(deployments.get_deployment(actor=self.actor, deployment_id=self.deployment_id))

    @extend_schema(
        operation_id="reportDeploymentStatus",
        summary="Report the status of a deployment",
        description="For pipelines, with the ticket from the event as bearer token; or for maintainers.",
        request=ReportRequest,
        responses=DeploymentRepresentation,
    )
    def report(self, request: Request, **_: str) -> Response:
        """Take the pipeline's word."""
        body = ReportRequest(data=self.body)
        body.is_valid(raise_exception=True)
        deployment = deployment_reports.report_status(
            actor=self.actor,
            deployment_id=self.deployment_id,
            status=DeploymentStatus(body.validated_data["status"]),
            detail=body.validated_data["detail"],
        )
        return _answer(deployment)

    @extend_schema(
        operation_id="cancelDeployment",
        summary="Call a deployment off",
        request=CancelRequest,
        responses=DeploymentRepresentation,
    )
    def cancel(self, request: Request, **_: str) -> Response:
        """Cancel."""
        body = CancelRequest(data=self.optional_body)
        body.is_valid(raise_exception=True)
        detail = body.validated_data["detail"]
        return _answer(deployment_reports.cancel(actor=self.actor, deployment_id=self.deployment_id, detail=detail))


def _narrowed(view: RegistryViewSet) -> DeploymentFilter:
    """What a list is narrowed to: the place that the query names."""
    return DeploymentFilter(
        environment=view.asked("environment", EnvironmentName.parse),
        target=view.asked("deploymentTarget", Target.parse),
    )


def _listed(page: PageRequest, found: Page[Deployment]) -> Response:
    represent = DeploymentRepresentation().to_representation
    return page.answer([represent(each) for each in found.items], found.next)


def _answer(deployment: Deployment) -> Response:
    return Response(DeploymentRepresentation().to_representation(deployment), headers={"ETag": quoted(deployment.etag)})


def _accepted(deployment: Deployment, request: Request) -> Response:
    """202, with where to follow it."""
    location = reverse("deployment", kwargs={"deployment_id": str(deployment.id)}, request=request)
    body = DeploymentRepresentation().to_representation(deployment)
    return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": location})

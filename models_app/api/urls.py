"""Every address of the API. A version label begins with a digit, so the words below are free for paths."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation

from models_app.api.aliases import AliasViewSet
from models_app.api.callers import CallerViewSet, HealthViewSet
from models_app.api.deployments import (
    DeploymentViewSet,
    DeployViewSet,
    ModelDeploymentViewSet,
    RollbackViewSet,
)
from models_app.api.events import ModelEventViewSet, TeamEventViewSet
from models_app.api.models import ModelListViewSet, ModelViewSet
from models_app.api.problem_pages import problem_page
from models_app.api.relocations import RenameViewSet, RestoreModelViewSet
from models_app.api.resolutions import ResolveViewSet
from models_app.api.teams import MemberViewSet, TeamListViewSet, TeamViewSet
from models_app.api.tokens import TokenViewSet
from models_app.api.versions import VersionViewSet

ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
LIST: dict[str, Any] = {"get": "list", "post": "create"}
ONE = "api/v1/models/<str:model_id>"
TEAM = "api/v1/teams/<str:team>"
DEPLOYMENT = "api/v1/deployments/<str:deployment_id>"

urlpatterns: list[URLPattern] = [
    path("api/v1/health", HealthViewSet.as_view({"get": "retrieve"}), name="health"),
    path("api/v1/me", CallerViewSet.as_view({"get": "retrieve"}), name="me"),
    path("api/v1/models", ModelListViewSet.as_view(LIST), name="models"),
    path(ONE, ModelViewSet.as_view(ITEM), name="model"),
    path(f"{ONE}/versions", ModelViewSet.as_view({"get": "versions"}), name="versions"),
    path(f"{ONE}/events", ModelEventViewSet.as_view({"get": "list"}), name="model-events"),
    path(f"{ONE}/rename", RenameViewSet.as_view({"post": "create"}), name="rename"),
    path(f"{ONE}/restore", RestoreModelViewSet.as_view({"post": "create"}), name="restore-model"),
    path(f"{ONE}/rollback", RollbackViewSet.as_view({"post": "create"}), name="rollback"),
    path(f"{ONE}/resolve", ResolveViewSet.as_view({"get": "retrieve"}), name="resolve"),
    path(f"{ONE}/deployments", ModelDeploymentViewSet.as_view({"get": "list"}), name="model-deployments"),
    path(
        f"{ONE}/aliases/<str:alias>",
        AliasViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="alias",
    ),
    path(f"{ONE}/<str:version>", VersionViewSet.as_view(ITEM | {"put": "update"}), name="version"),
    path(f"{ONE}/<str:version>/restore", VersionViewSet.as_view({"post": "restore"}), name="restore"),
    path(f"{ONE}/<str:version>/deploy", DeployViewSet.as_view({"post": "create"}), name="deploy"),
    path(f"{ONE}/<str:version>/deployments", DeployViewSet.as_view({"get": "list"}), name="version-deployments"),
    path("api/v1/deployments", DeploymentViewSet.as_view({"get": "list"}), name="deployments"),
    path(DEPLOYMENT, DeploymentViewSet.as_view({"get": "retrieve"}), name="deployment"),
    path(f"{DEPLOYMENT}/status", DeploymentViewSet.as_view({"post": "report"}), name="deployment-status"),
    path(f"{DEPLOYMENT}/cancel", DeploymentViewSet.as_view({"post": "cancel"}), name="deployment-cancel"),
    path("api/v1/events", TeamEventViewSet.as_view({"get": "list"}), name="team-events"),
    path("api/v1/teams", TeamListViewSet.as_view(LIST), name="teams"),
    path(TEAM, TeamViewSet.as_view(ITEM), name="team"),
    path(f"{TEAM}/members", MemberViewSet.as_view(LIST), name="members"),
    path(f"{TEAM}/members/<str:username>", MemberViewSet.as_view(ITEM), name="member"),
    path(f"{TEAM}/tokens", TokenViewSet.as_view(LIST), name="tokens"),
    path(f"{TEAM}/tokens/<str:token_id>", TokenViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="token"),
    path("api/schema", SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("problems/<slug:slug>", problem_page, name="problem"),
]

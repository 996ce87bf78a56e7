"""What a form is about: the model, version, deployment or team in its address, and the way back to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.errors import InvalidFields, ModelNotFound, NotFound, TeamNotFound
from models_app.domain.models import ModelId
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionReference
from models_app.services import versions
from models_app.web.forms.page import Crumb, TeamwiseFormPage


class ModelFormPage(TeamwiseFormPage):
    """A form about a model."""

    @property
    def model_id(self) -> ModelId:
        """The model that the address names."""
        return ModelId.parse(self.kwargs["model_id"], default_team=self.actor.only_team)

    @property
    def model_page(self) -> str:
        """Where the model is looked at."""
        return reverse("model", kwargs={"model_id": str(self.model_id)})

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        return self.model_id.team, ModelNotFound(model=self.model_id)

    def trail(self) -> list[Crumb]:
        """Models, the team's, this one."""
        team = self.model_id.team
        of_team = f"{reverse('models')}?{urlencode({'teamId': team})}"
        return [("Models", reverse("models")), (team, of_team), (self.model_id.name, self.model_page)]


class VersionFormPage(ModelFormPage):
    """A form about a version. Under ``latest`` or an alias it leads to the version that is meant now, which stays."""

    @property
    def reference(self) -> VersionReference:
        """The version that the address names."""
        return VersionReference.parse(self.model_id, self.kwargs["version"])

    @property
    def version_page(self) -> str:
        """Where the version is looked at."""
        return reverse("version", kwargs={"model_id": str(self.model_id), "version": str(self.reference)})

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The model's team."""
        return self.model_id.team, self.reference.missing

    def trail(self) -> list[Crumb]:
        """The model, this version."""
        return [*super().trail(), (str(self.reference), self.version_page)]

    def get(self, request: HttpRequest, **kwargs: str) -> Any:
        """Show the form, or lead to the one of the version that is meant."""
        if self.reference.label is None:
            meant = versions.get_version(actor=self.actor, reference=self.reference)
            route = request.resolver_match.url_name if request.resolver_match else ""
            address = reverse(route, kwargs={"model_id": str(self.model_id), "version": meant.label})
            return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)
        return super().get(request, **kwargs)


class DeploymentFormPage(TeamwiseFormPage):
    """A form about a deployment."""

    permission = Permission.DEPLOY

    @property
    def deployment_id(self) -> DeploymentId:
        """The deployment that the address names."""
        return DeploymentId.parse(self.kwargs["deployment_id"])

    @property
    def deployment_page(self) -> str:
        """Where the deployment is looked at."""
        return reverse("deployment", kwargs={"deployment_id": str(self.deployment_id)})

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The deployment's team."""
        return self.deployment_id.team, self.deployment_id.missing

    def trail(self) -> list[Crumb]:
        """The team's deployments, this one."""
        of_team = f"{reverse('deployments')}?{urlencode({'teamId': self.deployment_id.team})}"
        return [("Deployments", of_team), (self.deployment_id.ulid, self.deployment_page)]


class TeamFormPage(TeamwiseFormPage):
    """A form about a team, for its maintainers."""

    permission = Permission.MANAGE_TEAM

    @property
    def team(self) -> TeamSlug:
        """The team that the address names; what no team can be called is missing."""
        try:
            return TeamSlug.parse(self.kwargs["team"])
        except InvalidFields:
            raise TeamNotFound(team=self.kwargs["team"]) from None

    @property
    def team_page(self) -> str:
        """Where the team is looked at."""
        return reverse("team", kwargs={"team": self.team})

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """That team."""
        return self.team, TeamNotFound(team=self.team)

    def trail(self) -> list[Crumb]:
        """Teams, this one."""
        return [("Teams", reverse("teams")), (self.team, self.team_page)]

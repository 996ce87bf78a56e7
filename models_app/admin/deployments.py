"""Deployments: looked at, and called off. Pipelines move them on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.contrib.admin import action
from django.db import models
from django.http import HttpRequest, HttpResponse

from models_app.admin.models import TargetFilter
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import (
    RegistryAdmin,
    RegistryRepository,
    TeamFilter,
    actor_of,
    choice_filter,
    in_turn,
)
from models_app.domain import deployments as domain
from models_app.domain.clock import wire
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import DeploymentFilter, DeploymentStatus, EnvironmentName
from models_app.domain.errors import InvalidFields
from models_app.domain.frameworks import Target
from models_app.domain.pages import Page, StartKey
from models_app.domain.teams import TeamSlug
from models_app.nodb.queries import Row, Rows
from models_app.nodb.sites import Entry
from models_app.services import deployment_reports, deployments

DeploymentStatusFilter = choice_filter("status", "status", [each.value for each in DeploymentStatus])


class Deployment(Row):
    """A deployment on a page."""

    id = models.CharField("deployment", max_length=100, primary_key=True)
    team = models.CharField(max_length=63)
    model = models.CharField(max_length=200)
    version = models.CharField(max_length=64)
    environment = models.CharField(max_length=63)
    target = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    parameters = models.JSONField()
    s3_uri = models.CharField("S3 URI", max_length=2048)
    timeline = models.TextField()
    requested_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deadline_at = models.DateTimeField("given up at", null=True)

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "deployment"

    def __str__(self) -> str:
        return f"{self.model}/{self.version} to {self.environment} on {self.target} ({self.id})"

    @classmethod
    def of(cls, deployment: domain.Deployment) -> Self:
        """The row of a deployment."""
        row = cls(
            id=str(deployment.id),
            team=deployment.id.team,
            model=str(deployment.model),
            version=deployment.version,
            environment=str(deployment.slot.environment),
            target=deployment.slot.target.value,
            status=deployment.status.value,
            reason=deployment.reason.value,
            parameters=deployment.parameters,
            s3_uri=deployment.artifact.uri,
            timeline="\n".join(
                f"{wire(step.at)}  {step.status}  {step.by}  {step.detail}".rstrip() for step in deployment.timeline
            ),
            requested_at=deployment.requested_at,
            updated_at=deployment.updated_at,
            deadline_at=deployment.deadline_at,
        )
        row._state.adding = False
        return row


class DeploymentRepository(RegistryRepository):
    """Deployments team by team, in each the newest first."""

    filters = frozenset({"team", "target", "status"})

    def get(self, key: str) -> Deployment:
        """A deployment. One call."""
        return Deployment.of(deployments.get_deployment(actor=self.actor, deployment_id=DeploymentId.parse(key)))

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """Deployments of a team, or of one team after the other. One call a team, narrowed up to four."""
        target = Target.parse(conditions["target"]) if "target" in conditions else None
        status = _status(conditions.get("status"))
        environment = EnvironmentName.parse(prefix) if prefix else None
        narrowed = DeploymentFilter(environment=environment, target=target, status=status)

        def read(team: str, start: StartKey | None, limit: int) -> Page[Any]:
            page = deployments.list_of_team(
                actor=self.actor,
                team=TeamSlug(team),
                narrowed=narrowed,
                limit=limit,
                after=start,
            )
            return Page([Deployment.of(deployment) for deployment in page.items], page.next)

        return in_turn(self.teams(conditions), read, limit=limit, after=after)


def _status(text: str | None) -> DeploymentStatus | None:
    try:
        return DeploymentStatus(text) if text is not None else None
    except ValueError:
        raise InvalidFields.one("status", "unknown", "There is no such status.") from None


class DeploymentAdmin(RegistryAdmin):
    """The deployments of all teams."""

    repository_class = DeploymentRepository
    list_display = ("id", "model", "version", "environment", "target", "status", "updated_at")
    list_filter = (TeamFilter, TargetFilter, DeploymentStatusFilter)
    search_fields = ("environment",)
    search_help_text = "The whole name of an environment."
    fields = (
        *("id", "model", "version", "environment", "target", "status", "reason", "timeline", "deadline_at"),
        *("parameters", "s3_uri", "requested_at", "updated_at"),
    )
    actions = ("cancel",)
    row_actions: ClassVar[Mapping[str, str]] = {"cancel": "Cancel this deployment"}

    @action(description="Cancel selected deployments", permissions=["deploy"])
    def cancel(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Call several off."""

        def deed(row: Deployment) -> None:
            with shown_in_the_form():
                deployment_reports.cancel(actor=actor_of(request), deployment_id=DeploymentId.parse(row.id))

        question = "Cancel these deployments? Their pipelines hear of it by an event. What is over stays as it is."
        return self.run(request, queryset, deed, done="Deployments cancelled", question=question)

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """Its timeline, the newest step first."""
        found = deployments.get_deployment(actor=actor_of(request), deployment_id=DeploymentId.parse(row.id))
        steps = [
            Entry(at=step.at, who=step.by, what=step.status.value, about=step.detail)
            for step in reversed(found.timeline)
        ]
        return Rows(steps)

"""Versions: registered, described, deprecated and deleted. A list shows each model's newest, or all of one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

from django.contrib.admin import action
from django.db import models
from django.http import HttpRequest, HttpResponse

from models_app.admin.models import FrameworkFilter, ModelRepository, StatusFilter, TargetFilter
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import HISTORY_PAGE, Need, RegistryAdmin, TeamFilter, actor_of, entries
from models_app.admin.version_forms import VersionForm, registration_from
from models_app.domain import models as model_domain
from models_app.domain.errors import ModelNotFound
from models_app.domain.frameworks import Target
from models_app.domain.models import ModelId, VersionSummary
from models_app.domain.permissions import Permission
from models_app.domain.versions import ModelVersion as Version
from models_app.domain.versions import MutablePart, VersionReference, VersionStatus
from models_app.nodb.queries import Row, Rows
from models_app.services import events, versions
from models_app.services import models as model_services


class ModelVersion(Row):
    """A version on a page. A list over models knows its summary alone."""

    key = models.CharField("version", max_length=300, primary_key=True)
    model = models.CharField(max_length=200)
    label = models.CharField(max_length=64)
    status = models.CharField(max_length=20)
    framework = models.CharField(max_length=20)
    framework_version = models.CharField(max_length=100, blank=True)
    target = models.CharField("deployment target", max_length=20, blank=True)
    s3_uri = models.CharField("S3 URI", max_length=2048)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    description = models.TextField(blank=True)
    tags = models.JSONField(blank=True, default=dict)
    metrics = models.JSONField(blank=True, default=dict)
    metadata = models.JSONField(blank=True, default=dict)
    signature = models.JSONField(blank=True, null=True)
    lineage = models.JSONField(blank=True, null=True)
    aliases = models.JSONField(blank=True, default=list)
    deployments = models.JSONField(blank=True, default=dict)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    updated_at = models.DateTimeField(null=True)
    updated_by = models.CharField(max_length=200, blank=True)

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "version"

    revision = ""

    def __str__(self) -> str:
        return self.key

    @property
    def team(self) -> str:
        """Whose row it is."""
        return ModelId.parse(self.model).team

    @property
    def reference(self) -> VersionReference:
        """What the services call it."""
        return reference_of(self.key)

    @classmethod
    def of(cls, version: Version) -> Self:
        """The row of a version."""
        mutable = version.mutable
        row = cls(
            key=key_of(version.model, version.label),
            model=str(version.model),
            label=version.label,
            status=mutable.status.value,
            framework=version.framework.value,
            framework_version=version.framework_version or "",
            target=mutable.target.value if mutable.target else "",
            s3_uri=version.artifact.uri,
            sha256=version.artifact.sha256 or "",
            size_bytes=version.artifact.size_bytes,
            description=mutable.description,
            tags=dict(mutable.tags),
            metrics=dict(mutable.metrics),
            metadata=mutable.metadata,
            signature=version.signature,
            lineage=version.lineage,
            aliases=sorted(version.aliases),
            deployments={
                key: f"{live.environment}, {live.target}: {live.status}" for key, live in version.deployments.items()
            },
            created_at=version.created_at,
            created_by=version.created_by,
            updated_at=version.updated_at,
            updated_by=version.updated_by,
        )
        row.revision = version.etag
        row._state.adding = False
        return row

    @classmethod
    def of_summary(cls, model: ModelId, summary: VersionSummary) -> Self:
        """The row of a model's newest version."""
        row = cls(
            key=key_of(model, summary.label),
            model=str(model),
            label=summary.label,
            status=summary.status,
            framework=summary.framework.value,
            target=summary.target.value if summary.target else "",
            created_at=summary.created_at,
            created_by=summary.created_by,
        )
        row._state.adding = False
        return row


def key_of(model: ModelId, label: str) -> str:
    """What a version is found by: neither part holds a slash."""
    return f"{model}/{label}"


def reference_of(key: str) -> VersionReference:
    """The reference of a key. Words such as ``latest`` are none here: a page is about one version."""
    model, _, label = key.rpartition("/")
    reference = VersionReference.parse(ModelId.parse(model), label)
    if reference.label is None:
        raise reference.missing
    return reference


class VersionRepository(ModelRepository):
    """All versions of a model, the highest first; or the newest version of each model."""

    filters = ModelRepository.filters | {"model"}

    def get(self, key: str) -> ModelVersion:
        """A version. One call."""
        return ModelVersion.of(versions.get_version(actor=self.actor, reference=reference_of(key)))

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """As for models; of one model, one call."""
        if "model" not in conditions:
            found = super().read(conditions, prefix=prefix, limit=limit, after=after)
            return Rows([row for row in found.items if row is not None], found.next)
        try:
            model_id = ModelId.parse(conditions["model"])
            _, page = model_services.get_model(actor=self.actor, model_id=model_id, limit=limit, after=after)
        except ModelNotFound:
            return Rows([])
        rest = {name: value for name, value in conditions.items() if name != "model"}
        rows = [ModelVersion.of(version) for version in page.items if version.label.startswith(prefix)]
        return Rows([row for row in rows if all(getattr(row, name) == rest[name] for name in rest)], page.next)

    def row(self, model: model_domain.RegisteredModel) -> ModelVersion | None:
        """A model's newest version, if it has one."""
        return ModelVersion.of_summary(model.id, model.latest) if model.latest else None


class VersionAdmin(RegistryAdmin):
    """The versions of all teams' models."""

    form = VersionForm
    repository_class = VersionRepository
    adding: ClassVar[Need] = Permission.REGISTER
    changing: ClassVar[Need] = Permission.UPDATE
    deleting: ClassVar[Need] = Permission.DELETE
    list_display = ("key", "framework", "target", "status", "created_at", "created_by")
    list_filter = (TeamFilter, FrameworkFilter, TargetFilter, StatusFilter)
    search_fields = ("key",)
    search_help_text = (
        "The newest version of each model; search by the beginning of the model's name or id. "
        "A model's page leads to all its versions; there, search by the beginning of the version."
    )
    add_fields = (
        *("team", "model_name", "version", "framework", "framework_version", "s3_uri", "sha256", "size_bytes"),
        *("target", "description", "tags", "metrics", "metadata"),
    )
    fields = (
        *("key", "status", "target", "description", "tags", "metrics", "metadata"),
        *("framework", "framework_version", "s3_uri", "sha256", "size_bytes", "signature", "lineage"),
        *("aliases", "deployments", "created_at", "created_by", "updated_at", "updated_by"),
    )
    readonly_fields = (
        *("key", "framework", "framework_version", "s3_uri", "sha256", "size_bytes", "signature", "lineage"),
        *("aliases", "deployments", "created_at", "created_by", "updated_at", "updated_by"),
    )
    actions = ("deprecate", "reinstate", "delete_versions")
    row_actions: ClassVar[Mapping[str, str]] = {"deprecate": "Deprecate", "reinstate": "Take back the deprecation"}

    def has_update_permission(self, request: HttpRequest) -> bool:
        """What deprecating takes."""
        return self.has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Register a version, or change what may change of it."""
        actor, values = actor_of(request), form.cleaned_data
        names = {"modelName": "model_name", "s3Uri": "s3_uri", "sizeBytes": "size_bytes", "deploymentTarget": "target"}
        with shown_in_the_form(**names):
            if not change:
                version = versions.register(actor=actor, registration=registration_from(values)).version
                obj.key, obj.model = key_of(version.model, version.label), str(version.model)
                return
            changes = form.changes
            if "status" in changes:
                changes["status"] = VersionStatus(changes["status"])
            if "target" in changes:
                changes["target"] = Target.parse(changes["target"], field="target")
            versions.update(
                actor=actor,
                reference=obj.reference,
                change=lambda version: replace(version.mutable, **changes),
                expected={form.revision_seen},
            )

    def blockers(self, request: HttpRequest, rows: Any) -> list[str]:
        """The aliases and deployments that depend on a version."""
        return [
            f"{row}: {name}"
            for row in rows
            for name in [f"alias {each}" for each in row.aliases] + [f"deployment {each}" for each in row.deployments]
        ]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Hide a version; it can be restored for 30 days."""
        with shown_in_the_form():
            versions.delete(actor=actor_of(request), reference=obj.reference)

    @action(description="Deprecate selected versions", permissions=["update"])
    def deprecate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Mark several as not to be used any more."""
        return self._set_status(request, queryset, VersionStatus.DEPRECATED, done="Versions deprecated")

    @action(description="Take back the deprecation of selected versions", permissions=["update"])
    def reinstate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Allow several to be used again."""
        return self._set_status(request, queryset, VersionStatus.REGISTERED, done="Versions no longer deprecated")

    @action(description="Delete selected versions", permissions=["delete"])
    def delete_versions(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Hide several."""
        question = "Delete these versions? Those with aliases or deployments stay; others can be restored for 30 days."
        return self.run(
            request, queryset, lambda row: self.delete_model(request, row), done="Versions deleted", question=question
        )

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """What happened to the version, out of what happened to its model."""
        page = events.history_of_model(
            actor=actor_of(request), model_id=row.reference.model, limit=HISTORY_PAGE, after=after
        )
        return entries(page, only=lambda event: event.version == row.label)

    def _set_status(
        self, request: HttpRequest, queryset: Any, status: VersionStatus, *, done: str
    ) -> HttpResponse | None:
        def change(version: Version) -> MutablePart:
            return replace(version.mutable, status=status)

        def deed(row: ModelVersion) -> None:
            with shown_in_the_form():
                versions.update(actor=actor_of(request), reference=row.reference, change=change)

        return self.run(request, queryset, deed, done=done)

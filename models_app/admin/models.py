"""Models: what they say of themselves, and what their newest version is. They come with their first version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

from django.contrib.admin import display
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from models_app.admin.fields import Document, Text
from models_app.admin.refusals import shown_in_the_form
from models_app.admin.rows import (
    HISTORY_PAGE,
    Need,
    RegistryAdmin,
    RegistryRepository,
    TeamFilter,
    actor_of,
    choice_filter,
    entries,
    in_turn,
)
from models_app.domain import models as domain
from models_app.domain.annotations import MAX_DESCRIPTION, MAX_TAGS, too_many, wrong_tags
from models_app.domain.frameworks import Framework, Target
from models_app.domain.models import ModelFilter, ModelId
from models_app.domain.pages import Page, StartKey
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionStatus
from models_app.nodb.forms import RowForm
from models_app.nodb.queries import Row, Rows
from models_app.services import events
from models_app.services import models as services
from models_app.services.models import Place

FrameworkFilter = choice_filter("framework", "framework", [each.value for each in Framework])
TargetFilter = choice_filter("target", "target", [each.value for each in Target])
StatusFilter = choice_filter("status", "status", [each.value for each in VersionStatus])


class RegisteredModel(Row):
    """A model on a page."""

    id = models.CharField("model", max_length=200, primary_key=True)
    team = models.CharField(max_length=63)
    description = models.TextField(blank=True)
    tags = models.JSONField(blank=True)
    aliases = models.JSONField()
    placements = models.JSONField()
    latest = models.CharField("latest version", max_length=64, blank=True)
    framework = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20, blank=True)
    version_count = models.IntegerField("versions")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta(Row.Meta):
        app_label = "models_app"
        verbose_name = "model"

    revision = ""

    def __str__(self) -> str:
        return self.id

    @classmethod
    def of(cls, model: domain.RegisteredModel) -> Self:
        """The row of a model."""
        latest = model.latest
        row = cls(
            id=str(model.id),
            team=model.id.team,
            description=model.description,
            tags=dict(model.tags),
            aliases=dict(model.aliases),
            placements={slot: dict(placement) for slot, placement in model.placements.items()},
            latest=latest.label if latest else "",
            framework=latest.framework.value if latest else "",
            status=latest.status if latest else "",
            target=latest.target.value if latest and latest.target else "",
            version_count=model.version_count,
            created_at=model.created_at,
            created_by=model.created_by,
            updated_at=model.updated_at,
        )
        row.revision = model.etag
        row._state.adding = False
        return row


def narrowed_by(conditions: Mapping[str, str], prefix: str) -> tuple[ModelFilter, str | None]:
    """What a list of models is narrowed to, and the team that the prefix of a model's id names, if it names one."""
    team, dot, name = prefix.partition(".")
    wanted = ModelFilter(
        framework=Framework.parse(conditions["framework"]) if "framework" in conditions else None,
        target=Target.parse(conditions["target"]) if "target" in conditions else None,
        status=conditions.get("status"),
        name_prefix=name if dot else prefix,
    )
    return wanted, team if dot else None


class ModelRepository(RegistryRepository):
    """Models team by team, in each by name."""

    filters = frozenset({"team", "framework", "target", "status"})

    def get(self, key: str) -> Any:
        """A model. One call."""
        model, _ = services.get_model(actor=self.actor, model_id=ModelId.parse(key), limit=1)
        return RegisteredModel.of(model) if model is not None else None

    def read(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """Models of a team, or of one team after the other. One call a team, up to four where filters leave few."""
        narrowed, team = narrowed_by(conditions, prefix)
        asked = [each for each in self.teams(conditions) if team is None or each == team]

        def read(slug: str, start: StartKey | None, limit: int) -> Page[Any]:
            place = Place({TeamSlug(slug): start}) if start is not None else None
            found = services.find_models(
                actor=self.actor, team=TeamSlug(slug), narrowed=narrowed, limit=limit, place=place
            )
            return Page(
                [self.row(model) for model in found.models], found.next.after[TeamSlug(slug)] if found.next else None
            )

        return in_turn(asked, read, limit=limit, after=after)

    def row(self, model: domain.RegisteredModel) -> Any:
        """What the list shows of a model."""
        return RegisteredModel.of(model)


class ModelForm(RowForm):
    """What a model says of itself."""

    description = Text(max_length=MAX_DESCRIPTION, required=False)
    tags = Document(
        complaints=lambda tags: [*filter(None, [too_many(tags, MAX_TAGS, "tags")]), *told(wrong_tags(tags))],
        help_text="A JSON object of texts.",
    )


def told(wrong: Mapping[str, str]) -> list[str]:
    """Complaints about single entries, each with its name."""
    return [f"{name}: {complaint}" for name, complaint in wrong.items()]


class ModelAdmin(RegistryAdmin):
    """The models of all teams."""

    form = ModelForm
    repository_class = ModelRepository
    changing: ClassVar[Need] = Permission.UPDATE
    list_display = ("id", "latest", "framework", "target", "status", "versions", "updated_at")
    list_filter = (TeamFilter, FrameworkFilter, TargetFilter, StatusFilter)
    search_fields = ("id",)
    search_help_text = "The beginning of a model's name (fraud), or of its id (payments.fraud)."
    fields = (
        *("id", "description", "tags", "latest", "versions", "aliases", "placements"),
        *("created_at", "created_by", "updated_at"),
    )
    readonly_fields = (
        *("id", "latest", "versions", "aliases", "placements"),
        *("created_at", "created_by", "updated_at"),
    )

    @display(description="versions")
    def versions(self, row: RegisteredModel) -> str:
        """How many there are, as a link to them."""
        url = reverse(f"{self.admin_site.name}:models_app_modelversion_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, urlencode({"model": row.id}), row.version_count)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Describe the model."""
        with shown_in_the_form():
            services.describe_model(
                actor=actor_of(request),
                model_id=ModelId.parse(obj.id),
                change=lambda model: replace(model, **form.changes),
                expected={form.revision_seen},
            )

    def history(self, request: HttpRequest, row: Any, *, after: Any) -> Rows:
        """What happened to the model and its versions."""
        model_id = ModelId.parse(row.id)
        return entries(
            events.history_of_model(actor=actor_of(request), model_id=model_id, limit=HISTORY_PAGE, after=after)
        )

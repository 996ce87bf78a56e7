"""The admin as a whole: who may enter, what is in it, and its first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from models_app.admin.deployments import Deployment, DeploymentAdmin
from models_app.admin.events import Event, EventAdmin, recent_entries
from models_app.admin.members import Member, MemberAdmin
from models_app.admin.models import ModelAdmin, RegisteredModel
from models_app.admin.refusals import STATUS, status_of
from models_app.admin.rows import MAX_TEAMS_A_PAGE, teams_of
from models_app.admin.teams import Team, TeamAdmin
from models_app.admin.tokens import Token, TokenAdmin
from models_app.admin.users import UserAdmin
from models_app.admin.versions import ModelVersion, VersionAdmin
from models_app.domain.errors import Busy, RegistryError
from models_app.models import User
from models_app.nodb.sites import RowSite

RECENT = 10


class RegistrySite(RowSite):
    """The administration. Who may enter is ``User.is_staff``: platform administrators."""

    site_title = "Model Registry administration"
    site_header = "Model Registry administration"
    index_title = "Administration"
    index_template = "models_app/admin/index.html"

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """What there is, and what happened last: in up to ten teams, one call each."""
        recent = recent_entries(request, teams_of(request)[:MAX_TEAMS_A_PAGE], limit=RECENT)
        return super().index(request, {"recent": recent, **(extra_context or {})})

    def told(self, refusal: Exception) -> tuple[int, str] | None:
        """A refusal of the registry, too, is a page."""
        if isinstance(refusal, RegistryError):
            return status_of(refusal), str(refusal)
        return super().told(refusal)

    def refuse(self, request: HttpRequest, status: int, sentence: str) -> HttpResponse:
        """The page; when the registry is busy, with the time to wait."""
        response = super().refuse(request, status, sentence)
        if status == STATUS[Busy]:
            response.headers["Retry-After"] = str(Busy.retry_after_seconds)
        return response


site = RegistrySite(name="admin")
site.disable_action("delete_selected")  # ours tell what became of each
site.register(Team, TeamAdmin)
site.register(Member, MemberAdmin)
site.register(User, UserAdmin)
site.register(Token, TokenAdmin)
site.register(RegisteredModel, ModelAdmin)
site.register(ModelVersion, VersionAdmin)
site.register(Deployment, DeploymentAdmin)
site.register(Event, EventAdmin)

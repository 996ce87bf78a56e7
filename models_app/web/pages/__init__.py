"""Which address has a page of its own, by the name of its route; all others show their JSON."""

from __future__ import annotations

from models_app.web.pages import account, deployments, events, models, teams, versions
from models_app.web.pages.page import Page

PAGES: dict[str, Page] = {
    "models": Page("web/models.html", models.of_list),
    "model": Page("web/model.html", models.of_model),
    "versions": Page("web/versions.html", versions.of_list),
    "version": Page("web/version.html", versions.of_version),
    "deployments": Page("web/deployments.html", deployments.of_list),
    "version-deployments": Page("web/version_deployments.html", deployments.of_version),
    "deployment": Page("web/deployment.html", deployments.of_deployment),
    "model-events": Page("web/events.html", events.of_list),
    "team-events": Page("web/events.html", events.of_list),
    "teams": Page("web/teams.html", teams.of_list),
    "team": Page("web/team.html", teams.of_team),
    "members": Page("web/members.html", teams.of_members),
    "tokens": Page("web/tokens.html", teams.of_tokens),
    "me": Page("web/me.html", account.of_caller),
}

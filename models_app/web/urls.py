"""The pages that change something, and those that put together more than one answer of the API."""

from __future__ import annotations

from django.urls import URLPattern, path

from models_app.web.comparing import compare
from models_app.web.forms import account, deployments, models, relocations, teams, versions
from models_app.web.lists import narrowed

MODEL = "models/<str:model_id>"
VERSION = f"{MODEL}/versions/<str:version>"
DEPLOYMENT = "deployments/<str:deployment_id>"
TEAM = "teams/<str:team>"

urlpatterns: list[URLPattern] = [
    path("models", narrowed, {"route": "models"}, name="narrow-models"),
    path("deployments", narrowed, {"route": "deployments"}, name="narrow-deployments"),
    path(f"{MODEL}/compare", compare, name="compare"),
    path("models/new", versions.RegisterPage.as_view(), name="register-form"),
    path(f"{MODEL}/edit", models.ModelEditPage.as_view(), name="model-form"),
    path(f"{MODEL}/rename", relocations.RenamePage.as_view(), name="rename-form"),
    path(f"{MODEL}/delete", relocations.DeletePage.as_view(), name="delete-form"),
    path(f"{MODEL}/restore", relocations.RestoreModelPage.as_view(), name="restore-model-form"),
    path(f"{MODEL}/alias", models.AliasPage.as_view(), name="alias-form"),
    path(f"{MODEL}/aliases/<str:alias>/remove", models.AliasRemovePage.as_view(), name="alias-remove-form"),
    path(f"{MODEL}/rollback", deployments.RollbackPage.as_view(), name="rollback-form"),
    path(f"{VERSION}/edit", versions.VersionEditPage.as_view(), name="version-form"),
    path(f"{VERSION}/deploy", deployments.DeployPage.as_view(), name="deploy-form"),
    path(f"{VERSION}/deregister", versions.DeregisterPage.as_view(), name="deregister-form"),
    path(f"{VERSION}/restore", versions.RestorePage.as_view(), name="restore-form"),
    path(f"{DEPLOYMENT}/cancel", deployments.CancelPage.as_view(), name="cancel-form"),
    path(f"{DEPLOYMENT}/report", deployments.ReportPage.as_view(), name="report-form"),
    path("teams/new", teams.FoundPage.as_view(), name="team-new-form"),
    path(f"{TEAM}/settings", teams.TeamEditPage.as_view(), name="team-form"),
    path(f"{TEAM}/members/new", teams.MemberAddPage.as_view(), name="member-new-form"),
    path(f"{TEAM}/members/<str:username>/role", teams.MemberRolePage.as_view(), name="member-form"),
    path(f"{TEAM}/members/<str:username>/remove", teams.MemberRemovePage.as_view(), name="member-remove-form"),
    path(f"{TEAM}/tokens/new", teams.TokenIssuePage.as_view(), name="token-new-form"),
    path(f"{TEAM}/tokens/<str:token_id>/revoke", teams.TokenRevokePage.as_view(), name="token-revoke-form"),
    path("account", account.AccountPage.as_view(), name="account"),
    path("account/password", account.PasswordPage.as_view(), name="password-form"),
]

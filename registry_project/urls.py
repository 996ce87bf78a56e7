"""Which face answers under which prefix."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from models_app.admin.site import site
from models_app.identity.sessions import SignInView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="models")),
    path("", include("models_app.mlflow.urls")),  # first: it has few prefixes, and the API many addresses
    path("", include("models_app.api.urls")),
    path("web/", include("models_app.web.urls")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", site.urls),
    path("login", SignInView.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
]

handler400 = "models_app.web.refusals.bad_request"
handler403 = "models_app.web.refusals.forbidden"
handler404 = "models_app.web.refusals.not_found"
handler500 = "models_app.web.refusals.server_error"

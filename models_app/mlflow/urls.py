"""Every address of MLflow's registry, in both spellings that clients use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from models_app.domain.errors import CredentialsMissing
from models_app.identity.authentication import BearerAuthentication
from models_app.mlflow import model_versions, registered_models, webhooks
from models_app.mlflow.calls import Call
from models_app.mlflow.refusals import json_answer, refused
from models_app.mlflow.repeating import SentOn
from models_app.mlflow.searches import search_models, search_versions

Deed = Callable[[Call], dict[str, Any]]

# What stands behind the prefix, by method.
ADDRESSES: dict[str, dict[str, Deed]] = {
    "registered-models/create": {"POST": registered_models.create},
    "registered-models/get": {"GET": registered_models.get},
    "registered-models/update": {"PATCH": registered_models.update},
    "registered-models/rename": {"POST": registered_models.rename},
    "registered-models/delete": {"DELETE": registered_models.delete},
    "registered-models/search": {"GET": search_models},
    "registered-models/get-latest-versions": {
        "POST": registered_models.get_latest_versions,
        "GET": registered_models.get_latest_versions,
    },
    "registered-models/set-tag": {"POST": registered_models.set_tag},
    "registered-models/delete-tag": {"DELETE": registered_models.delete_tag},
    "registered-models/alias": {
        "GET": registered_models.get_by_alias,
        "POST": registered_models.set_alias,
        "DELETE": registered_models.delete_alias,
    },
    "model-versions/create": {"POST": model_versions.create},
    "model-versions/get": {"GET": model_versions.get},
    "model-versions/update": {"PATCH": model_versions.update},
    "model-versions/delete": {"DELETE": model_versions.delete},
    "model-versions/search": {"GET": search_versions},
    "model-versions/get-download-uri": {"GET": model_versions.get_download_uri},
    "model-versions/transition-stage": {"POST": model_versions.transition_stage},
    "model-versions/set-tag": {"POST": model_versions.set_tag},
    "model-versions/delete-tag": {"DELETE": model_versions.delete_tag},
}
# The id of a webhook stands in its address.
WEBHOOKS: dict[str, dict[str, Deed]] = {
    "webhooks": {"GET": webhooks.list_all, "POST": webhooks.create},
    "webhooks/<str:webhook_id>": {"GET": webhooks.get, "PATCH": webhooks.update, "DELETE": webhooks.delete},
    "webhooks/<str:webhook_id>/test": {"POST": webhooks.test},
}
PREFIXES = ("api/2.0/mlflow", "ajax-api/2.0/mlflow")


class MlflowView(View):
    """One address: what each method does. The client asks for nothing in particular, and reads JSON.

    DRF would take half of a read's time for questions that do not arise here: which form, which parser, which of
    several ways to sign in.
    """

    deeds: Mapping[str, Deed] = MappingProxyType({})
    authentication: ClassVar[type[BearerAuthentication]] = BearerAuthentication

    def dispatch(self, request: HttpRequest, *_: Any, **named: str) -> HttpResponse:
        """Do what is asked, or refuse it in MLflow's words; what is our mistake goes on to ``server_error``."""
        try:
            return self._answer(request, named)
        except Exception as failure:
            refusal = refused(failure)
            if refusal is None:
                raise
            return refusal

    def _answer(self, request: HttpRequest, named: Mapping[str, str]) -> HttpResponse:
        found = self.authentication().authenticate(request)
        if found is None:
            raise CredentialsMissing
        request.actor = found[1]  # type: ignore[attr-defined]  # for the call, and the request's log line
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method not in self.deeds:
            raise Http404
        call = Call.of(request)
        if named:
            call = replace(call, given={**call.given, **named})
        try:
            return json_answer(self.deeds[method](call))
        except SentOn as on:
            return json_answer({}, status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": on.location})


def server_info(_request: HttpRequest) -> JsonResponse:
    """What clients with a workspace ask first. Nothing in it is a secret."""
    return JsonResponse({"workspaces_enabled": True, "store_type": "model-registry"})


def _view(deeds: Mapping[str, Deed]) -> Callable[..., HttpResponseBase]:
    return csrf_exempt(MlflowView.as_view(deeds=deeds))  # no cookie is looked at


ENDPOINTS: list[URLPattern] = [
    *(path(address, _view(deeds)) for address, deeds in (ADDRESSES | WEBHOOKS).items()),
    path("<path:rest>", _view({})),
]
urlpatterns: list[URLPattern | URLResolver] = [
    *(path(f"{prefix}/", include(ENDPOINTS)) for prefix in PREFIXES),
    path("api/3.0/mlflow/server-info", server_info),
    path("ajax-api/3.0/mlflow/server-info", server_info),
]

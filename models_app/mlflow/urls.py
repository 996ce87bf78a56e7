"""Every address of MLflow's registry, in both spellings that clients use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from models_app.domain.errors import CredentialsMissing
from models_app.identity.authentication import BearerAuthentication
from models_app.mlflow import model_versions, registered_models, webhooks
from models_app.mlflow.calls import Call
from models_app.mlflow.refusals import handle
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


class AlwaysJSON(BaseContentNegotiation):
    """The client asks for nothing in particular and reads JSON."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> None:
        """None: the call reads its own body."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first, which is the only one."""
        [renderer] = renderers
        return renderer, renderer.media_type or ""


class MlflowView(APIView):
    """One address: what each method does."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    content_negotiation_class = AlwaysJSON
    schema = None
    deeds: ClassVar[dict[str, Deed]] = {}

    def get_exception_handler(self) -> Any:
        """This face's own."""
        return handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks; for the request's log line too."""
        super().initial(request, *args, **kwargs)
        if request.auth is None:
            raise CredentialsMissing
        request._request.actor = request.auth  # type: ignore[attr-defined]  # noqa: SLF001 - the log line's

    def answer(self, request: Request, **named: str) -> Response:
        """Do what is asked."""
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method not in self.deeds:
            raise Http404
        call = Call.of(request)
        try:
            return Response(self.deeds[method](replace(call, given={**call.given, **named})))
        except SentOn as on:
            return Response({}, status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": on.location})

    get = post = put = patch = delete = head = answer


def server_info(_request: HttpRequest) -> JsonResponse:
    """What clients with a workspace ask first. Nothing in it is a secret."""
    return JsonResponse({"workspaces_enabled": True, "store_type": "model-registry"})


def _views() -> list[URLPattern]:
    return [
        path(f"{prefix}/{address}", MlflowView.as_view(deeds=deeds))
        for prefix in PREFIXES
        for address, deeds in (ADDRESSES | WEBHOOKS).items()
    ]


urlpatterns: list[URLPattern] = [
    *_views(),
    path("api/3.0/mlflow/server-info", server_info),
    path("ajax-api/3.0/mlflow/server-info", server_info),
    *(path(f"{prefix}/<path:rest>", MlflowView.as_view()) for prefix in PREFIXES),
]

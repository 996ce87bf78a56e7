"""What stands around every page: who is signed in, their teams, and the ways to the same thing as JSON."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict

from models_app.api.negotiation import RAW
from models_app.domain.actors import Actor
from models_app.domain.errors import CredentialsMissing
from models_app.identity.user import User


def frame_of(request: Any) -> dict[str, Any]:
    """The context of the base template, for DRF's requests and for Django's."""
    user = getattr(request, "user", None)
    match = request.resolver_match
    return {
        "account": user if isinstance(user, User) else None,
        "teams": sorted(user.account.roles) if isinstance(user, User) else [],
        "team": team_of(request),
        "here": match.url_name if match else "",
        "json_link": _with_format(request, "json"),
        "raw_link": _with_format(request, RAW),
        "page_link": _with_format(request, None),
    }


def team_of(request: Any) -> str | None:
    """The team that a page is about, if its address names one."""
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    if "team" in kwargs:
        return str(kwargs["team"])
    for name in ("model_id", "deployment_id"):
        team, dot, _ = kwargs.get(name, "").partition(".")
        if dot:
            return str(team)
    named: str | None = _query(request).get("teamId")
    return named


def actor_of(request: HttpRequest) -> Actor:
    """Who fills a form in: always a signed-in person.

    Raises:
        CredentialsMissing: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise CredentialsMissing
    return request.user.actor(request_id=getattr(request, "request_id", ""))


def _with_format(request: Any, wanted: str | None) -> str:
    query = _query(request)
    query.pop("format", None)
    if wanted:
        query["format"] = wanted
    return f"{request.path}?{query.urlencode()}" if query else str(request.path)


def _query(request: Any) -> QueryDict:
    """A copy of the query; empty where Django refuses to read it, for that is told on a page too."""
    try:
        return request.GET.copy()  # type: ignore[no-any-return]
    except SuspiciousOperation:
        return QueryDict(mutable=True)

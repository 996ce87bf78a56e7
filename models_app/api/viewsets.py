"""What all viewsets have in common: who asks, about which team and model, for which page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from models_app.api.negotiation import FORMAT
from models_app.api.pagination import CURSOR, LIMIT, CursorPagination, PageRequest
from models_app.api.parsers import announced_bytes
from models_app.api.permissions import TeamScoped
from models_app.api.problems import BodyUnreadable
from models_app.domain.actors import Actor
from models_app.domain.errors import FieldError, InvalidFields, NotFound
from models_app.domain.models import ModelId
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionReference
from models_app.identity.authentication import actor_of

T = TypeVar("T")

TRUE_OR_FALSE = {"true": True, "false": False}
PAGED = frozenset({LIMIT, CURSOR})
REPEATABLE = frozenset({"tag"})


class RegistryViewSet(GenericViewSet[Any]):
    """A viewset over the services.

    Attributes:
        permissions: what each action takes, in the team that ``scope`` gives.
        query_parameters: which parameters each action reads; others are refused, so that no typo goes unnoticed.
    """

    permission_classes: Any = (TeamScoped,)
    pagination_class = CursorPagination
    http_method_names: Any = ("get", "head", "post", "put", "patch", "delete")
    permissions: ClassVar[dict[str, Permission]] = {}
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {}
    always_known: ClassVar[frozenset[str]] = frozenset()
    queryset: Any = None

    def perform_authentication(self, request: Request) -> None:
        """Who asks; for the request's log line too. By now it is known in which form a refusal would be told."""
        super().perform_authentication(request)
        request._request.actor = request.auth  # type: ignore[attr-defined]  # noqa: SLF001 - for the request's log line

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before any action: identity, permission, then the query."""
        super().initial(request, *args, **kwargs)
        if self.action in {None, "metadata"}:
            return  # a method that this address lacks: DRF says so
        known = self.query_parameters.get(self.action or "", frozenset()) | self.always_known | {FORMAT}
        if wrong := list(_wrong_parameters(request, known)):
            raise InvalidFields(wrong)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of(self.request)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent.

        Raises:
            BodyUnreadable: there is none. DRF takes no body at all for an empty object.
        """
        if announced_bytes(self.request) == 0:
            raise BodyUnreadable("No body arrived. Send a JSON object, with its Content-Length.")
        body: dict[str, Any] = self.request.data
        return body

    @property
    def optional_body(self) -> dict[str, Any]:
        """The JSON object that was sent; empty where a call takes none."""
        return self.body if announced_bytes(self.request) else {}

    @property
    def page(self) -> PageRequest:
        """The page that is asked for."""
        return PageRequest.of(self.request)

    def flag(self, name: str) -> bool:
        """A parameter that is ``true`` or ``false``; without it, false."""
        text = self.request.query_params.get(name, "false").lower()
        if text not in TRUE_OR_FALSE:
            raise InvalidFields.one(name, "invalid", "Use true or false.")
        return TRUE_OR_FALSE[text]

    def asked(self, name: str, parse: Callable[[str], T]) -> T | None:
        """What a parameter of the query says, parsed, or None where it is missing."""
        text = self.request.query_params.get(name)
        return parse(text) if text is not None else None

    def scope(self) -> tuple[TeamSlug, NotFound] | None:
        """The team that the path names, and the error that hides what it names; None where it names no team."""
        return None

    @property
    def own_team(self) -> TeamSlug | None:
        """The team that ``?teamId=`` names, or the caller's only one."""
        named = self.request.query_params.get("teamId")
        return TeamSlug.parse(named) if named is not None else self.actor.only_team


def _wrong_parameters(request: Request, known: frozenset[str]) -> Iterator[FieldError]:
    """A typo, a second value that would win in silence, a value that somebody forgot: all are refused, everywhere."""
    for name, values in sorted(request.query_params.lists()):
        if name not in known:
            detail = f"There is no such parameter here. Known are: {', '.join(sorted(known)) or 'none'}."
            yield FieldError(field=name[:100], code="unknown", detail=detail)
        elif len(values) > 1 and name not in REPEATABLE:
            yield FieldError(field=name, code="repeated", detail="Give this parameter once.")
        elif "" in values:
            yield FieldError(field=name, code="invalid", detail="Give this parameter a value, or leave it out.")


class ModelScoped(RegistryViewSet):
    """A viewset about one model, named in the path."""

    always_known: ClassVar[frozenset[str]] = frozenset({"teamId"})  # for an id without its team

    @property
    def model_id(self) -> ModelId:
        """The model that the path names; without a team in it, one of the caller's own."""
        return ModelId.parse(self.kwargs["model_id"], default_team=self.own_team)

    @property
    def reference(self) -> VersionReference:
        """The version that the path refers to."""
        return VersionReference.parse(self.model_id, self.kwargs["version"])

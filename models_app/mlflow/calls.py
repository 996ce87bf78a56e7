"""One call of the client: who makes it, in which team, and what it asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.http import HttpRequest

from models_app.domain import documents
from models_app.domain.actors import Actor
from models_app.domain.annotations import MAX_DESCRIPTION
from models_app.domain.errors import InvalidFields, VersionNotFound
from models_app.domain.labels import MAX_SEQUENCE_DIGITS, WHOLE, VersionLabel, is_number
from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionReference
from models_app.mlflow import values
from models_app.mlflow.refusals import MlflowRefusal, invalid

WORKSPACE = "X-MLFLOW-WORKSPACE"
ONCE = "once"  # the parameter with the key of a request that may come twice
CLIENT = "mlflow-python-client/"
INTEGER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a client asks. Its methods read one parameter each, and refuse what cannot be one, by name.

    Attributes:
        is_query: whether every parameter is a list of texts, as a query has them.
        key: under which the request is made once only, if it has one.
        follows_redirects: whether MLflow's own client asks, of which that is known.
    """

    actor: Actor
    team: TeamSlug
    given: Mapping[str, Any]
    is_query: bool
    key: str | None = None
    follows_redirects: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Call:
        """Read a request of a known actor: a query for GET, else a JSON body, which may be missing."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        is_query = request.method in {"GET", "HEAD"}
        given = dict(request.GET.lists()) if is_query else _body_of(request)
        sent = request.META  # to make ``headers`` of it takes as long as all else here
        team = _team_of(actor, sent.get("HTTP_X_MLFLOW_WORKSPACE"))
        return cls(
            actor=actor,
            team=team,
            given=given,
            is_query=is_query,
            key=request.GET.get(ONCE, sent.get("HTTP_IDEMPOTENCY_KEY")),
            follows_redirects=sent.get("HTTP_USER_AGENT", "").startswith(CLIENT),
        )

    def find(self, name: str) -> Any:
        """A parameter as it was sent, in either of the spellings that protobuf knows, or None."""
        camel = _camel(name)
        if camel == name or camel not in self.given:
            return self.given.get(name)
        if name in self.given:
            raise invalid(f"Request specifies both '{name}' and '{camel}'; provide only one of them.")
        return self.given[camel]

    def text(self, name: str, *, default: str | None = None) -> str:
        """A text; without a default, one that must be there."""
        value = self.find(name)
        if self.is_query and isinstance(value, list):  # a text may also come from the address
            value = value[0] if value else None
        if value is None or (value == "" and default is None):
            if default is None:
                raise values.missing(name)
            return default
        if not isinstance(value, str):
            raise values.wrong_type(name, value)
        if documents.NO_TEXT.search(value):
            raise invalid(f"Parameter '{name}' holds a character that no text has.")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where there is none."""
        found = self.find(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
            raise values.wrong_type(name, found)
        return found

    def whole(self, name: str, *, default: int, most: int) -> int:
        """A whole number from 1 on, sent as number or digits."""
        value = self.find(name)
        if self.is_query and value:
            value = value[0]
        if value is None:
            return default
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number and not (isinstance(value, str) and INTEGER.fullmatch(value)):
            raise values.wrong_type(name, value)
        if len(str(value)) > len(str(most)) or int(value) > most:
            raise values.wrong_type(name, value)
        if int(value) < 1:
            raise invalid(f"Invalid value for {name}. It must be a positive integer, but got {value}")
        return int(value)

    def flag(self, name: str) -> bool:
        """Whether something is asked for."""
        value = self.find(name)
        if value is not None and not isinstance(value, bool):
            raise values.wrong_type(name, value)
        return value is True

    @property
    def description(self) -> str:
        """The description; empty where there is none."""
        text = self.text("description", default="")
        if len(text) > MAX_DESCRIPTION:
            raise invalid(f"Invalid value for parameter 'description': at most {MAX_DESCRIPTION} characters are kept.")
        return text

    @property
    def new_model_id(self) -> ModelId:
        """The model to make: its name must be one."""
        return ModelId(self.team, values.parse_new_name(self.text("name")))

    @property
    def new_name(self) -> ModelId:
        """Another name for a model."""
        return ModelId(self.team, values.parse_new_name(self.text("new_name")))

    @property
    def model_id(self) -> ModelId:
        """The model that is named; no model has a name that cannot be one."""
        return ModelId(self.team, values.parse_name(self.text("name")))

    @property
    def reference(self) -> VersionReference:
        """The version that is named: a number here, or a label that was registered through another face."""
        return version_called(self.text("version"), model=self.model_id)

    @property
    def tag_key(self) -> str:
        """The key of a tag."""
        key = self.text("key")
        values.check_tag_key(key)
        return key

    @property
    def tag(self) -> tuple[str, str]:
        """The tag to set."""
        key, value = self.text("key"), self.text("value", default="")
        values.check_tags({key: value})
        return key, value

    @property
    def tags(self) -> dict[str, str]:
        """The tags of something new; of one key given twice the last counts."""
        pairs = self.find("tags")
        if pairs is None:
            return {}
        if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
            raise values.wrong_type("tags", pairs)
        tags = {}
        for pair in pairs:
            inner = replace(self, given=pair)
            tags[inner.text("key", default="")] = inner.text("value", default="")
        values.check_tags(tags)
        return tags


@cache
def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def version_called(text: str, *, model: ModelId) -> VersionReference:
    """A version by its number, or by its label."""
    if WHOLE.fullmatch(text) and not is_number(text) and len(text) <= MAX_SEQUENCE_DIGITS:
        return VersionReference(model, number=int(text))
    try:
        return VersionReference(model, label=VersionLabel.parse(text))
    except InvalidFields:
        if INTEGER.fullmatch(text):
            raise VersionNotFound(model=model, version=text[:100]) from None
        raise invalid(f"Parameter 'version' must be an integer, got '{text[:100]}'.") from None


def _team_of(actor: Actor, workspace: str | None) -> TeamSlug:
    """The team that the workspace names, or the caller's only one. Foreign and missing ones are refused alike."""
    if workspace is None:
        if actor.only_team is None:
            raise invalid(f"You are in no single team: name one as the workspace, with the header {WORKSPACE}.")
        return actor.only_team
    try:
        team = TeamSlug.parse(workspace)
    except InvalidFields:
        raise invalid(f"Invalid workspace name: '{workspace[:100]}'. A workspace is a team.") from None
    if actor.role_in(team) is None:
        raise MlflowRefusal("PERMISSION_DENIED", f"You have no access to the workspace '{team}', or there is none.")
    return team


def _body_of(request: HttpRequest) -> dict[str, Any]:
    body = request.body
    if not body.strip():
        return {}
    try:
        text = body.decode("utf-8")
        if text.lstrip().startswith('"'):  # some clients encode twice, and MLflow's server takes it
            text = json.loads(text)
        return documents.read_object(text, name="The body")
    except ValueError as wrong:  # not UTF-8, no JSON, or JSON that could be read in two ways
        raise MlflowRefusal("BAD_REQUEST", f"The body cannot be read as JSON: {wrong}") from None

"""One call of the client: who makes it, in which team, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from models_app.domain import documents
from models_app.domain.actors import Actor
from models_app.domain.annotations import MAX_DESCRIPTION, MAX_TAG_KEY, MAX_TAGS
from models_app.domain.errors import InvalidFields
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionReference
from models_app.identity.authentication import actor_of
from models_app.mlflow.refusals import MlflowRefusal, invalid

WORKSPACE = "X-MLFLOW-WORKSPACE"
MAX_TAG_VALUE = 100_000

# All tags of a version lie in its item, which DynamoDB bounds at 400 KB.
MAX_TAG_BYTES = 200 * 1024
STAGE_TAG = "mlflow.registry.stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a client asks. Its methods read one parameter each, and refuse what cannot be one, by name."""

    actor: Actor
    team: TeamSlug
    given: Mapping[str, Any]

    @classmethod
    def of(cls, request: Request) -> Call:
        """Read a request: a query for GET, else a JSON body, which may be missing."""
        actor = actor_of(request)
        is_query = request.method in {"GET", "HEAD"}
        given = dict(request.query_params.lists()) if is_query else _body_of(request)
        return cls(actor=actor, team=_team_of(actor, request.headers.get(WORKSPACE)), given=given)

    def find(self, name: str) -> Any:
        """A parameter as it was sent, in either of the spellings that protobuf knows, or None."""
        first, *others = name.split("_")
        found = [self.given[each] for each in {name, first + "".join(map(str.title, others))} if each in self.given]
        if len(found) > 1:
            raise invalid(f"Parameter '{name}' stands twice, in two spellings.")
        return found[0] if found else None

    def text(self, name: str, *, default: str | None = None) -> str:
        """A text; without a default, one that must be there."""
        value = self.find(name)
        if isinstance(value, list):
            value = value[-1] if value else None
        if value is None or (value == "" and default is None):
            if default is None:
                raise invalid(f"Missing value for required parameter '{name}'.")
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise invalid(f"Invalid value {str(value)[:100]!r} for parameter '{name}' supplied: it is no text.")
        if documents.NO_TEXT.search(str(value)):
            raise invalid(f"Parameter '{name}' holds a character that no text has.")
        return str(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where there is none."""
        values = self.find(name)
        values = [] if values is None else values if isinstance(values, list) else [values]
        if not all(isinstance(value, str) for value in values):
            raise invalid(f"Parameter '{name}' is a list of texts.")
        return values

    def whole(self, name: str, *, default: int, most: int) -> int:
        """A whole number from 1 on, sent as number or digits."""
        text = self.text(name, default=str(default))
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
            raise invalid(f"Invalid value {text[:40]!r} for parameter '{name}': it must be from 1 to {most}.")
        return int(text)

    def flag(self, name: str) -> bool:
        """Whether something is asked for."""
        value = self.find(name)
        return value is True or str(value).lower() == "true"

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
        return self._new("name")

    @property
    def new_name(self) -> ModelId:
        """Another name for a model."""
        return self._new("new_name")

    def _new(self, parameter: str) -> ModelId:
        name = self.text(parameter)
        try:
            return ModelId(self.team, ModelName.parse(name, field="model name"))
        except InvalidFields as refusal:
            raise invalid(f"Invalid model name: '{name[:300]}'. {refusal.errors[0].detail}") from refusal

    @property
    def model_id(self) -> ModelId:
        """The model that is named; no model has a name that cannot be one."""
        return self.model_called(self.text("name"))

    def model_called(self, name: str) -> ModelId:
        """A model of the team."""
        try:
            return ModelId(self.team, ModelName.parse(name))
        except InvalidFields:
            sentence = f"Registered Model with name={name[:300]} not found"
            raise MlflowRefusal("RESOURCE_DOES_NOT_EXIST", sentence) from None

    @property
    def reference(self) -> VersionReference:
        """The version that is named: a number here, or a label that was registered through another face."""
        text = self.text("version")
        try:
            return VersionReference(self.model_id, label=VersionLabel.parse(text))
        except InvalidFields:
            raise invalid(f"Parameter 'version' must be an integer, got '{text[:100]}'.") from None

    @property
    def tag(self) -> tuple[str, str]:
        """The tag to set."""
        key, value = self.text("key"), self.text("value", default="")
        check_tags({key: value})
        return key, value

    @property
    def tags(self) -> dict[str, str]:
        """The tags of something new; of one key given twice the last counts."""
        pairs = self.find("tags") or []
        if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
            raise invalid("Parameter 'tags' is a list of objects with key and value.")
        tags = {}
        for pair in pairs:
            inner = Call(actor=self.actor, team=self.team, given=pair)
            tags[inner.text("key")] = inner.text("value", default="")
        check_tags(tags)
        return tags


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse tags that cannot be kept."""
    if len(tags) > MAX_TAGS:
        raise invalid(f"These are {len(tags)} tags; at most {MAX_TAGS} are kept.")
    for key, value in tags.items():
        if key == STAGE_TAG:
            raise invalid(f"The tag '{STAGE_TAG}' is set by transition-stage.")
        is_plain = all(letter.isalnum() or letter in "_-. :/" for letter in key)
        if len(key) > MAX_TAG_KEY or not is_plain or any(part in {".", ".."} for part in key.split("/")):
            sentence = "Names may only contain alphanumerics, underscores, dashes, periods, spaces, colons and slashes"
            raise invalid(f"Invalid tag name: '{key[:300]}'. {sentence}, at most {MAX_TAG_KEY}.")
        if len(value) > MAX_TAG_VALUE:
            raise invalid(f"Tag value for '{key}' has {len(value)} characters; at most {MAX_TAG_VALUE} are kept.")
    if documents.size_bytes(dict(tags)) > MAX_TAG_BYTES:
        raise invalid(f"These tags take more than {MAX_TAG_BYTES} bytes together.")


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


def _body_of(request: Request) -> dict[str, Any]:
    body: bytes = request._request.body  # noqa: SLF001 - DRF's way to Django's request
    if not body.strip():
        return {}
    try:
        text = body.decode("utf-8")
        if text.lstrip().startswith('"'):  # some clients encode twice, and MLflow's server takes it
            text = json.loads(text)
        return documents.read_object(text, name="The body")
    except ValueError as wrong:  # not UTF-8, no JSON, or JSON that could be read in two ways
        raise MlflowRefusal("BAD_REQUEST", f"The body cannot be read as JSON: {wrong}") from None

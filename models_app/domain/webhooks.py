"""Webhooks: what a team wants somebody outside to hear of, and where that somebody listens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models_app.domain.errors import Conflict, InvalidFields, NotFound
from models_app.domain.teams import TeamSlug

MOST_WEBHOOKS = 20
MAX_SECRET = 1000
NAME = re.compile(r"(?=.{1,63}\Z)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


class Occasion(StrEnum):
    """What a webhook can be told of. The names are MLflow's and stand in items and events: they may never change."""

    MODEL_CREATED = "registered_model.created"
    VERSION_CREATED = "model_version.created"
    VERSION_TAG_SET = "model_version_tag.set"
    VERSION_TAG_DELETED = "model_version_tag.deleted"
    ALIAS_CREATED = "model_version_alias.created"
    ALIAS_DELETED = "model_version_alias.deleted"
    PROMPT_CREATED = "prompt.created"
    PROMPT_VERSION_CREATED = "prompt_version.created"
    PROMPT_TAG_SET = "prompt_tag.set"
    PROMPT_TAG_DELETED = "prompt_tag.deleted"
    PROMPT_VERSION_TAG_SET = "prompt_version_tag.set"
    PROMPT_VERSION_TAG_DELETED = "prompt_version_tag.deleted"
    PROMPT_ALIAS_CREATED = "prompt_alias.created"
    PROMPT_ALIAS_DELETED = "prompt_alias.deleted"

    @property
    def entity(self) -> str:
        """What it is about: ``model_version``."""
        return self.partition(".")[0]

    @property
    def action(self) -> str:
        """What became of that: ``created``."""
        return self.partition(".")[2]


class WebhookStatus(StrEnum):
    """Whether a webhook is told anything."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class WebhookNotFound(NotFound):
    """None of that id in the team."""

    slug = "webhook-not-found"
    title = "No such webhook"
    template = "There is no such webhook, or none that you may see."


class TooManyWebhooks(Conflict):
    """Each event goes to all of a team's webhooks, so their number has an end."""

    slug = "too-many-webhooks"
    title = "This team has all the webhooks it can have"
    template = "Team {team} has {limit} webhooks, the most a team may have. Delete one first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver and what it wants to hear. ``url`` and ``secret`` are shown in no ``repr``: both may open doors.

    Attributes:
        secret: signs what is sent; empty, and nothing is signed.
        last_tried_at, last_error: what came of the last delivery; no error after one that arrived.
    """

    id: str
    team: TeamSlug
    name: str
    url: str = field(repr=False)
    occasions: tuple[Occasion, ...]
    description: str = ""
    secret: str = field(default="", repr=False)
    status: WebhookStatus = WebhookStatus.ACTIVE
    created_at: datetime
    created_by: str
    updated_at: datetime
    revision: int = 1
    last_tried_at: datetime | None = None
    last_error: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is told anything."""
        return self.status is WebhookStatus.ACTIVE


def parse_name(text: str) -> str:
    """A name for people; two webhooks may have the same.

    >>> parse_name("ci.build-1")
    'ci.build-1'

    Raises:
        InvalidFields: it cannot be one.
    """
    if not NAME.fullmatch(text):
        detail = (
            "A webhook's name has 1 to 63 letters, digits, dots, underscores and hyphens, and begins and ends with a "
            "letter or digit."
        )
        raise InvalidFields.one("name", "invalid", detail)
    return text


def parse_secret(text: str) -> str:
    """The key of the signatures; empty for none.

    Raises:
        InvalidFields: it is too long.
    """
    if len(text) > MAX_SECRET:
        raise InvalidFields.one("secret", "too-long", f"A secret has at most {MAX_SECRET} characters.")
    return text


def parse_occasions(occasions: Sequence[Occasion]) -> tuple[Occasion, ...]:
    """What to tell of, each once.

    Raises:
        InvalidFields: there is none.
    """
    if not occasions:
        raise InvalidFields.one("events", "required", "Name at least one event to be told of.")
    return tuple(dict.fromkeys(occasions))

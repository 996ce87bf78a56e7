"""Registered models: a name within a team, under which versions are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from models_app.domain.aliases import AliasName
from models_app.domain.errors import Conflict, InvalidFields, ModelNotFound
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel, number_of
from models_app.domain.teams import TeamSlug

NAME_MAX_LENGTH = 128
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ -]*[A-Za-z0-9_-])?")


class ModelName(str):
    """A model's name within its team: letters, digits and ``. _ -`` and space, at most 128 characters.

    It begins with a letter or digit and does not end in a space or dot, which URLs and people lose.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, *, field: str = "modelName") -> Self:
        """The name, or InvalidFields naming ``field``."""
        if len(text) > NAME_MAX_LENGTH or not NAME.fullmatch(text):
            detail = (
                f"A model name is 1-{NAME_MAX_LENGTH} letters, digits, dots, spaces, '_' and '-'; it begins with a "
                "letter or digit and ends in neither a dot nor a space."
            )
            raise InvalidFields.one(field, "invalid", detail)
        return cls(text)


class ModelTaken(Conflict):
    """A name that a model of the team has already."""

    slug = "model-taken"
    title = "This model name is taken"
    template = "There is a model {model} already. Register versions under it, or choose another name."


@dataclass(frozen=True, slots=True)
class ModelId:
    """A model in the whole registry, written ``team.name``. Split at the first dot, so a name may hold dots."""

    team: TeamSlug
    name: ModelName

    @classmethod
    def parse(cls, text: str, *, default_team: TeamSlug | None = None) -> Self:
        """Read an id from a path; one without a dot means a model of ``default_team``.

        >>> ModelId.parse("payments.fraud.v2")
        ModelId(team='payments', name='fraud.v2')

        Raises:
            ModelNotFound: no model can be called that, so there is none.
        """
        team, dot, name = text.partition(".")
        try:
            if dot:
                return cls(TeamSlug.parse(team), ModelName.parse(name))
            if default_team is not None:
                return cls(default_team, ModelName.parse(text))
        except InvalidFields:
            pass
        raise ModelNotFound(model=text)

    @classmethod
    def kept(cls, text: str) -> Self:
        """An id that was written by ``str``: it has been parsed before."""
        team, _, name = text.partition(".")
        return cls(TeamSlug(team), ModelName(name))

    def __str__(self) -> str:
        return f"{self.team}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """What a list of models shows of a version."""

    label: VersionLabel
    sequence: int | None
    status: str
    framework: Framework
    framework_version: str | None
    target: Target | None
    artifact_uri: str
    tags: Mapping[str, str]
    created_at: datetime
    created_by: str

    @property
    def number(self) -> str:
        """What clients call it that know versions by numbers only."""
        return number_of(self.label, self.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFilter:
    """What a list of models may be narrowed to. None and empty mean: no matter. The rest must all hold.

    Attributes:
        framework, target, status: of the highest version.
        name_part: stands somewhere in the name, in any case.
        name_prefix: the name begins with it, in this case.
        has_versions: of which not all versions are deleted.
        tag_words: ``key`` or ``key:value``, each a tag of the model or of its highest version.
    """

    framework: Framework | None = None
    target: Target | None = None
    status: str | None = None
    name_part: str = ""
    name_prefix: str = ""
    tag_words: tuple[str, ...] = ()
    updated_after: datetime | None = None
    has_versions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredModel:
    """A model as it stands. ``latest`` is None when all its versions are deleted.

    Attributes:
        sequences: the numbers of the versions that aliases point to, where their labels are none.
    """

    id: ModelId
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[AliasName, VersionLabel] = field(default_factory=dict)
    sequences: Mapping[VersionLabel, int] = field(default_factory=dict)
    placements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    latest: VersionSummary | None = None
    version_count: int = 0
    created_at: datetime
    created_by: str
    updated_at: datetime
    revision: int

    @property
    def etag(self) -> str:
        """Names this state of this model."""
        return str(self.revision)

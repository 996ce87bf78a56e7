"""From a document to a row. A registration without ``kind`` is held to what the REST API takes, by its own serializer.

Rows with a ``kind`` are what an export writes. They may hold all that the registry holds, whichever face let it in: an
artifact outside of S3, a target that is still open, the larger tags of MLflow's clients. And they may say when and by
whom; what they leave out is now, and the importer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rest_framework import serializers

from models_app.api.fields import Document, Parsed, Text
from models_app.api.problems import flatten
from models_app.api.registrations import LINEAGE, RegisterRequest
from models_app.api.serializers import RequestBody
from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.aliases import Alias, AliasName
from models_app.domain.annotations import MAX_DESCRIPTION
from models_app.domain.documents import size_bytes
from models_app.domain.frameworks import Target
from models_app.domain.imports import AliasRow, ModelRow, Row, VersionRow
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import SETTABLE_STATUSES, ModelVersion, Registration
from models_app.management.importing.fields import Instant, Pairs, Person, Source
from models_app.mlflow.values import MAX_MODEL_TAG_BYTES

# DynamoDB keeps 400 KB an item. Beside its documents a version has keys and times.
MAX_ROW_BYTES = 380_000


class Refusal(Exception):
    """A document that is no row; the sentence says why."""


class ModelBody(RequestBody):
    """A model."""

    teamId = Parsed(TeamSlug.parse)
    modelName = Parsed(ModelName.parse)
    description = Text(max_length=MAX_DESCRIPTION, required=False, allow_blank=True, default="")
    tags = Pairs(most_bytes=MAX_MODEL_TAG_BYTES, required=False, default=dict)
    createdAt = Instant()
    createdBy = Person()
    updatedAt = Instant()

    def row(self, actor: Actor, now: datetime) -> ModelRow:
        """The model; without times of its own, one that is made now."""
        values = self.validated_data
        created_at = values.get("createdAt", now)
        return ModelRow(
            model=ModelId(values["teamId"], values["modelName"]),
            description=values["description"],
            tags=values["tags"],
            created_at=created_at,
            created_by=values.get("createdBy", actor.name),
            updated_at=values.get("updatedAt", created_at),
        )


class VersionBody(RegisterRequest):
    """A version, perhaps a deleted one."""

    version = Parsed(VersionLabel.parse)
    s3Uri = Source()
    deploymentTarget = Parsed(Target.parse, required=False, allow_null=True, default=None)
    tags = Pairs(required=False, default=dict)  # type: ignore[assignment]  # it takes more than its parent's
    lineage = Document(required=False, allow_null=True, default=None)
    status = serializers.ChoiceField(choices=[each.value for each in SETTABLE_STATUSES], required=False)
    createdAt = Instant()
    createdBy = Person()
    updatedAt = Instant()
    updatedBy = Person()
    deletedAt = Instant()
    deletedBy = Person()
    sequence = serializers.IntegerField(required=False, min_value=10**15, max_value=2**53 - 1)

    lineage_fields = LINEAGE | dict.fromkeys(("runLink", "modelId", "source"), (str, "a text"))

    def row(self, actor: Actor, now: datetime) -> VersionRow:
        """The version; without times of its own, one that is registered now."""
        values = self.validated_data
        created_at, created_by = values.get("createdAt", now), values.get("createdBy", actor.name)
        deleted_at = values.get("deletedAt")
        version = replace(
            _version(self.registration(), by=created_by, at=created_at),
            updated_by=values.get("updatedBy", created_by),
            updated_at=values.get("updatedAt", deleted_at or created_at),
            deleted_at=deleted_at,
            deleted_by=values.get("deletedBy", actor.name) if deleted_at else None,
        )
        if version.sequence is not None:
            version = replace(version, sequence=values.get("sequence", version.sequence))
        return VersionRow(version=version, is_dated="createdAt" in values)


class PlainBody(RegisterRequest):
    """A registration, to the letter what the API takes; its version must have a label."""

    version = Parsed(
        VersionLabel.parse,
        error_messages={"required": "An import needs each version's own label, to know it when it comes again."},
    )

    def row(self, actor: Actor, now: datetime) -> VersionRow:
        """The version, registered now."""
        return VersionRow(version=_version(self.registration(), by=actor.name, at=now), is_dated=False)


class AliasBody(RequestBody):
    """An alias."""

    teamId = Parsed(TeamSlug.parse)
    modelName = Parsed(ModelName.parse)
    alias = Parsed(AliasName.parse)
    version = Parsed(VersionLabel.parse)
    movedAt = Instant()
    movedBy = Person()

    def row(self, actor: Actor, now: datetime) -> AliasRow:
        """The alias; without a time of its own, moved there now."""
        values = self.validated_data
        alias = Alias(
            name=values["alias"],
            version=values["version"],
            moved_at=values.get("movedAt", now),
            moved_by=values.get("movedBy", actor.name),
            revision=1,
        )
        model = ModelId(values["teamId"], values["modelName"])
        return AliasRow(model=model, alias=alias, is_dated="movedAt" in values)


BODIES: dict[Any, type[ModelBody | VersionBody | PlainBody | AliasBody]] = {
    None: PlainBody,
    "model": ModelBody,
    "version": VersionBody,
    "alias": AliasBody,
}


def row_of(document: Mapping[str, Any], *, actor: Actor, team: TeamSlug | None) -> Row:
    """The row that a document is. ``team`` is the one that all rows must be of; those that name none are.

    Raises:
        Refusal: it is none, or another team's.
    """
    fields = dict(document)
    kind = fields.pop("kind", None)
    if kind is not None and not (isinstance(kind, str) and kind in BODIES):
        raise Refusal("kind: This is model, version or alias; without it, the row is a registration.")
    if team is not None and fields.setdefault("teamId", team) != team:
        raise Refusal(f"teamId: Only rows of team {team} are taken here; this one is of another.")
    body = BODIES[kind](data=fields, context={"actor": actor})
    if not body.is_valid():
        raise Refusal(" ".join(f"{each.field}: {each.detail}" for each in flatten(body.errors)))
    if size_bytes(fields) > MAX_ROW_BYTES:
        raise Refusal(f"This takes more than {MAX_ROW_BYTES} bytes. Put more beside the artifact.")
    return body.row(actor, clock.now())


def _version(registration: Registration, *, by: str, at: datetime) -> ModelVersion:
    label = registration.label
    if label is None:
        raise TypeError("The serializer lets no version without a label pass.")
    return ModelVersion.begin(registration, label=label, by=by, at=at)

"""The form of a version: to register one, and to change what may change of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from models_app.admin.fields import Document, Parsed, Text
from models_app.admin.models import told
from models_app.admin.rows import team_choices
from models_app.domain.annotations import (
    MAX_DESCRIPTION,
    MAX_METRICS,
    MAX_TAGS,
    too_many,
    wrong_metrics,
    wrong_tags,
)
from models_app.domain.artifacts import MAX_SIZE_BYTES, Artifact, parse_sha256, parse_uri
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.permissions import Permission
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import SETTABLE_STATUSES, MutablePart, Registration
from models_app.nodb.forms import RowForm

MAX_FRAMEWORK_VERSION = 64


class VersionForm(RowForm):
    """All of a version that people write."""

    team = forms.ChoiceField()
    model_name = Parsed(ModelName.parse, help_text="A new name makes a new model.")
    version = Parsed(VersionLabel.parse, required=False, help_text="1.2.0, say. Left empty, the next number.")
    framework = forms.ChoiceField(choices=[(each.value, each.value) for each in Framework])
    framework_version = forms.CharField(max_length=MAX_FRAMEWORK_VERSION, required=False)
    s3_uri = Parsed(parse_uri, label="S3 URI", help_text="s3://bucket/key. The registry never opens it.")
    sha256 = Parsed(parse_sha256, label="SHA-256", required=False)
    size_bytes = forms.IntegerField(min_value=0, max_value=MAX_SIZE_BYTES, required=False)
    target = forms.ChoiceField(label="Deployment target", choices=[(each.value, each.value) for each in Target])
    status = forms.ChoiceField(help_text="DEPRECATED or REGISTERED; the others come from deployments.")
    description = Text(max_length=MAX_DESCRIPTION, required=False)
    tags = Document(
        complaints=lambda tags: [*filter(None, [too_many(tags, MAX_TAGS, "tags")]), *told(wrong_tags(tags))],
        help_text="A JSON object of texts.",
    )
    metrics = Document(
        complaints=lambda metrics: [
            *filter(None, [too_many(metrics, MAX_METRICS, "metrics")]),
            *told(wrong_metrics(metrics)),
        ],
        help_text="A JSON object of numbers.",
    )
    metadata = Document(help_text="Any JSON object, at most 64 KB.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, str]]] = {}
        if "team" in self.fields:
            choices["team"] = team_choices(self.request, Permission.REGISTER)
        if "status" in self.fields:
            statuses = dict.fromkeys([self.instance.status, *(each.value for each in SETTABLE_STATUSES)])
            choices["status"] = [(status, status) for status in statuses]
        if "target" in self.fields and not self.instance._state.adding and not self.instance.target:
            choices["target"] = [("", "left open"), *((each.value, each.value) for each in Target)]
            self.fields["target"].required = False
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


def registration_from(values: Mapping[str, Any]) -> Registration:
    """What a checked form asks to register."""
    return Registration(
        model=ModelId(TeamSlug.parse(values["team"]), values["model_name"]),
        label=values["version"],
        framework=Framework(values["framework"]),
        framework_version=values["framework_version"] or None,
        artifact=Artifact(uri=values["s3_uri"], sha256=values["sha256"], size_bytes=values["size_bytes"]),
        mutable=MutablePart(
            description=values["description"],
            metadata=values["metadata"],
            metrics=values["metrics"],
            tags=values["tags"],
            target=Target(values["target"]),
        ),
    )

"""What the schema says of texts that the domain parses, so that who generates a client or a test need not guess.

It says what a pattern can say. Reserved words are refused all the same, and a refusal explains more than a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

from models_app.domain import aliases, artifacts, labels, models, teams
from models_app.domain.deployments import EnvironmentName
from models_app.domain.frameworks import SPELLINGS, Framework, Target

Schema = dict[str, Any]


def _text(form: re.Pattern[str], example: str, *, longest: int | None = None) -> Schema:
    schema = {"type": "string", "pattern": f"^(?:{form.pattern})$", "example": example}
    return schema | ({"maxLength": longest} if longest else {})


def _word(words: Iterable[str]) -> Schema:
    return {"type": "string", "enum": [str(word) for word in words]}


NO_LABEL = re.compile(rf"(?![vV]?[0-9]){aliases.NAME.pattern}")
TEAM = _text(teams.SLUG, "payments")
ALIAS = _text(NO_LABEL, "champion", longest=aliases.MAX_LENGTH)
ENVIRONMENT = _text(EnvironmentName.FORM, "prod")
KEY = rf"[^\u0000-\u001f\u007f-\u009f]{{1,{artifacts.MAX_KEY_BYTES}}}"
TARGET = _word(Target)
STORED_FRAMEWORKS = [*map(str, Framework)]
FRAMEWORKS = [*STORED_FRAMEWORKS, *SPELLINGS]
URI = {"type": "string", "pattern": rf"^s3://{artifacts.BUCKET.pattern}/{KEY}$", "example": "s3://models/fraud/1.2.0"}
DIGEST = {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"}

# By the function that parses them: fields of bodies, and filters.
PARSED: Mapping[Callable[..., Any], Schema] = {
    teams.TeamSlug.parse: TEAM,
    teams.parse_username: _text(teams.USERNAME, "ada"),
    teams.Role.parse: _word(teams.Role),
    models.ModelName.parse: _text(models.NAME, "fraud", longest=models.NAME_MAX_LENGTH),
    labels.VersionLabel.parse: _text(labels.LABEL, "1.2.0", longest=labels.MAX_LENGTH),
    aliases.AliasName.parse: ALIAS,
    EnvironmentName.parse: ENVIRONMENT,
    Target.parse: TARGET,
    Framework.parse: _word(FRAMEWORKS),
    artifacts.parse_uri: URI,
    artifacts.parse_sha256: DIGEST,
}

# By their name: the parameters that are declared as texts.
IN_PATHS: Mapping[str, Schema] = {
    "modelId": {"type": "string", "minLength": 1, "example": "payments.fraud"},
    "version": {"type": "string", "minLength": 1, "example": "1.2.0"},
    "alias": ALIAS,
    "team": TEAM,
}
IN_QUERIES: Mapping[str, Schema] = {
    "teamId": TEAM,
    "environment": ENVIRONMENT,
    "deploymentTarget": TARGET,
    "alias": ALIAS,
}


class ParsedText(OpenApiSerializerFieldExtension):
    """A field of a body whose text the domain parses."""

    target_class = "models_app.api.fields.Parsed"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Schema:
        """What is known of the text; at least that there is one."""
        return dict(PARSED.get(self.target.parse, {"type": "string", "minLength": 1}))


class ClosedBody(OpenApiSerializerExtension):
    """A body that takes the fields it names, and no others."""

    target_class = "models_app.api.serializers.RequestBody"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Schema:
        """The fields; closed unless an answer may be sent back, which holds more than can be set."""
        schema: Schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - theirs
        return schema if self.target.ignored else schema | {"additionalProperties": False}


def describe_texts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of each parameter which texts it takes: never the empty one."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["schema"] = IN_PATHS.get(parameter["name"], parameter["schema"])
                elif parameter["in"] == "query" and parameter["schema"] == {"type": "string"}:
                    parameter["schema"] = IN_QUERIES.get(parameter["name"], {"type": "string", "minLength": 1})
    return result

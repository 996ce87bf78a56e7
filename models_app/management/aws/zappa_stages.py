"""What Zappa has to know of a stage: what ``zappa_settings.json`` says of it, and what its stack gave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Settings = dict[str, Any]

# What bin/deploy and registry_project/deployed.py want to know of the stack.
FOR_DEPLOYING = (
    "AccessLogArn",
    "ApiLogRoleArn",
    "FailedJobsArn",
    "FunctionLogName",
    "ReportsRuleArn",
    "WebhooksRuleArn",
)


class UnknownStage(Exception):
    """``zappa_settings.json`` has no such stage; the message names those it has."""


def settings_of(stage: str, path: Path) -> Settings:
    """What the file says of a stage, with what it inherits.

    Raises:
        UnknownStage: nothing.
    """
    stages = json.loads(path.read_text())
    if stage not in stages:
        raise UnknownStage(f"{path.name} has no stage {stage}; it has {', '.join(sorted(stages))}.")
    own = dict(stages[stage])
    parent = own.pop("extends", None)
    return {**settings_of(parent, path), **own} if parent else own


def complete(settings: Settings, outputs: Mapping[str, str], *, stage: str, region: str) -> Settings:
    """The stage's settings with all that only the stack knows."""
    environment = {
        **settings.get("aws_environment_variables", {}),
        "ENVIRONMENT": stage,
        "REGISTRY_TABLE": outputs["TableName"],
        "REGISTRY_EVENT_BUS": outputs["BusName"],
        "REGISTRY_SECRET_ARN": outputs["SecretArn"],
    }
    # API Gateway's own host name has the stage in front of every path; a domain of one's own has nothing there.
    environment["REGISTRY_PATH_PREFIX"] = "" if settings.get("domain") else f"/{stage}"
    if domain := settings.get("domain"):
        environment.setdefault("REGISTRY_PUBLIC_URL", f"https://{domain}")
        environment["REGISTRY_ALLOWED_HOSTS"] = (
            f"{environment.get('REGISTRY_ALLOWED_HOSTS', '.amazonaws.com')},{domain}"
        )
    return {
        **settings,
        "aws_region": region,
        "s3_bucket": outputs["PackageBucket"],
        "manage_roles": False,
        "role_arn": outputs["RoleArn"],
        "aws_environment_variables": environment,
        "callbacks": {**settings.get("callbacks", {}), "post": "registry_project.deployed.finish"},
        "stack": {name: outputs[name] for name in FOR_DEPLOYING},
    }


def read(path: Path, stage: str) -> Settings:
    """The settings that an earlier run wrote; none if there was none."""
    return dict(json.loads(path.read_text())[stage]) if path.exists() else {}


def write(path: Path, stage: str, settings: Settings) -> None:
    """Keep a stage's settings where ``zappa -s`` reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({stage: settings}, indent=4, sort_keys=True) + "\n")


def differences(before: Settings, after: Settings, prefix: str = "") -> Iterator[str]:
    """What is another, one line a setting: ``~ memory_size: 1024 -> 2048``."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, f"{prefix}{name}.")
        elif name not in before:
            yield f"+ {prefix}{name}: {json.dumps(new)}"
        elif name not in after:
            yield f"- {prefix}{name}: {json.dumps(old)}"
        elif old != new:
            yield f"~ {prefix}{name}: {json.dumps(old)} -> {json.dumps(new)}"

"""What a process limits itself to comes from its environment, when it starts."""

from __future__ import annotations

import pytest

from tests.engine import Engine
from tests.test_on_lambda import run

STAGE = {"ENVIRONMENT": "prod", "REGISTRY_SECRET_KEY": "k" * 60}
ASKS = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "registry_project.settings"
django.setup()
from models_app.services import rates
standing = rates.count("token:somebody")
print(standing and (standing.policy.per_second, standing.policy.window_seconds))
"""


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "None"),
        ({"REGISTRY_RATE_LIMIT": "3"}, "(3, 10)"),
        ({"REGISTRY_RATE_LIMIT": "3", "REGISTRY_RATE_WINDOW": "60"}, "(3, 60)"),
        (STAGE, "(50, 10)"),
        (STAGE | {"REGISTRY_RATE_LIMIT": "0"}, "None"),
    ],
    ids=["a local registry has none", "unless it is set", "with its window", "a stage has one", "unless switched off"],
)
def test_a_limit_is_what_the_environment_says(
    engine: Engine, table: None, environment: dict[str, str], told: str
) -> None:
    assert run(ASKS, engine, **environment).stdout == f"{told}\n"


@pytest.mark.parametrize("wrong", [{"REGISTRY_RATE_LIMIT": "-1"}, {"REGISTRY_RATE_LIMIT": "many"}])
def test_one_that_is_none_stops_the_start(engine: Engine, wrong: dict[str, str]) -> None:
    done = run(ASKS, engine, **wrong)

    assert done.returncode != 0
    assert "ValueError" in done.stderr

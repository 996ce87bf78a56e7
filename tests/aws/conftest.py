"""The package, made once and unpacked, and a function that runs it; and accounts with nothing in them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.cloud import Cloud, a_cloud
from tests.aws.runtime import CLIENT, Function
from tests.engine import Engine

ROOT = Path(__file__).parent.parent.parent
KEY = "k" * 60


@pytest.fixture(scope="session")
def archive() -> Path:
    """The zip that is deployed; it is made here only if `make test-aws`, which makes it before, did not."""
    made = subprocess.run(
        [sys.executable, ROOT / "bin" / "package.py", "dev"], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return ROOT / "dist" / "model-registry-dev.zip"


@pytest.fixture(scope="session")
def package(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package unpacked, as Lambda has it under /var/task."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """What a stage's function finds in its environment."""
    from tests.conftest import ENGINE

    engine: Engine = request.config.stash[ENGINE]
    return engine.environment() | {
        "ENVIRONMENT": "dev",
        "REGISTRY_PATH_PREFIX": "/dev",
        "REGISTRY_RATE_LIMIT": "10000",  # a test asks more often than any caller
        "REGISTRY_SECRET_KEY": KEY,
        "REGISTRY_PUBLIC_URL": "https://abc123.execute-api.us-east-1.amazonaws.com/dev",
    }


@pytest.fixture(scope="session")
def function(package: Path, environment: dict[str, str]) -> Iterator[Function]:
    """A function that is warm."""
    if not CLIENT.exists():
        pytest.skip("AWS's runtime client is missing: bin/setup lambda")
    running = Function(package, environment)
    yield running
    running.stop()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An account of a test's own."""
    with a_cloud() as account:
        yield account

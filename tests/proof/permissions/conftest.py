"""The registry that all of the matrix is tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ENGINE
from tests.identity.provider import a_provider
from tests.proof.permissions.world import World, a_world


@pytest.fixture(scope="module")
def world(pytestconfig: pytest.Config) -> Iterator[World]:
    """One registry for the tests of a module, put back after each of them."""
    with a_provider() as provider, a_world(pytestconfig.stash[ENGINE], provider) as world:
        yield world

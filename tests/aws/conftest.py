"""An account of a test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.aws.cloud import Cloud, a_cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An empty one."""
    with a_cloud() as account:
        yield account

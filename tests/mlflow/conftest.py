"""A running server for the client, and what looks like S3."""

from __future__ import annotations

from tests.outbox.conftest import ministack
from tests.proof.conftest import server

__all__ = ["ministack", "server"]

collect_ignore_glob = ["scripts/*"]  # they run where the client is installed

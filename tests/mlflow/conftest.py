"""A running server for the client."""

from __future__ import annotations

from tests.proof.conftest import server

__all__ = ["server"]

collect_ignore_glob = ["scripts/*"]  # they run where the client is installed

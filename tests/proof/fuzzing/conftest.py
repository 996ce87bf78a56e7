"""What runs elsewhere is no test."""

from __future__ import annotations

collect_ignore_glob = ["scripts/*"]  # they run where Schemathesis is installed

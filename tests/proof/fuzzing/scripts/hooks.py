"""What Schemathesis is told beside the schema. Only its own Python runs this file (asking.py)."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """Requests that are meant to succeed bring no cursor: they are sealed, and no pattern says which text is one.

    And in a sequence, what is deleted is deleted: a dry run would be taken for it.
    """
    if case.meta is None or not case.query:
        return case
    if case.meta.generation.mode.is_positive:
        case.query.pop("cursor", None)
    if case.method == "DELETE" and case.meta.phase.name.value == "stateful":
        case.query.pop("dryRun", None)
    return case

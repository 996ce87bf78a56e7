"""X-Ray: what a traced request was about. Lambda decides which requests are traced; the others pay nothing for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

HEADER = "_X_AMZN_TRACE_ID"

Annotate = Callable[[str, str], None]


def trace_id() -> str | None:
    """The trace of the present invocation, or None where there is none."""
    fields = dict(part.partition("=")[::2] for part in os.environ.get(HEADER, "").split(";"))
    return fields.get("Root")


@contextmanager
def traced() -> Iterator[Annotate]:
    """Put what happens inside into the trace of the present invocation, if it is recorded; takes annotations for it.

    Traces are searched by annotations: ``annotation.team = "payments"``.
    """
    if "Sampled=1" not in os.environ.get(HEADER, ""):
        yield lambda _name, _value: None
        return
    # Lambda's own segment takes no annotations: a subsegment of ours does.
    with _tracer().provider.in_subsegment(name="## request") as subsegment:
        yield subsegment.put_annotation


@cache
def _tracer() -> Any:
    """Powertools' tracer. Its SDK is imported with the first traced request, not with each start."""
    from aws_lambda_powertools import Tracer

    # Patching botocore would trace each DynamoDB call, for which the log's line has the figures.
    return Tracer(service="model-registry", auto_patch=False)

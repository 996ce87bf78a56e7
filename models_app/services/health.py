"""Whether the registry can do its work."""

from __future__ import annotations

import time
from dataclasses import dataclass

from models_app.domain.errors import StorageBusy
from models_app.storage import calls, probe


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something the registry cannot do without, and how it is."""

    name: str
    is_well: bool
    milliseconds: float


def check() -> list[Dependency]:
    """Ask each dependency for something small. One call, given up after two seconds."""
    started = time.monotonic()
    try:
        with calls.deadline(2.0):
            probe.read_nothing()
        is_well = True
    except StorageBusy:
        is_well = False
    return [Dependency("dynamodb", is_well, round((time.monotonic() - started) * 1000, 1))]

"""A registry that writes without looking: every condition of every change holds. Only the proofs' control runs it.

Whoever registers, moves or deletes reads, decides and writes as ever, but nobody notices who came in between.
Importing this module changes nothing (pytest does, looking for doctests); ``application`` does, for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from models_app.domain.events import Event
from models_app.storage import transactions
from models_app.storage.table import RegistryItem
from models_app.storage.transactions import Write


def application() -> Callable[..., Any]:
    """The WSGI application of a process that has none of the services yet: they take ``commit`` from its module."""
    careful = transactions.commit

    def commit(writes: Sequence[Write], *, event: Event) -> None:
        always = RegistryItem.pk.exists() | RegistryItem.pk.does_not_exist()
        careful([replace(write, condition=always) for write in writes], event=event)

    transactions.commit = commit
    from registry_project.wsgi import application as careless

    return careless

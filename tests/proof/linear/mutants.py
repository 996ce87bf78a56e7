"""Registries with one mistake each, as WSGI applications. The proof of linearizability must find it.

Importing this module changes nothing; each function changes its process for good, before there are services.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from models_app.domain import clock
from models_app.domain.errors import VersionInUse
from models_app.storage import models, numbers, transactions, versions
from models_app.storage.table import RegistryItem
from models_app.storage.transactions import Operation, Write

ALWAYS = RegistryItem.pk.exists() | RegistryItem.pk.does_not_exist()
Application = Callable[..., Any]


def _served() -> Application:
    from registry_project.wsgi import application

    return application


def _carelessly(write: Callable[..., Any]) -> Callable[..., Any]:
    """The same writes without their conditions."""

    def writing(*args: Any, **kwargs: Any) -> Any:
        made = write(*args, **kwargs)
        return [replace(each, condition=ALWAYS) for each in made] if isinstance(made, list) else _free(made)

    return writing


def _free(write: Write) -> Write:
    return replace(write, condition=ALWAYS)


def _seen_by(module: Any, **different: Any) -> SimpleNamespace:
    """A module as another one sees it, with something else in it."""
    return SimpleNamespace(**{**vars(module), **different})


def no_condition_on_new_versions() -> Application:
    """Two may register one label."""
    versions.creating = _carelessly(versions.creating)
    return _served()


def alias_without_looking() -> Application:
    """An alias is pointed to a version that may have gone since it was looked at."""
    application = _served()
    from models_app.services import aliases

    aliases.versions = _seen_by(versions, rewriting=_carelessly(versions.rewriting))
    return application


def check_then_delete() -> Application:
    """A version is deleted that something may have come to depend on since it was looked at."""
    application = _served()
    from models_app.services import versions as service

    service.versions = _seen_by(versions, rewriting=_carelessly(versions.rewriting))
    service.models = _seen_by(models, removing=_carelessly(models.removing))
    return application


def cached_latest() -> Application:
    """Each process remembers for a while which version is the latest."""
    careful, kept = versions._latest, {}

    def latest(reference: Any) -> Any:
        at, found = kept.get(reference, (0.0, None))
        if time.monotonic() - at > 0.3:
            found = careful(reference)
            kept[reference] = (time.monotonic(), found)
        return found

    versions._latest = latest
    return _served()


def number_read_then_written() -> Application:
    """The next number is read and then written, and believed to be free."""

    numbers.taking = _carelessly(numbers.taking)
    careful = versions.creating
    versions.creating = lambda new: [_free(each) for each in careful(new)] if new.label.isdigit() else careful(new)
    return _served()


def fresh_token_on_retry() -> Application:
    """A repeated transaction is another one, and who meets its own write takes it for somebody else's."""
    careful, call = transactions._attempt, transactions.calls.call

    def attempt(operations: Sequence[Operation], *, token: str) -> Any:
        def sent(ask: Any, operation: str, document: Any) -> Any:
            def once() -> Any:
                return ask(operation, document | {"ClientRequestToken": clock.new_id()})

            return call(once)

        transactions.calls = _seen_by(transactions.calls, call=sent)
        return careful(operations, token=token)

    transactions._attempt = attempt
    transactions._is_own = lambda *_: False
    return _served()


def conflict_is_409() -> Application:
    """Transactions that met each other are told as a conflict with what is there."""
    careful = transactions._attempt

    def attempt(operations: Sequence[Operation], *, token: str) -> Any:
        reasons = careful(operations, token=token)
        if any(reason["Code"] == "TransactionConflict" for reason in reasons):
            raise VersionInUse(version="", model="", summary="another transaction is under way", blockers=[])
        return reasons

    transactions._attempt = attempt
    return _served()


def etag_ignored() -> Application:
    """Nobody looks at If-Match."""
    application = _served()
    from models_app.services import aliases
    from models_app.services import versions as service

    service.expect = aliases.expect = lambda *_, **__: None
    return application


# What finds each of them: a workload, and whether it takes a storm.
MUTANTS: dict[Callable[[], Application], tuple[str, bool]] = {
    no_condition_on_new_versions: ("one label for two artifacts", False),
    alias_without_looking: ("deleting and moving an alias", False),
    check_then_delete: ("deleting and deploying", False),
    cached_latest: ("deleting and registering", False),
    number_read_then_written: ("automatic numbers", False),
    fresh_token_on_retry: ("one label for two artifacts", True),
    conflict_is_409: ("everything", True),
    etag_ignored: ("compare and set", False),
}

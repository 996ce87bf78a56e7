"""The engine, under the module name that Django looks for."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.cache import close_caches
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.db.backends.dummy import base as dummy


def refuse(*_: Any, **__: Any) -> NoReturn:
    """Stand in for everything that would reach a database."""
    raise ImproperlyConfigured("This application has no SQL database: something tried to query one.")


def leave_requests_alone() -> None:
    """Have Django open and close nothing around each request: there are no connections, and no caches to close."""
    request_started.disconnect(reset_queries)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    request_finished.disconnect(close_caches)


class DatabaseOperations(dummy.DatabaseOperations):
    """Nothing can be said in SQL."""

    quote_name = refuse


class DatabaseWrapper(dummy.DatabaseWrapper):
    """A connection that begins and ends transactions and does nothing else."""

    vendor = "nodb"
    display_name = "no database"
    ops_class = DatabaseOperations
    ensure_connection = dummy.ignore
    _commit = dummy.ignore
    _rollback = dummy.ignore
    _set_autocommit = dummy.ignore
    _savepoint = dummy.ignore
    _cursor = refuse

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.autocommit = True  # as if connected, which atomic() asks for

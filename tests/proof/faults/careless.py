"""Registries that are wrong about failures on purpose, for as long as a control takes."""

from __future__ import annotations

from typing import Any

import pytest

from models_app.api import problems
from models_app.domain.errors import StorageBusy
from models_app.mlflow import refusals
from models_app.storage import calls


def know_no_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mapping of failures is gone: they go up as they come."""

    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        return operation(*args, **kwargs)

    monkeypatch.setattr(calls, "call", call)


def promise_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal does not say when to come again."""
    for face in (problems, refusals):
        monkeypatch.setattr(face.errors.Busy, "retry_after_seconds", 0)
    monkeypatch.setattr(calls, "busy", lambda **_: StorageBusy())


def tell_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal tells what DynamoDB said."""

    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return operation(*args, **kwargs)
        except Exception as failure:
            refusal = StorageBusy()
            refusal.args = (str(failure),)
            raise refusal from failure

    monkeypatch.setattr(calls, "call", call)


def try_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is repeated."""
    monkeypatch.setattr(calls, "MAX_ATTEMPTS", 1)


def never_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The breaker never opens."""
    monkeypatch.setattr(calls.Breaker, "may_try", lambda _: True)

"""How commands tell a refusal: its sentence and an exit code, without a traceback."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from models_app.domain import errors
from models_app.domain.errors import InvalidFields, RegistryError, StorageBusy
from models_app.storage.calls import describe

WHAT_IT_TAKES = (
    "A command needs AWS_REGION, credentials, REGISTRY_TABLE and, for a local engine, AWS_ENDPOINT_URL_DYNAMODB; "
    "for the registry that `make run` started, bin/manage sets them."
)

EXIT_CODES: dict[type[RegistryError], int] = {
    errors.Invalid: 2,
    errors.Unauthenticated: 3,
    errors.Denied: 3,
    errors.NotFound: 4,
    errors.Conflict: 5,
    errors.Stale: 5,
    errors.Busy: 6,
}


class RegistryCommand(BaseCommand):
    """A command over the services."""

    requires_migrations_checks = False

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run, telling a refusal in one sentence."""
        try:
            return super().execute(*args, **options)
        except RegistryError as refusal:
            message, code = told(refusal)
            raise CommandError(message, returncode=code) from refusal


def told(refusal: RegistryError) -> tuple[str, int]:
    """A refusal as an operator reads it, and the exit code of the command that met it."""
    code = next(EXIT_CODES[kind] for kind in type(refusal).__mro__ if kind in EXIT_CODES)
    if isinstance(refusal, InvalidFields):
        return " ".join(f"{each.field}: {each.detail}" for each in refusal.errors), code
    if isinstance(refusal, StorageBusy) and isinstance(refusal.__cause__, Exception):
        return f"{refusal} The cause: {describe(refusal.__cause__)}. {WHAT_IT_TAKES}", code
    return str(refusal), code

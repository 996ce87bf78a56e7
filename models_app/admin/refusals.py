"""Refusals in the admin: beside a form's fields, in a message, or as a page. The one table from kinds to status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError

from models_app.domain import errors
from models_app.domain.errors import InvalidFields, RegistryError
from models_app.nodb.forms import STALE

STATUS: dict[type[RegistryError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.Busy: 503,
}

# Conflicts that are about one field of a form.
ABOUT: dict[type[RegistryError], str] = {
    errors.TeamTaken: "slug",
    errors.UsernameTaken: "username",
    errors.LastMaintainer: "role",
    errors.ArtifactDiffers: "version",
    errors.VersionDeleted: "version",
}
CHANGED_MEANWHILE = (
    "Somebody else changed this after you opened it, and nothing of yours is saved yet. "
    "What is different now is marked; save again to put yours in its place."
)


@contextmanager
def shown_in_the_form(**fields: str) -> Iterator[None]:
    """Turn refusals into what a form shows. ``fields``: what the form calls a field, by its wire name.

    Raises:
        ValidationError: what was done inside was refused.
    """
    try:
        yield
    except InvalidFields as refusal:
        told: dict[str, list[str]] = {}
        for each in refusal.errors:
            name = fields.get(each.field, each.field.partition(".")[0])
            told.setdefault(name, []).append(each.detail)
        raise ValidationError(told) from refusal
    except errors.Stale as refusal:
        raise ValidationError(CHANGED_MEANWHILE, code=STALE) from refusal
    except RegistryError as refusal:
        if (field := ABOUT.get(type(refusal))) is not None:
            raise ValidationError({field: [str(refusal)]}) from refusal
        raise ValidationError(str(refusal)) from refusal


def status_of(refusal: RegistryError) -> int:
    """The status of a page that tells a refusal."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)

"""If-Match, as the services understand it: the states that a caller is willing to replace."""

from __future__ import annotations

from collections.abc import Container

from models_app.domain.errors import RevisionMismatch

# The etags that a caller named; None where it named none and takes whatever stands. An etag of None: nothing stands.
Expected = Container[str | None] | None


def expect(etag: str | None, *, among: Expected, what: str) -> None:
    """Return if what stands is in a state that the caller named, or it named none.

    Raises:
        RevisionMismatch: it is in another one.
    """
    if among is not None and etag not in among:
        raise RevisionMismatch(what=what)

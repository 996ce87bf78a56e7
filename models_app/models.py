"""The classes that Django insists on finding here."""

from __future__ import annotations

from models_app.identity.user import User

__all__ = ["User"]

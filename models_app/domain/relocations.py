"""A model under another name, or in the archive: what its move is, and what forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models_app.domain.errors import Busy, Conflict, NotFound
from models_app.domain.models import ModelId
from models_app.domain.versions import RESTORE_PERIOD

# What an event decides that gives every name of a model its meaning, or takes it away. No alias is called so.
EVERY_NAME = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a model's rows go: a name, or the archive of a name.

    Attributes:
        model: what the rows say of themselves there.
        deletion: of the archive: the id of the event that tells of the deletion.
        deleted_at: likewise, when that was.
    """

    model: ModelId
    deletion: str | None = None
    deleted_at: datetime | None = None

    @property
    def gone_at(self) -> datetime | None:
        """When the rows go for good; None for a name."""
        return self.deleted_at + RESTORE_PERIOD if self.deleted_at else None


class ModelInUse(Conflict):
    """A deployment of the model runs, or is about to."""

    slug = "model-in-use"
    title = "The model is deployed"
    template = "Model {model} is still in use: it is deployed, or about to be, in {places}."
    shown = ("blockers",)


class NothingToRestore(NotFound):
    """No deleted model of that name, or none that the caller may see."""

    slug = "nothing-to-restore"
    title = "No such deleted model"
    template = "No model of that name was deleted in the last {days} days, or none that you may see."


class MoveUnderWay(Busy):
    """A model of many versions is on its way, and the time of this request is up."""

    slug = "move-under-way"
    title = "The model is being moved"
    template = (
        "The versions of model {model} are being moved, and there are many. Repeat the request: it goes on where "
        "this one stopped."
    )

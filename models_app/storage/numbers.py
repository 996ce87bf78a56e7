"""Automatic version numbers: where they come from, and that none is given out twice.

Whoever is alone reads which number comes next, and takes it in the transaction that registers the version. Where
somebody else did so first, the next try reserves a number, which nobody can take away any more.
"""

from __future__ import annotations

from dataclasses import replace

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from models_app.domain.errors import StorageBusy
from models_app.domain.labels import VersionLabel, label_in
from models_app.domain.models import ModelId
from models_app.storage import table
from models_app.storage.models import SETTLED, item_of
from models_app.storage.pages import read_item
from models_app.storage.table import ModelItem
from models_app.storage.transactions import Refused, Write
from models_app.storage.updates import update_if

# Labels given by hand lift the count to 10**15 at most (see ``VersionLabel.leading_number``): it never gets here.
MAX_NUMBER = 10**18 - 1


def next_number(model_id: ModelId) -> tuple[VersionLabel, ModelItem | None]:
    """The next automatic version number, and the model's item as it stands, or None. One call.

    The number is above every live label, so that what was registered last is ``latest``. It is nobody's yet: see
    ``taking``.
    """
    raw = read_item(table.model_partition(model_id), table.MODEL)
    seen = ModelItem.from_raw_data(raw) if raw else None
    last = int(seen.last_number or 0) if seen else 0
    return VersionLabel.of_number(max(last, _floor(seen)) + 1), seen


def taking(label: VersionLabel, adding: Write, *, seen: ModelItem | None) -> Write:
    """The model's part of registering the next number, if no number was given out since the model was seen.

    Refused where one was: ``reserve_number`` is for those who have rivals.
    """
    last = seen.last_number if seen else None
    unmoved = ModelItem.last_number.does_not_exist() if last is None else ModelItem.last_number == last
    counting = ModelItem.last_number.set(int(label))
    return replace(adding, condition=adding.condition & unmoved, actions=[*adding.actions, counting])


def reserve_number(model_id: ModelId) -> tuple[VersionLabel, ModelItem]:
    """Take the next automatic version number, and see the model's item as it then stands. One call.

    The number is above every live label, so that what was registered last is ``latest``; where labels given by hand
    are ahead, catching up takes a second call, once. Two callers never get the same number, and a number that is not
    used stays unused: gaps are harmless, reuse is not.

    Raises:
        Refused: the model is on its way to another name.
        StorageBusy: storage did not answer in time.
    """
    below_the_end = ModelItem.last_number.does_not_exist() | (ModelItem.last_number < MAX_NUMBER)
    while True:
        seen = _counted(model_id, ModelItem.last_number.add(1), below_the_end & SETTLED)
        if seen is None:
            standing = read_item(table.model_partition(model_id), table.MODEL)
            raise Refused(ModelItem.from_raw_data(standing)) if standing else StorageBusy
        floor = _floor(seen)
        if floor >= (seen.last_number or 0):
            seen = _counted(model_id, ModelItem.last_number.set(floor + 1), ModelItem.last_number <= floor)
        if seen is not None:
            return VersionLabel.of_number(int(seen.last_number or 0)), seen


def _floor(seen: ModelItem | None) -> int:
    """The number in a model's highest label."""
    return label_in(seen.latest_key).leading_number if seen is not None and seen.latest_key else 0


def _counted(model_id: ModelId, counting: Action, condition: Condition) -> ModelItem | None:
    """The model's item after counting, or None where the condition failed."""
    raw = update_if(condition, item_of(model_id), [counting])
    return ModelItem.from_raw_data(raw) if raw else None

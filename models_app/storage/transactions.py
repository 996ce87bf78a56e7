"""The one way to write: a change is one transaction of its items and its event, or nothing at all.

Each write says what its failed condition means. The failed condition also brings the item that stood in the way, so
that nothing is read again, and a write that meets itself (``rid`` is our own event) has been done already: an answer
that got lost on the way is a success.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from pynamodb.exceptions import CancellationReason, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from models_app.domain import clock
from models_app.domain.errors import ChangeTooLarge
from models_app.domain.events import Event
from models_app.storage import calls, events
from models_app.storage.table import RegistryItem, connection

log = logging.getLogger(__name__)

OLD_ITEM = "ALL_OLD"

# Nothing is wrong with such a transaction: it met another one, or the table was busy. The SDK does not repeat these.
PASSING_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})

# DynamoDB takes 100 actions and 4 MB in one transaction, and tells by its text alone that there were more.
MAX_ACTIONS = 100
MAX_BYTES = 4_000_000

# And 400 KB in one item, with its attributes' names, of which the text of a request tells a little too few.
MAX_ITEM_BYTES = 400_000
TOO_LARGE = "Item size"  # as DynamoDB tells it

T = TypeVar("T")

# From the item that stood in the way, or None: the error to raise.
Refusal = Callable[[RegistryItem | None], Exception]


class Verb(Enum):
    """The four operations of a transaction, in the order in which PynamoDB sends them; reasons follow that order."""

    CHECK = 0
    DELETE = 1
    PUT = 2
    UPDATE = 3


@dataclass(frozen=True, slots=True)
class Write:
    """One item of a change.

    Attributes:
        verb: what is done to the item.
        item: the item; for all but a put, its key suffices.
        condition: what must stand there for the change to happen. There is no write without one.
        refusal: the error when it does not, made from the item that stood there (None: nothing did).
        actions: of an update; ``rev`` and ``rid`` are seen to.
    """

    verb: Verb
    item: RegistryItem
    condition: Condition
    refusal: Refusal
    actions: Sequence[Action] = ()

    @property
    def arguments(self) -> dict[str, object]:
        """The operation as PynamoDB's connection takes it."""
        if self.verb is Verb.PUT:
            return self.item.get_save_kwargs_from_instance(
                condition=self.condition, return_values_on_condition_failure=OLD_ITEM
            )
        revised = [*self.actions, RegistryItem.rid.set(self.item.rid), RegistryItem.rev.add(1)]
        return connection().get_operation_kwargs(
            self.item.pk,
            range_key=self.item.sk,
            actions=revised if self.verb is Verb.UPDATE else None,
            condition=self.condition,
            return_values_on_condition_failure=OLD_ITEM,
        )


class Refused(Exception):
    """A condition failed and the writer wants to look at what stood there before it decides what that means."""

    def __init__(self, item: RegistryItem | None) -> None:
        self.item = item
        super().__init__("a condition failed")


def commit(writes: Sequence[Write], *, event: Event, also: Sequence[Event] = ()) -> None:
    """Write all of it and the event, or nothing. One call, unless storage asks for patience.

    ``also`` are further events of the same change; the items bear the id of the first.

    Raises:
        RegistryError: the refusal of a write whose condition failed.
        Refused: likewise, for writers who asked to see what stood in the way.
        ChangeTooLarge: it is more than one transaction takes, or an item of it more than one holds.
        StorageBusy: storage did not answer in time; the change may or may not have been made.
    """
    recording = [Write(Verb.PUT, events.item(each), RegistryItem.pk.does_not_exist(), Refused) for each in also]
    recording.append(Write(Verb.PUT, events.item(event), RegistryItem.pk.does_not_exist(), Refused))
    _write([*writes, *recording], change=event.id, token=event.id)
    for each in [event, *also]:
        calls.facts.info("committed", extra={"fact": each})


def carry_on(writes: Sequence[Write], *, change: str) -> None:
    """Write all of it, or nothing: a further part of a change whose event is written. One call, like ``commit``.

    Who carries a change on asks again what is left of it: others may do the same at the same time.

    Raises:
        Refused: a condition failed.
    """
    _write(writes, change=change, token=clock.new_id())


def _write(writes: Sequence[Write], *, change: str, token: str) -> None:
    ordered = sorted(writes, key=lambda write: write.verb.value)
    operations: dict[Verb, list[dict[str, object]]] = {verb: [] for verb in Verb}
    for write in ordered:
        write.item.rid = change
        operations[write.verb].append(write.arguments)
    if len(ordered) > MAX_ACTIONS or _is_too_large([each for group in operations.values() for each in group]):
        raise ChangeTooLarge
    patience = calls.Patience()
    while True:
        reasons = _attempt(operations, token=token)
        if not reasons or any(_is_own(reason, change) for reason in reasons):
            return
        for write, reason in zip(ordered, reasons, strict=True):
            if reason is not None and reason.code == "ConditionalCheckFailed":
                refusal = write.refusal(_item_of(reason))
                raise refusal
        patience.wait()  # only passing reasons are left


def until_undisturbed(attempt: Callable[[], T]) -> T:
    """Repeat a read-decide-commit until nobody else writes in between, each time on what then stands.

    Raises:
        StorageBusy: others kept getting in first until the time was up.
    """
    patience = calls.Patience()
    while True:
        try:
            return attempt()
        except Refused as refused:
            patience.wait(because=refused)


def _attempt(operations: dict[Verb, list[dict[str, object]]], *, token: str) -> Sequence[CancellationReason | None]:
    """One transaction under the one token of this change; the reasons for its cancellation, or nothing.

    AWS keeps a token for ten minutes and answers a repeated transaction with success; ``rid`` covers what comes later.
    """
    try:
        calls.call(
            connection().connection.transact_write_items,
            operations[Verb.CHECK],
            operations[Verb.DELETE],
            operations[Verb.PUT],
            operations[Verb.UPDATE],
            client_request_token=token,
        )
    except TransactWriteError as failure:
        reasons = list(failure.cancellation_reasons)
        mistakes = [reason for reason in reasons if reason and reason.code == "ValidationError"]
        if any(TOO_LARGE in str(reason.message) for reason in mistakes):
            raise ChangeTooLarge from failure
        if mistakes or calls.code_of(failure) == "ValidationException":
            raise
        known = PASSING_REASONS | {"ConditionalCheckFailed"}
        if not reasons or any(reason and reason.code not in known for reason in reasons):
            log.error("DynamoDB cancelled a transaction: %s", [reason and reason.code for reason in reasons])  # noqa: TRY400 - a traceback may hold data
            raise calls.busy() from failure
        return reasons
    return []


def _is_too_large(operations: list[dict[str, object]]) -> bool:
    """Whether one item, or all of them, exceed what DynamoDB takes."""
    # JSON in ASCII is never shorter than the same in UTF-8, and made 30 times faster than the texts are counted.
    if len(json.dumps(operations, default=list)) <= MAX_ITEM_BYTES:
        return False
    sizes = [_bytes_of(each) for each in operations]
    return sum(sizes) > MAX_BYTES or max(sizes) > MAX_ITEM_BYTES


def _bytes_of(document: object) -> int:
    """The texts in a request, counted as they are stored; its expressions make it a little more than that."""
    if isinstance(document, dict):
        return sum(_bytes_of(name) + _bytes_of(value) for name, value in document.items())
    if isinstance(document, list | set):
        return sum(map(_bytes_of, document))
    return len(document.encode()) if isinstance(document, str) else 0


def _is_own(reason: CancellationReason | None, change: str) -> bool:
    return reason is not None and (reason.raw_item or {}).get("rid") == {"S": change}


def _item_of(reason: CancellationReason) -> RegistryItem | None:
    return RegistryItem.from_raw_data(reason.raw_item) if reason.raw_item else None

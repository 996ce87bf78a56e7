"""The one way to write: a change is one transaction of its items and its event, or nothing at all.

Each write says what its failed condition means. The failed condition also brings the item that stood in the way, so
that nothing is read again, and a write that meets itself (``rid`` is our own event) has been done already: an answer
that got lost on the way is a success.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import orjson
from botocore.exceptions import ClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action, Update

from models_app.domain import clock
from models_app.domain.errors import ChangeTooLarge
from models_app.domain.events import Event
from models_app.storage import calls, events
from models_app.storage.attributes import written
from models_app.storage.table import RawItem, RegistryItem, ask

log = logging.getLogger(__name__)

OLD_ITEM = "ALL_OLD"

# Nothing is wrong with such a transaction: it met another one, or the table was busy. The SDK does not repeat these.
PASSING_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
KNOWN_REASONS = PASSING_REASONS | {"ConditionalCheckFailed", "None"}

# DynamoDB takes 100 actions and 4 MB in one transaction, and tells by its text alone that there were more.
MAX_ACTIONS = 100
MAX_BYTES = 4_000_000

# And 400 KB in one item, with its attributes' names, of which the text of a request tells a little too few.
MAX_ITEM_BYTES = 400_000
TOO_LARGE = "Item size"  # as DynamoDB tells it

T = TypeVar("T")

Operation = dict[str, dict[str, Any]]
Reason = dict[str, Any]

# From the item that stood in the way, or None: the error to raise.
Refusal = Callable[[RegistryItem | None], Exception]


class Verb(StrEnum):
    """The four operations of a transaction, in the order in which they are sent: of several that fail, the first tells.

    That is the order of their names, too.
    """

    CHECK = "ConditionCheck"
    DELETE = "Delete"
    PUT = "Put"
    UPDATE = "Update"


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
    def operation(self) -> Operation:
        """As DynamoDB takes it in a transaction."""
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        document: dict[str, Any] = {
            "TableName": RegistryItem.Meta.table_name,
            "ConditionExpression": self.condition.serialize(names, values),
            "ReturnValuesOnConditionCheckFailure": OLD_ITEM,
        }
        if self.verb is Verb.PUT:
            document["Item"] = written(self.item)
        else:
            document["Key"] = {"pk": {"S": self.item.pk}, "sk": {"S": self.item.sk}}
        if self.verb is Verb.UPDATE:
            revised = [*self.actions, RegistryItem.rid.set(self.item.rid), RegistryItem.rev.add(1)]
            document["UpdateExpression"] = Update(*revised).serialize(names, values)
        document["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
        if values:
            document["ExpressionAttributeValues"] = values
        return {self.verb.value: document}


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
    ordered = sorted(writes, key=lambda write: write.verb)
    for write in ordered:
        write.item.rid = change
    operations = [write.operation for write in ordered]
    if len(ordered) > MAX_ACTIONS or _is_too_large(operations):
        raise ChangeTooLarge
    patience = calls.Patience()
    while True:
        reasons = _attempt(operations, token=token)
        if not reasons or any(_is_own(reason, change) for reason in reasons):
            return
        for write, reason in zip(ordered, reasons, strict=True):
            if reason["Code"] == "ConditionalCheckFailed":
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


def _attempt(operations: Sequence[Operation], *, token: str) -> Sequence[Reason]:
    """One transaction under the one token of this change; the reasons for its cancellation, or nothing.

    AWS keeps a token for ten minutes and answers a repeated transaction with success; ``rid`` covers what comes later.
    """
    try:
        calls.call(ask, "TransactWriteItems", {"TransactItems": operations, "ClientRequestToken": token})
    except ClientError as failure:
        reasons: Sequence[Reason] = failure.response.get("CancellationReasons", [])
        mistakes = [reason for reason in reasons if reason["Code"] == "ValidationError"]
        if any(TOO_LARGE in str(reason.get("Message")) for reason in mistakes):
            raise ChangeTooLarge from failure
        if mistakes or calls.code_of(failure) == "ValidationException":
            raise
        codes = [reason["Code"] for reason in reasons]
        if not codes or not KNOWN_REASONS.issuperset(codes):
            log.error("DynamoDB cancelled a transaction: %s", codes)  # noqa: TRY400 - a traceback may hold data
            raise calls.busy() from failure
        return reasons
    return []


def _is_too_large(operations: Sequence[Operation]) -> bool:
    """Whether one item, or all of them, exceed what DynamoDB takes."""
    # JSON is never shorter than the texts in it, and made much faster than they are counted.
    if len(orjson.dumps(operations)) <= MAX_ITEM_BYTES:
        return False
    sizes = [_bytes_of(each) for each in operations]
    return sum(sizes) > MAX_BYTES or max(sizes) > MAX_ITEM_BYTES


def _bytes_of(document: object) -> int:
    """The texts in a request, counted as they are stored; its expressions make it a little more than that."""
    if isinstance(document, dict):
        return sum(_bytes_of(name) + _bytes_of(value) for name, value in document.items())
    if isinstance(document, list):
        return sum(map(_bytes_of, document))
    return len(document.encode()) if isinstance(document, str) else 0


def _is_own(reason: Reason, change: str) -> bool:
    raw: RawItem = reason.get("Item") or {}
    return raw.get("rid") == {"S": change}


def _item_of(reason: Reason) -> RegistryItem | None:
    raw: RawItem | None = reason.get("Item")
    return RegistryItem.from_raw_data(raw) if raw else None

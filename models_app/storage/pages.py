"""Reads of many items: one query a page, more only where filters leave a page short, and never more than a few.

A page's end is the key of its last item, so that what is added or removed elsewhere moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pynamodb.expressions.condition import Condition

from models_app.domain.pages import Page, StartKey
from models_app.storage import calls
from models_app.storage.table import RawItem, RegistryItem, ask, connection

TABLE = RegistryItem.Meta.table_name

T = TypeVar("T")

# A filtered list stops after so many queries with whatever it found: the work of one request is bounded, and the cursor
# goes on.
MAX_QUERIES = 4

# Sorts behind every character of a name.
HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to list: a partition of the table or of an index, a range of it, and what to leave out.

    Attributes:
        batch: how many items to look at in a query; None for just as many as the page takes.
    """

    partition: str
    index: str | None = None
    within: Condition | None = None
    leaving: Condition | None = None
    newest_first: bool = False
    batch: int | None = None


def beginning_with(prefix: str) -> Condition | None:
    """A range of the first index: what it lists by name, from a prefix on; None, which is all of it, without one."""
    # As a range rather than begins_with, which the local engine answers without regard to case.
    return RegistryItem.gsi1sk.between(prefix, prefix + HIGHEST) if prefix else None


def read_page(listing: Listing, *, limit: int, after: StartKey | None = None) -> Page[RawItem]:
    """Up to ``limit`` items after a key. One call, or up to four where a filter leaves the page short.

    Strongly consistent, except over an index.
    """
    found: list[RawItem] = []
    position = _raw_key(after)
    batch = max(listing.batch or 0, limit + 1)  # one more than asked for tells whether there is a next page
    for _ in range(MAX_QUERIES):
        items, position = _query(listing, limit=batch, after=position)
        found += items
        if len(found) > limit:
            return Page(found[:limit], _key_of(found[limit - 1], listing))
        if position is None:
            return Page(found)
    return Page(found, {name: value["S"] for name, value in position.items()} if position else None)


def walk(read: Callable[..., Page[T]]) -> Iterator[Page[T]]:
    """Every page of a list, each read when it is asked for. ``read`` takes where one begins as ``after``."""
    after: StartKey | None = None
    while True:
        page = read(after=after)
        yield page
        if page.next is None:
            return
        after = page.next


def every(read: Callable[..., Page[T]]) -> Iterator[T]:
    """Every item of a list, page by page."""
    return (item for page in walk(read) for item in page.items)


def read_table() -> Iterator[list[RawItem]]:
    """The whole table, page by page, strongly consistent. No request may call it."""
    position = None
    while True:
        answer = calls.call(connection().scan, exclusive_start_key=position, consistent_read=True)
        yield answer["Items"]
        position = answer.get("LastEvaluatedKey")
        if position is None:
            return


def read_item(partition: str, sort: str) -> RawItem | None:
    """An item by its key, strongly consistent, or None. One call."""
    key = {"pk": {"S": partition}, "sk": {"S": sort}}
    item: RawItem | None = calls.call(ask, "GetItem", {"TableName": TABLE, "Key": key, "ConsistentRead": True}).get(
        "Item"
    )
    return item


def read_batch(keys: Sequence[StartKey]) -> list[RawItem]:
    """Those of up to 100 items that exist, in no order, strongly consistent. One call; none without keys."""
    found: list[RawItem] = []
    wanted = list(keys)
    patience = calls.Patience()
    while wanted:
        answer = calls.call(connection().batch_get_item, wanted, consistent_read=True)  # type: ignore[arg-type]  # it takes keys
        found += answer["Responses"].get(RegistryItem.Meta.table_name, [])
        # A throttled table hands back the keys that it did not read.
        left = answer.get("UnprocessedKeys", {}).get(RegistryItem.Meta.table_name, {}).get("Keys", [])
        wanted = [{name: value["S"] for name, value in key.items()} for key in left]
        if wanted:
            patience.wait()
    return found


def _query(listing: Listing, *, limit: int, after: RawItem | None) -> tuple[list[RawItem], RawItem | None]:
    answer = calls.call(
        connection().query,
        listing.partition,
        range_key_condition=listing.within,
        filter_condition=listing.leaving,
        consistent_read=listing.index is None,
        exclusive_start_key=after,
        index_name=listing.index,
        limit=limit,
        scan_index_forward=not listing.newest_first,
    )
    return answer["Items"], answer.get("LastEvaluatedKey")


def _key_of(item: RawItem, listing: Listing) -> StartKey:
    names = ["pk", "sk"] + ([f"{listing.index}pk", f"{listing.index}sk"] if listing.index else [])
    return {name: item[name]["S"] for name in names}


def _raw_key(key: StartKey | None) -> RawItem | None:
    return {name: {"S": value} for name, value in key.items()} if key else None

"""The least that DynamoDB can bill for what a request came to, by AWS's published rules and the sizes of items.

No call of the request is priced here. What it wrote is told by the table before and after; what it read, by the items
that the answers held, each once. So a second read of an item, or a write that changes nothing, is above the floor.

The rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ and there CapacityUnitCalculations.html
(sizes), read-write-operations.html (units), GSI.html#GSI.ThroughputConsiderations.Writes (indexes) and
transaction-apis.html (twice).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any

from models_app.storage.table import RegistryItem
from tests.costing.traffic import Call
from tests.engine import Engine

WRITE_BYTES, READ_BYTES = 1024, 4096
INDEXES = [index.Meta.index_name for index in (RegistryItem.by_first, RegistryItem.by_second, RegistryItem.by_third)]
# Each write of an item counts it and signs it. Where nothing else is different, nobody needed the write.
BOOKKEEPING = frozenset({"rev", "rid"})

Item = dict[str, Any]
Key = tuple[str, str]
Rows = dict[Key, Item]


def size_of(item: Item) -> int:
    """Names and values; of an index that holds all attributes, its entry is as large."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(tagged: Item) -> int:
    [(kind, value)] = tagged.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            digits = value.lstrip("-").replace(".", "").strip("0")
            return ceil(len(digits) / 2) + 1 + value.startswith("-")
        case "B":
            return len(base64.b64decode(value))
        case "BOOL" | "NULL":
            return 1
        case "SS":
            return sum(len(each.encode()) for each in value)
    raise NotImplementedError(kind)


# Writes -------------------------------------------------------------------------------------------------------------


def write_floor(before: Rows, after: Rows) -> float:
    """Units for getting from one content of the table to the other in one step; more than one item is a transaction."""
    changed = [key for key in before.keys() | after.keys() if _is_change(before.get(key), after.get(key))]
    times = 2 if len(changed) > 1 else 1
    return sum(
        times * write_units(before.get(key), after.get(key)) + index_units(before.get(key), after.get(key))
        for key in changed
    )


def write_units(old: Item | None, new: Item | None) -> int:
    """For an item: by the larger of what was there and what is."""
    return ceil(max(size_of(each) for each in (old, new) if each is not None) / WRITE_BYTES)


def index_units(old: Item | None, new: Item | None) -> int:
    """For its entries: one write of its size to come, to go, or to stay and change; both to move. Never twice."""
    units = 0
    for index in INDEXES:
        was, now = _entry(old, index), _entry(new, index)
        if was == now:
            units += write_units(old, new) if was is not None else 0
        else:
            units += write_units(old, None) if was is not None else 0
            units += write_units(None, new) if now is not None else 0
    return units


def _is_change(old: Item | None, new: Item | None) -> bool:
    return _facts(old) != _facts(new)


def _facts(item: Item | None) -> Item | None:
    return item and {name: value for name, value in item.items() if name not in BOOKKEEPING}


def _entry(item: Item | None, index: str) -> Key | None:
    """Where an item stands in an index; one without both keys stands nowhere in it."""
    if item is None or not {f"{index}pk", f"{index}sk"} <= item.keys():
        return None
    return item[f"{index}pk"]["S"], item[f"{index}sk"]["S"]


# Reads --------------------------------------------------------------------------------------------------------------


def read_floor(calls: Iterable[Call], engine: Engine) -> float:
    """Units for all that the calls read, each item once: alone as a lookup rounds it, together as a query does.

    What was looked for and is not there counts as a small item. What the calls themselves put is known.
    """
    known: set[Any] = set()
    units = 0.0
    for call in calls:
        if call.is_write:
            known.update(_put_by(call))
            continue
        for looked_at, wanted, rate in _looked_at(call, engine):
            fresh = [item for item in looked_at if _key(item) not in known]
            if fresh:
                units += rate * ceil(sum(map(size_of, fresh)) / READ_BYTES)
            elif not looked_at and wanted not in known:
                units += rate
            known.update([wanted, *map(_key, looked_at)])
    return units


def _looked_at(call: Call, engine: Engine) -> Iterator[tuple[list[Item], Any, float]]:
    """Each thing that a call looks for: the items found, what was wanted, and units for 4 KB: half if they may lag."""
    request = call.request
    rate = 1.0 if request.get("ConsistentRead") else 0.5
    match call.operation:
        case "GetItem":
            yield [call.answer["Item"]] if "Item" in call.answer else [], _key(request["Key"]), rate
        case "BatchGetItem":
            [(table, wanted)] = request["RequestItems"].items()
            rate = 1.0 if wanted.get("ConsistentRead") else 0.5
            found = {_key(item): item for item in call.answer["Responses"][table]}
            for key in map(_key, wanted["Keys"]):
                yield [found[key]] if key in found else [], key, rate
        case "Query":
            looked_at = _unfiltered(call, engine)
            yield looked_at, json.dumps({**request, "Limit": None}, sort_keys=True), rate
        case _:
            raise NotImplementedError(call.operation)


def _unfiltered(call: Call, engine: Engine) -> list[Item]:
    """What a query looked at: DynamoDB bills what a filter leaves out, too."""
    request = {name: value for name, value in call.request.items() if name != "FilterExpression"}
    if request == call.request:
        found: list[Item] = call.answer["Items"]
        return found
    # DynamoDB refuses names and values that no expression uses, and empty ones.
    used = re.findall(r"[#:]\w+", request["KeyConditionExpression"])
    for field in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        request[field] = {name: value for name, value in request.get(field, {}).items() if name in used}
    request = {name: value for name, value in request.items() if value != {}}
    answer: dict[str, list[Item]] = json.loads(engine.send("Query", json.dumps(request).encode()))
    return answer["Items"]


def _put_by(call: Call) -> Iterator[Key]:
    asked = call.request.get("TransactItems", [])
    return (_key(each["Put"]["Item"]) for each in asked if "Put" in each)


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]

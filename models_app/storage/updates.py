"""Updates of one item that are no change of the registry: counts and marks, of which no event tells."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from models_app.storage import calls, upgrades
from models_app.storage.table import RawItem, RegistryItem, connection


def update_if(condition: Condition, item: RegistryItem, actions: Sequence[Action]) -> RawItem | None:
    """The item after an update, or None where the condition did not hold. One call.

    Only the item's key and kind count; where there is none yet, it is made.
    """
    due = [
        *([RegistryItem.kind.set(type(item))] if item.tells_kind else []),
        RegistryItem.sv.set(RegistryItem.sv | upgrades.newest()),
        RegistryItem.rev.set(RegistryItem.rev | 0),
        RegistryItem.rid.set(RegistryItem.rid | ""),
    ]
    try:
        answer = calls.call(
            connection().update_item,
            item.pk,
            range_key=item.sk,
            actions=[*actions, *due],
            condition=condition,
            return_values="ALL_NEW",
        )
    except PynamoDBException as failure:
        if calls.code_of(failure) != "ConditionalCheckFailedException":
            raise
        return None
    updated: RawItem = answer["Attributes"]
    return updated

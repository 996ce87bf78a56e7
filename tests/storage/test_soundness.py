"""The check of the table, itself checked: a control for each of its rules, and silence over a table in order."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models_app.domain.teams import Role
from models_app.services.tokens import forget_tokens
from models_app.storage import soundness
from models_app.storage.soundness import find_faults
from models_app.storage.table import RawItem, RegistryItem, connection, create_table
from tests.callers import a_person, a_team
from tests.mlflow.test_telling_webhooks import hands_over
from tests.mlflow.test_webhooks import makes
from tests.outbox.receivers import listening, say
from tests.storage.damages import DAMAGES, FRAUD, MISPLACED, Damage


@pytest.fixture(scope="module")
def world() -> Iterator[list[RawItem]]:
    """A little of everything, as it comes about by calls; what stands in the table before anybody breaks it."""
    create_table()
    try:
        payments = a_team()
        a_person("ada", roles={"payments": Role.MAINTAINER})
        payments.contributor.registers("fraud", version="1.0.0", tags={"env": "prod"})
        payments.contributor.registers("fraud", version="2", tags={"env": "test"})
        payments.contributor.registers("fraud", version="3")
        payments.maintainer.deletes("payments.fraud", "3")
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
        payments.contributor.describes("payments.fraud", {"tags": {"own": "yes"}})
        payments.contributor.registers("old", version="1.0.0")
        payments.maintainer.deletes_model("payments.old")
        payments.contributor.registers("churn")
        payments.maintainer.calls("POST", "models/payments.churn/1/deploy", {"environment": "prod"})
        with listening() as receiver:
            receiver.manner = say(500)
            makes(payments.maintainer, receiver.url)
            payments.contributor.registers("told")
            hands_over("ModelVersionRegistered")
        yield connection().scan(consistent_read=True)["Items"]
    finally:
        forget_tokens()
        RegistryItem.delete_table()


def damaged(world: list[RawItem], damage: Damage) -> list[str]:
    """What the check says of the table with one damage in it. The damage is mended again."""
    client, name = connection().connection.client, RegistryItem.Meta.table_name
    before = next(
        item
        for item in sorted(world, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
        if item["pk"]["S"].startswith(damage.pk) and item["sk"]["S"].startswith(damage.sk)
    )
    after = copy.deepcopy(before)
    for attribute, value in (damage.change or {}).items():
        after.pop(attribute, None)
        if value is not None:
            after[attribute] = {"N": str(value)} if isinstance(value, int) else {"S": value}
    client.delete_item(TableName=name, Key=key_of(before))
    if damage.change:
        client.put_item(TableName=name, Item=after)
    try:
        return find_faults()
    finally:
        client.delete_item(TableName=name, Key=key_of(after))
        client.put_item(TableName=name, Item=before)


def key_of(item: RawItem) -> RawItem:
    return {name: item[name] for name in ("pk", "sk")}


def rules() -> dict[str, re.Pattern[str]]:
    """Every sentence that the check can say, as it stands in its source."""
    module = ast.parse(Path(soundness.__file__).read_text())
    said = [node.value for node in ast.walk(module) if isinstance(node, ast.Yield)]
    sentences = {ast.unparse(each): each for each in said if isinstance(each, ast.JoinedStr)}
    return {
        source: re.compile(
            "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in sentence.values)
        )
        for source, sentence in sentences.items()
    }


class TestTheCheck:
    """Promised: the whole table is checked after every integration test."""

    def test_a_table_in_order_has_no_faults(self, world: list[RawItem]) -> None:
        assert find_faults() == []

    @pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
    def test_a_damage_is_told(self, damage: Damage, world: list[RawItem]) -> None:
        faults = damaged(world, damage)

        assert any(damage.told in fault for fault in faults), faults

    def test_every_rule_has_its_control(self, world: list[RawItem]) -> None:
        told = [fault for damage in DAMAGES.values() for fault in damaged(world, damage)]

        assert [source for source, sentence in rules().items() if not any(map(sentence.fullmatch, told))] == []

    def test_every_rule_was_found_in_the_source(self) -> None:
        assert len(rules()) >= 19

    def test_what_was_damaged_is_mended_again(self, world: list[RawItem]) -> None:
        for damage in DAMAGES.values():
            damaged(world, damage)

        assert find_faults() == []

    @pytest.mark.parametrize("damage", MISPLACED.values(), ids=MISPLACED)
    def test_what_is_lost_to_a_list_is_told(self, damage: Damage, world: list[RawItem]) -> None:
        assert damaged(world, damage) != []


def test_all_of_the_summary_that_lists_show_is_compared(world: list[RawItem]) -> None:
    head = next(item for item in world if item["pk"]["S"] == FRAUD and item["sk"]["S"] == "VERSION~")
    summary = json.loads(head["summary"]["S"])
    unnoticed = []
    for place, value in enumerate(summary):
        wrong = {"x": "y"} if isinstance(value, dict) else f"{value}x"
        changed = [*summary[:place], wrong, *summary[place + 1 :]]
        if not damaged(world, Damage(FRAUD, "VERSION~", "", {"summary": json.dumps(changed)})):
            unnoticed.append(place)

    assert unnoticed == []

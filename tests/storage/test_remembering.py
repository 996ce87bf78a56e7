"""What was listed before is not taken apart again, and what changed meanwhile is told at once."""

from __future__ import annotations

from models_app.storage.attributes import RawItem
from models_app.storage.remembering import MOST_BYTES, remembering
from models_app.storage.table import MODEL, RegistryItem, connection
from tests.callers import Cast


class Making:
    """Counts what is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, raw: RawItem) -> list[str]:
        self.times += 1
        return sorted(raw)


class TestWhatIsRemembered:
    def test_is_an_item_in_whatever_order_storage_tells_its_attributes(self) -> None:
        make = Making()
        read = remembering(make)

        first = read({"pk": {"S": "a"}, "rev": {"N": "1"}})

        assert read({"rev": {"N": "1"}, "pk": {"S": "a"}}) is first
        assert make.times == 1

    def test_is_no_item_with_another_value(self) -> None:
        make = Making()
        read = remembering(make)

        read({"pk": {"S": "a"}})
        read({"pk": {"S": "b"}})
        read({"pk": {"N": "1"}})

        assert make.times == 3

    def test_is_none_that_would_take_much_memory(self) -> None:
        make = Making()
        read = remembering(make)

        read({"pk": {"S": "a" * MOST_BYTES}})
        read({"pk": {"S": "a" * MOST_BYTES}})

        assert make.times == 2

    def test_is_not_told_of_a_model_that_somebody_changed_without_us(self, payments: Cast) -> None:
        payments.contributor.registers("fraud")
        assert payments.viewer.lists("models").body["results"][0]["description"] == ""

        [head] = [item for item in connection().scan()["Items"] if item["sk"] == {"S": MODEL}]
        table = RegistryItem.Meta.table_name
        connection().connection.client.put_item(TableName=table, Item=head | {"description": {"S": "by hand"}})

        assert payments.viewer.lists("models").body["results"][0]["description"] == "by hand"

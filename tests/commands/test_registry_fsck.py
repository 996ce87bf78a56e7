import re

from models_app.domain.teams import TeamSlug
from models_app.storage import table as keys
from models_app.storage.table import RegistryItem, TeamItem, connection
from tests.commands.shell import run


def test_a_sound_table_is_called_sound(payments):
    payments.contributor.registers("fraud")

    said = run("registry_fsck")

    assert (said.code, said.error) == (0, "")
    assert re.fullmatch(r"The table is sound: \d+ items\.", said.out.strip())


def test_an_empty_one_is_sound_too(table):
    assert run("registry_fsck").code == 0


def test_each_fault_is_a_line_that_names_the_place_and_the_exit_code_tells(payments):
    partition = keys.team_partition(TeamSlug("payments"))
    set_count(partition, 7)

    said = run("registry_fsck")

    set_count(partition, 0)
    assert said.code == 1
    assert said.out.strip() == "TEAM#payments: counts 7 maintainers and has 0"
    assert re.fullmatch(r"1 faults found in \d+ items\.", said.error)


def test_it_changes_nothing(payments):
    payments.contributor.registers("fraud")
    before = list(RegistryItem.scan())

    run("registry_fsck")

    assert [item.serialize() for item in RegistryItem.scan()] == [item.serialize() for item in before]


def set_count(partition, count):
    connection().update_item(partition, keys.TEAM, actions=[TeamItem.maintainer_count.set(count)])

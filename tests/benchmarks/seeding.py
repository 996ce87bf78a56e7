"""Tables with a hundred thousand models, in minutes: one is registered as anybody would, the others are its copies.

The original goes through the services, is read as it is kept, and is taken out again. A copy has other names, ids and
times in the same places, so it is kept just as the registry would have kept it: items, indexes, counters and history.

``python -m tests.benchmarks.seeding 10000`` makes a table with a team that has so many, and prints a token.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import islice
from urllib.parse import urlsplit

import django

from models_app.domain import clock
from models_app.domain.actors import command_line
from models_app.domain.aliases import AliasName
from models_app.domain.artifacts import Artifact
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import Role, TeamSlug
from models_app.domain.versions import MutablePart, Registration, VersionReference
from models_app.services import aliases, teams, tokens, versions
from models_app.storage import events, outbox, table
from models_app.storage.models import item_of
from models_app.storage.pages import Listing, read_page
from models_app.storage.table import ModelItem, RawItem, RegistryItem
from models_app.storage.updates import update_if
from tests.benchmarks.planted import ALIAS, SOURCE, TAG, TEAM, name_of

# What stands for itself in no item but where it is meant, so that a copy is its original with other texts.
NAME = "the-original-of-all"
LABEL = VersionLabel("271828182845")

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TIME_OF_AN_ID = 10  # characters

TABLE = {"TableName": RegistryItem.Meta.table_name}
BATCH = 100  # what a transaction takes: the engine does one faster than four BatchWriteItem of 25
HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.TransactWriteItems",
    "X-Amz-Date": "20260101T000000Z",
    "Content-Type": "application/x-amz-json-1.0",
    # The engine checks no signature, but wants to see one.
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
}


@dataclass(frozen=True)
class Original:
    """A model with one version, as it was kept before and after the alias was moved to it."""

    plain: list[RawItem]
    crowned: list[RawItem]

    @property
    def version(self) -> list[RawItem]:
        """What one more version of a model is: its item and its event."""
        return [item for item in self.plain if item["sk"]["S"] != table.MODEL]


def plant_models(team: TeamSlug, count: int, *, first: int = 0) -> None:
    """Models of a team that exists: ``name_of`` each number, each with version 1, a tag, and the alias champion.

    They were made a second after each other, the last just now, and their events have been sent.
    """
    original = an_original(team)
    text = Text(original.crowned)
    _send(
        request
        for number in range(count)
        for request in text.copied(
            name_of(first + number), VersionLabel.of_number(1), timedelta(seconds=number + 1 - count)
        )
    )


def plant_versions(model: ModelId, count: int) -> None:
    """A model with the versions 1 to ``count``, made a second after each other; the alias champion is on the last."""
    original = an_original(model.team)
    text = Text(original.version)
    last = Text([_counting(item, count) for item in original.crowned])
    _send(
        request
        for number in range(1, count)
        for request in text.copied(model.name, VersionLabel.of_number(number), timedelta(seconds=number - count))
    )
    _send(last.copied(model.name, VersionLabel.of_number(count), timedelta()))


def plant_more_versions(model: ModelId, count: int, *, first: int) -> None:
    """So many versions more of a model that is there, numbered from ``first`` on, above all that it has.

    The last is registered as anybody would, so that the model shows it; the others were made a second after each other.
    """
    text = Text(an_original(model.team).version)
    last = first + count - 1
    _send(
        request
        for number in range(first, last)
        for request in text.copied(model.name, VersionLabel.of_number(number), timedelta(seconds=number - last))
    )
    versions.register(actor=command_line("planting"), registration=_registration(model, VersionLabel.of_number(last)))
    update_if(ModelItem.pk.exists(), item_of(model), [ModelItem.version_count.add(count - 1)])


def an_original(team: TeamSlug) -> Original:
    """Register a model in a team, keep what that wrote, and take it out of the table again."""
    model = ModelId(team, ModelName(NAME))
    actor = command_line("planting")
    versions.register(actor=actor, registration=_registration(model, LABEL))
    plain = _all_of(model)
    aliases.move_alias(actor=actor, name=AliasName(ALIAS), to=VersionReference(model, label=LABEL))
    crowned = _all_of(model)
    _send(json.dumps({"Delete": TABLE | {"Key": {"pk": item["pk"], "sk": item["sk"]}}}) for item in crowned)
    return Original(plain, crowned)


def _registration(model: ModelId, label: VersionLabel) -> Registration:
    """What is registered under each name and label."""
    return Registration(
        model=model,
        label=label,
        framework=Framework.SCIKIT_LEARN,
        artifact=Artifact(uri=SOURCE),
        mutable=MutablePart(tags=dict([TAG]), target=Target.EKS),
    )


class Text:
    """Items as the requests that put them, to be put again under other names."""

    def __init__(self, items: Sequence[RawItem]) -> None:
        self.requests = [json.dumps({"Put": TABLE | {"Item": item}}) for item in items]
        whole = "".join(self.requests)
        sorts = [item["sk"]["S"] for item in items]
        self.ids = {sort.removeprefix(table.EVENTS) for sort in sorts if sort.startswith(table.EVENTS)}
        self.times = set(TIME.findall(whole))

    def copied(self, name: str, label: VersionLabel, later: timedelta) -> list[str]:
        """The same model under another name and label, registered ``later`` (or before, if that is negative)."""
        others = {LABEL.key: label.key, LABEL: label, NAME: name}  # the key first, for it holds the label
        others |= {each: _id_at(clock.instant_of(each) + later) for each in self.ids}
        others |= {each: clock.wire(clock.from_wire(each) + later) for each in self.times}
        return [reduce(lambda text, pair: text.replace(*pair), others.items(), request) for request in self.requests]


def _id_at(instant: datetime) -> str:
    """An id as if it had been made then."""
    return clock.last_id_at(instant)[:TIME_OF_AN_ID] + clock.new_id()[TIME_OF_AN_ID:]


def _all_of(model: ModelId) -> list[RawItem]:
    """All that is kept of a model, its events as they are after a bus took them."""
    for event in events.list_of_model(model, limit=10, after=None).items:
        outbox.note_sent(event)
    return list(read_page(Listing(partition=table.model_partition(model)), limit=100).items)


def _counting(item: RawItem, count: int) -> RawItem:
    """A model's item as it is after so many registrations and one moved alias; any other as it is."""
    if item["sk"]["S"] != table.MODEL:
        return item
    founded = clock.wire(clock.from_wire(item["created_at"]["S"]) - timedelta(seconds=count - 1))
    return item | {"version_count": {"N": str(count)}, "rev": {"N": str(count + 1)}, "created_at": {"S": founded}}


def _send(requests: Iterable[str]) -> None:
    """Write it all, with no more in memory than a batch."""
    address = urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    wire = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    waiting = iter(requests)
    try:
        while batch := ", ".join(islice(waiting, BATCH)):
            wire.request("POST", "/", f'{{"TransactItems": [{batch}]}}'.encode(), HEADERS)
            answer = wire.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"The engine did not write a batch: {answer.status} {said[:500]!r}")
    finally:
        wire.close()


def main() -> None:
    """The registry's table on the engine that the environment names, with a team and its models; prints a token."""
    django.setup()
    table.create_table()
    actor, team = command_line("planting"), TeamSlug(TEAM)
    teams.create_team(actor=actor, slug=team)
    plant_models(team, int(sys.argv[1]))
    issued = tokens.issue_token(actor=actor, team=team, name="benchmark", role=Role.MAINTAINER)
    sys.stdout.write(f"{issued.text.text}\n")


if __name__ == "__main__":
    main()

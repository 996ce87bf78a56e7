"""Moving the rows of a model to another partition: another name's, the archive's, or back from there.

A model of up to 48 versions and aliases moves in one transaction. Of a larger one the model itself goes first, with its
aliases and highest versions, in the transaction that writes the event: with it the move is decided. What is left
follows row by row. Until the last one has, a note in the old partition says where to; neither side takes a write, and
whoever meets the note carries the move out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Self, TypeVar

from models_app.domain import clock
from models_app.domain.documents import canonical_json
from models_app.domain.events import Event
from models_app.domain.models import ModelId, ModelTaken
from models_app.domain.relocations import Destination, MoveUnderWay
from models_app.storage import calls, table
from models_app.storage.models import SETTLED
from models_app.storage.pages import HIGHEST, Listing, every, read_item, read_page
from models_app.storage.table import ModelItem, RawItem, RegistryItem, VersionItem
from models_app.storage.transactions import Refused, Verb, Write, carry_on, until_undisturbed
from models_app.storage.updates import update_if

T = TypeVar("T")

# DynamoDB takes 100 actions in a transaction: two for each row and for the model, and two events.
MAX_ROWS = 48
# And 4 MB, of which this much is left to the rows.
MAX_BYTES = 1_500_000

ROWS = (
    (table.ALIASES, False),
    (table.VERSIONS, True),  # the highest first, so that ``latest`` is among the first to arrive
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move from one partition to another.

    Attributes:
        change: the id of its event.
        expires_at: when the rows are gone at their destination, in seconds since 1970; None for never.
    """

    source: str
    target: str
    model: ModelId
    change: str
    at: datetime
    by: str
    expires_at: int | None = None

    @classmethod
    def of(cls, head: ModelItem, destination: Destination, *, event: Event) -> Self:
        """The move of a model from where it stands, or lies deleted, to a destination; an event tells of it."""
        model = destination.model
        deletion = destination.deletion
        return cls(
            source=head.pk,
            target=table.archive_partition(model, deletion) if deletion else table.model_partition(model),
            model=model,
            change=event.id,
            at=event.occurred_at,
            by=event.actor,
            expires_at=int(destination.gone_at.timestamp()) if destination.gone_at else None,
        )

    @property
    def is_deletion(self) -> bool:
        """Whether it leads to the archive."""
        return self.expires_at is not None

    @property
    def text(self) -> str:
        """How the note keeps it."""
        told = {"target": self.target, "model": str(self.model), "change": self.change, "by": self.by}
        return canonical_json(told | {"at": clock.wire(self.at), "expiresAt": self.expires_at})

    @classmethod
    def noted(cls, note: ModelItem) -> Self:
        """The move that a note tells of."""
        kept = json.loads(note.move or "{}")
        return cls(
            source=note.pk,
            target=kept["target"],
            model=ModelId.parse(kept["model"]),
            change=kept["change"],
            at=clock.from_wire(kept["at"]),
            by=kept["by"],
            expires_at=kept["expiresAt"],
        )


# Reads --------------------------------------------------------------------------------------------------------------


def find_move(model_id: ModelId) -> Move | None:
    """The move that is under way from a name, or None. One call."""
    return _noted_in(table.model_partition(model_id))


def find_move_around(item: ModelItem) -> Move | None:
    """The move of which an item is part: a note tells of it, or a model arrives by it. One call, or none."""
    if item.arriving:
        return _noted_in(item.arriving)
    return Move.noted(item) if item.move else None


def is_coming_back(item: ModelItem) -> bool:
    """Whether a model arrives from the archive of its name."""
    archives = table.archive_partition(table.model_in(item.pk), "")
    return (item.arriving or "").startswith(archives)


def find_deleted(model_id: ModelId) -> ModelItem | None:
    """The model of that name that was deleted last and can be restored, or None. Two calls.

    It is found over an index, which knows of a deletion within about a second.
    """
    listing = Listing(
        partition=table.team_deleted_models(model_id.team),
        index="gsi1",
        within=ModelItem.gsi1sk.startswith(f"{model_id.name}#"),
        newest_first=True,
    )
    page = read_page(listing, limit=1)
    raw = read_item(page.items[0]["pk"]["S"], table.MODEL) if page.items else None
    item = ModelItem.from_raw_data(raw) if raw else None
    return item if item is not None and item.created_at else None


def list_unfinished(*, limit: int) -> Sequence[Move]:
    """Moves under way, the oldest first. One call."""
    page = read_page(Listing(partition=table.MOVES, index="gsi3"), limit=limit)
    return [Move.noted(ModelItem.from_raw_data(raw)) for raw in page.items]


# Writes -------------------------------------------------------------------------------------------------------------


def moving(head: ModelItem, move: Move) -> tuple[list[Write], ModelItem, bool]:
    """A model's move, to be committed with its event; the model as it arrives; whether rows are left to ``carry_out``.

    Two calls, to read the rows. Refused where the model does not stand as the caller saw it: whoever changes a row
    changes the model.
    """
    rows = _rows(move.source, limit=MAX_ROWS + 1)
    taken = _that_fit(rows)
    is_whole = len(taken) == len(rows)
    stands = (ModelItem.rev == head.rev) & SETTLED
    if is_whole:
        leaving = Write(Verb.DELETE, ModelItem(pk=move.source, sk=table.MODEL), stands, Refused)
    else:
        note = ModelItem(pk=move.source, sk=table.MODEL, move=move.text)
        note.gsi3pk, note.gsi3sk = table.MOVES, clock.wire(move.at)
        leaving = Write(Verb.PUT, note, stands, Refused)
    free = ModelItem.created_at.does_not_exist() & SETTLED

    def refusal(standing: RegistryItem | None) -> Exception:
        is_model = isinstance(standing, ModelItem) and standing.created_at
        return ModelTaken(model=move.model) if is_model else Refused(standing)

    arriving = _head(head, move, is_whole=is_whole)
    writes = [leaving, Write(Verb.PUT, arriving, free, refusal), *_rows_moving(taken, move)]
    return writes, arriving, not is_whole


def carry_out(move: Move) -> None:
    """Move the rows that are left, and take the note away. A call for every 48 rows, and three.

    Raises:
        MoveUnderWay: the time was up before that; whoever comes next goes on.
    """
    patience = calls.Patience()
    while rows := _rows(move.source, limit=MAX_ROWS):
        if calls.seconds_left() < 2 * calls.ATTEMPT_SECONDS:
            raise MoveUnderWay(model=move.model)
        try:
            carry_on(list(_rows_moving(_that_fit(rows), move)), change=move.change)
        except Refused as refused:
            patience.wait(because=refused)  # somebody else carries it out as well
    here = ModelItem(pk=move.target, sk=table.MODEL)
    update_if(ModelItem.arriving == move.source, here, [ModelItem.arriving.remove()])
    note = ModelItem(pk=move.source, sk=table.MODEL)
    try:
        carry_on([Write(Verb.DELETE, note, ModelItem.move == move.text, Refused)], change=move.change)
    except Refused:
        return  # somebody else was faster


def until_settled(attempt: Callable[[], T]) -> T:
    """``until_undisturbed`` for whoever writes to models: a move that stands in the way is carried out first.

    Raises:
        StorageBusy, MoveUnderWay: the time was up.
    """

    def once() -> T:
        try:
            return attempt()
        except Refused as refused:
            move = find_move_around(refused.item) if isinstance(refused.item, ModelItem) else None
            if move is not None:
                carry_out(move)
            raise

    return until_undisturbed(once)


def _noted_in(partition: str) -> Move | None:
    raw = read_item(partition, table.MODEL)
    item = ModelItem.from_raw_data(raw) if raw else None
    return Move.noted(item) if item is not None and item.move else None


def _rows(partition: str, *, limit: int) -> list[RawItem]:
    """Aliases, then versions, of what is in a partition. Two calls, or one."""
    found: list[RawItem] = []
    for prefix, newest_first in ROWS:
        within = RegistryItem.sk.between(prefix, prefix + HIGHEST)
        listing = Listing(partition=partition, within=within, newest_first=newest_first)
        if (wanted := limit - len(found)) > 0:
            found += islice(every(partial(read_page, listing, limit=wanted)), wanted)
    return found


def _that_fit(rows: Sequence[RawItem]) -> list[RawItem]:
    """As many as one transaction takes, and at least one."""
    taken: list[RawItem] = []
    size = 0
    for row in rows[:MAX_ROWS]:
        size += sum(len(name) + len(str(value)) for name, value in row.items())
        if taken and size > MAX_BYTES:
            break
        taken.append(row)
    return taken


def _rows_moving(rows: Sequence[RawItem], move: Move) -> Iterator[Write]:
    for raw in rows:
        item = RegistryItem.from_raw_data(raw)
        yield Write(Verb.DELETE, type(item)(pk=item.pk, sk=item.sk), RegistryItem.pk.exists(), Refused)
        yield Write(Verb.PUT, _row(item, move), RegistryItem.pk.does_not_exist(), Refused)


def _row(item: RegistryItem, move: Move) -> RegistryItem:
    """A version, or an alias with its copy of one, as it is at the destination."""
    if not isinstance(item, VersionItem):
        raise TypeError(item.kind)
    is_renamed = table.model_in(item.pk) != move.model
    item.pk = move.target
    item.expires_at = move.expires_at
    if is_renamed:
        item.rev += 1
        item.updated_at = clock.wire(move.at)
        item.updated_by = move.by
    return item


def _head(head: ModelItem, move: Move, *, is_whole: bool) -> ModelItem:
    """The model as it is at the destination."""
    item = ModelItem.from_raw_data(head.to_dynamodb_dict())
    team = move.model.team
    item.pk = move.target
    item.rev += 1
    item.folded_name = move.model.name.lower()
    item.arriving = None if is_whole else move.source
    item.expires_at = move.expires_at
    if move.expires_at is not None:
        item.gsi1pk, item.gsi1sk = table.team_deleted_models(team), f"{move.model.name}#{move.change}"
        item.gsi2pk = None
        item.deleted_at, item.deleted_by = clock.wire(move.at), move.by
        return item
    item.gsi1pk, item.gsi1sk = table.team_models(team), move.model.name
    item.gsi2pk, item.gsi2sk = table.team_models_by_update(team), clock.wire(move.at)
    item.deleted_at = item.deleted_by = None
    return item

"""Items of an older form, lifted to the present one whenever they are read. No upgrade rewrites the table.

The form of an item is its ``sv``. Whatever is written whole is written in the present form, so items move up as they
are used. To change a form, append to ``LIFTS`` what fills in each kind of item. Three rules keep that right:

- A lift adds what the older form lacks, and leaves alone what is there. Updates write single attributes into older
  items and keep their ``sv``, so a lift meets items that are partly of the new form, and again and again.
- It needs nothing but the item.
- What a key or a filter uses cannot be lifted: DynamoDB compares it before anything of ours reads it. Such a change
  needs the items written anew, under another attribute.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import orjson

from models_app.domain.documents import canonical_json
from models_app.storage import calls
from models_app.storage.attributes import RawItem

log = logging.getLogger(__name__)


def _second_model(raw: RawItem) -> RawItem:
    """What form 2 keeps of a model otherwise: its summary as a list, the time of its last change in the index alone.

    All else that form 2 leaves out (docs/decisions/025-what-is-usual-is-left-out.md), form 1 says in the same words.
    """
    lacking: RawItem = {}
    if "updated_at" in raw:
        lacking["gsi2sk"] = raw["updated_at"]
    if "latest" in raw:
        told = orjson.loads(raw["latest"]["S"])
        names = ("uri", "createdAt", "createdBy", "tags", "sequence", "frameworkVersion")
        lacking["summary"] = {"S": canonical_json([told.get(name) for name in names])}
    return lacking


# What the form before lacks, by kind of item. The first entry lifts items from form 1 to form 2, and so on.
LIFTS: list[Mapping[str, Callable[[RawItem], RawItem]]] = [{"model": _second_model}]


def newest() -> int:
    """The form in which items are written."""
    return 1 + len(LIFTS)


def form_of(raw: RawItem) -> int:
    """The form that an item is kept in."""
    return int(raw["sv"]["N"]) if "sv" in raw else 1


def lifted(raw: RawItem, kind: str | None) -> RawItem:
    """An item of a kind in the present form.

    Raises:
        StorageBusy: a newer release wrote it. While one is rolled out, the caller's next try meets the new code; to
            read it in spite of that would lose, with the next write, what this code does not know.
    """
    form, present = form_of(raw), newest()
    if form == present:
        return raw
    if form > present:
        log.error("an item of form %s was read, and this release knows forms up to %s", form, present)
        raise calls.busy()
    for lifts in LIFTS[form - 1 :]:
        if lift := lifts.get(kind or ""):
            raw = lift(raw) | raw
    return raw | {"sv": {"N": str(present)}}

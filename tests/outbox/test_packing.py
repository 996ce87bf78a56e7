from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain.actors import command_line
from models_app.domain.events import Event, EventKind
from models_app.outbox import bus
from tests.proof.conftest import rounds
from tests.proof.figures import proves

TEXTS = st.builds(
    lambda letter, times: letter * times, st.sampled_from(["x", "é", "模", "🚀", '"', "\n"]), st.integers(0, 40_000)
)


def _size(entry: dict[str, Any]) -> int:
    """As EventBridge counts, without the Time, which the bus sets itself."""
    texts = [entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"]]
    return sum(len(text.encode()) for text in texts)


def _an_event(text: str) -> Event:
    return Event.record(EventKind.TEAM_UPDATED, by=command_line(), data={"text": text})


class TestPacking:
    """ "PutEvents takes 10 entries; their sizes together must stay below 256 KB.\""""

    @given(st.lists(TEXTS, max_size=35))
    def test_nothing_is_lost_and_no_batch_is_too_large(self, texts: list[str]) -> None:
        events = [_an_event(text) for text in texts]

        batches = list(bus.packed(events))

        assert [event for batch in batches for event, _ in batch] == events
        assert all(1 <= len(batch) <= bus.MAX_ENTRIES for batch in batches)
        assert all(sum(_size(entry) for _, entry in batch) <= bus.MAX_BYTES for batch in batches)

    @given(st.lists(TEXTS, max_size=35))
    def test_no_batch_could_have_taken_the_first_of_the_next(self, texts: list[str]) -> None:
        batches = list(bus.packed([_an_event(text) for text in texts]))

        for batch, following in pairwise(batches):
            together = [entry for _, entry in [*batch, following[0]]]
            slack = 100 * len(together)  # the name of the bus is counted too, to be safe
            assert len(batch) == bus.MAX_ENTRIES or sum(map(_size, together)) + slack > bus.MAX_BYTES

    @pytest.mark.proof
    def test_thousands_of_lists_are_packed_whole(self) -> None:
        chance, wrong, lists = random.Random(6), 0, rounds(200, full=20_000)
        events = [_an_event(letter * (4**power)) for letter in ("x", "é", "模", "🚀") for power in range(7)]
        for _ in range(lists):
            told = chance.choices(events, k=chance.randrange(36))
            batches = list(bus.packed(told))
            sizes = [sum(_size(entry) for _, entry in batch) for batch in batches]
            is_whole = [event for batch in batches for event, _ in batch] == told
            wrong += not is_whole or max(sizes, default=0) > bus.MAX_BYTES or max(map(len, batches), default=0) > 10

        figure = f"{wrong} of {lists:,} lists"
        proves("events are packed whole, in order, within the limits of the bus", figure, target=0, holds=not wrong)

    def test_one_that_is_too_large_goes_alone(self) -> None:
        events = [_an_event(text) for text in ("a", "x" * bus.MAX_BYTES, "b")]

        assert [[event for event, _ in batch] for batch in bus.packed(events)] == [[event] for event in events]

    def test_nothing_takes_no_batch(self) -> None:
        assert list(bus.packed([])) == []

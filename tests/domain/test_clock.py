"""Time, and the ids that sort by it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain import clock
from models_app.domain.actors import Actor
from models_app.domain.events import Event, EventKind, decides_latest
from models_app.domain.models import ModelId

INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31, 23), timezones=st.just(UTC))  # noqa: DTZ001
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def cut(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class TestIds:
    """Promised: an event's sort key is ``EVENT#{ulid}``, so history is read in the order in which it was made."""

    def test_they_sort_as_they_were_made(self) -> None:
        ids = [clock.new_id() for _ in range(5000)]

        assert ids == sorted(set(ids))

    def test_so_they_do_while_threads_make_them_at_once(self) -> None:
        made: list[list[str]] = [[] for _ in range(8)]

        def make(mine: list[str]) -> None:
            mine.extend(clock.new_id() for _ in range(500))

        threads = [threading.Thread(target=make, args=(mine,)) for mine in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(mine == sorted(mine) for mine in made)
        assert len({each for mine in made for each in mine}) == 4000

    def test_so_they_do_when_the_clock_is_set_back(self) -> None:
        before = clock.new_id()
        with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC)):
            after = clock.new_id()

        assert before < after

    @pytest.mark.parametrize("ahead", [timedelta(0), timedelta(milliseconds=1), timedelta(days=1)])
    def test_one_that_has_to_lie_behind_an_instant_does_and_the_next_ones_need_not(self, ahead: timedelta) -> None:
        instant = clock.now() + ahead

        made = clock.new_id(after=instant)

        assert clock.instant_of(made) > instant
        assert clock.instant_of(clock.new_id()) <= clock.now() + timedelta(seconds=1)

    def test_they_tell_when_they_were_made(self) -> None:
        earlier = clock.now()
        made = clock.instant_of(clock.new_id())

        assert earlier <= made <= clock.now() + timedelta(seconds=1)

    def test_they_have_the_form_of_a_ulid(self) -> None:
        made = clock.new_id()

        assert len(made) == clock.ULID_LENGTH
        assert set(made) <= set(clock.CROCKFORD)
        assert made[0] <= "7"


class TestTheLastIdAtATime:
    """Promised of resolve: "which version an alias meant at that time"."""

    @given(instant=INSTANTS)
    def test_it_is_of_that_time(self, instant: datetime) -> None:
        assert clock.instant_of(clock.last_id_at(instant)) == cut(instant)

    @given(one=INSTANTS, other=INSTANTS)
    def test_it_sorts_as_time_does(self, one: datetime, other: datetime) -> None:
        assert (cut(one) < cut(other)) == (clock.last_id_at(one) < clock.last_id_at(other))

    @given(instant=INSTANTS, offset=OFFSETS)
    def test_the_offset_in_which_a_time_is_written_does_not_matter(self, instant: datetime, offset: timezone) -> None:
        try:
            elsewhere = instant.astimezone(offset)
        except OverflowError:
            return
        assert clock.last_id_at(elsewhere) == clock.last_id_at(instant)

    def test_it_parts_the_ids_of_its_millisecond_from_those_of_the_next(self) -> None:
        made = clock.new_id()
        moment = clock.instant_of(made)

        assert made <= clock.last_id_at(moment)
        assert clock.last_id_at(moment - timedelta(milliseconds=1)) < made

    def test_times_before_all_ids_and_after_them_are_answered_too(self) -> None:
        assert clock.last_id_at(datetime(1, 1, 1, tzinfo=UTC)) < clock.new_id()
        assert clock.new_id() < clock.last_id_at(datetime(9999, 12, 31, tzinfo=UTC))


class TestInstants:
    """Promised: "times are RFC 3339 UTC"."""

    @given(instant=INSTANTS)
    def test_what_is_written_reads_back_to_the_millisecond(self, instant: datetime) -> None:
        assert clock.from_wire(clock.wire(instant)) == cut(instant)

    @given(one=INSTANTS, other=INSTANTS)
    def test_the_text_sorts_as_time_does(self, one: datetime, other: datetime) -> None:
        assert (cut(one) < cut(other)) == (clock.wire(one) < clock.wire(other))

    @given(milliseconds=st.integers(0, 253_402_300_799_999))
    def test_milliseconds_are_not_rounded(self, milliseconds: int) -> None:
        instant = clock.from_milliseconds(milliseconds)

        assert (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) == milliseconds
        assert instant.microsecond % 1000 == 0

    def test_now_is_as_precise_as_the_wire(self) -> None:
        moment = clock.now()

        assert clock.from_wire(clock.wire(moment)) == moment

    @pytest.mark.parametrize("offset", [-11, 0, 5])
    def test_it_is_written_in_utc(self, offset: int) -> None:
        instant = datetime(2026, 3, 3, 14, 5, tzinfo=timezone(timedelta(hours=offset)))

        assert clock.wire(instant) == f"2026-03-{3 + (14 - offset) // 24:02d}T{(14 - offset) % 24:02d}:05:00.000Z"


class TestRecordingAnEvent:
    def test_it_is_of_the_moment_that_its_id_tells(self) -> None:
        event = Event.record(EventKind.MODEL_UPDATED, by=Actor(name="user:ada", request_id="r-1"))

        assert event.occurred_at == clock.instant_of(event.id)
        assert (event.actor, event.request_id) == ("user:ada", "r-1")

    def test_a_models_event_is_its_teams(self) -> None:
        event = Event.record(EventKind.MODEL_UPDATED, by=Actor(name="a"), model=ModelId.parse("payments.fraud"))

        assert event.team == "payments"

    def test_it_decides_what_latest_means_only_when_it_moved_it(self) -> None:
        assert decides_latest(when=True) == "latest"
        assert decides_latest(when=False) is None

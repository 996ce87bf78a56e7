"""Resolving: which version a name means, now or at any time before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from inline_snapshot import snapshot

from models_app.domain import clock
from tests.callers import Answer, Cast

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)  # noqa: TID251


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until the test moves it: from tomorrow noon, because ids never go back in time."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def at(minutes: float) -> str:
    """So many minutes after noon, as a caller writes it."""
    return (NOON + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


@pytest.fixture
def story(payments: Cast, time: time_machine.Traveller) -> Cast:
    """Version 1 at noon; champion after a minute, moved to 2 after three, removed after five, back after seven."""
    payments.contributor.registers("fraud", version="1")
    time.shift(60)
    payments.maintainer.moves("payments.fraud", "champion", "1")
    time.shift(60)
    payments.contributor.registers("fraud", version="2")
    time.shift(60)
    payments.maintainer.moves("payments.fraud", "champion", "2")
    time.shift(120)
    payments.maintainer.removes("payments.fraud", "champion")
    time.shift(120)
    payments.maintainer.moves("payments.fraud", "champion", "1")
    time.shift(60)
    return payments


def meant(answer: Answer) -> str | None:
    """The version that a name meant; None for nothing."""
    if answer.status == 404:
        assert answer.slug == "nothing-at-that-time"
        return None
    return str(answer.body["version"])


class TestNow:
    def test_an_alias_means_where_it_points(self, story: Cast) -> None:
        answer = story.viewer.resolves("payments.fraud", alias="champion")

        assert answer.lasting == snapshot({"modelId": "payments.fraud", "alias": "champion", "version": "1"})
        assert answer.body["since"] == story.viewer.alias("payments.fraud", "champion").body["movedAt"]

    @pytest.mark.parametrize("name", ["latest", "@latest", "LATEST"])
    def test_latest_means_the_highest(self, story: Cast, name: str) -> None:
        assert story.viewer.resolves("payments.fraud", alias=name).body["version"] == "2"

    def test_the_sign_that_paths_take_is_welcome(self, story: Cast) -> None:
        assert story.viewer.resolves("payments.fraud", alias="@champion").body["version"] == "1"

    def test_an_alias_that_is_not_there_means_nothing(self, story: Cast) -> None:
        assert story.viewer.resolves("payments.fraud", alias="backup").slug == "alias-not-found"
        assert story.viewer.resolves("payments.nothing", alias="champion").slug == "alias-not-found"
        assert story.viewer.resolves("payments.nothing", alias="latest").slug == "model-not-found"


class TestAtATime:
    @pytest.mark.parametrize(
        ("minutes", "version"),
        [
            (-1_000_000, None),
            (0.99, None),
            (1, "1"),
            (2.99, "1"),
            (3, "2"),
            (4.99, "2"),
            (5, None),
            (6.99, None),
            (7, "1"),
            (1_000_000, "1"),
        ],
    )
    def test_an_alias_meant_what_it_had_last_been_moved_to(
        self, story: Cast, minutes: float, version: str | None
    ) -> None:
        assert meant(story.viewer.resolves("payments.fraud", alias="champion", at=at(minutes))) == version

    def test_the_answer_names_the_event_that_made_it_so(self, story: Cast) -> None:
        answer = story.viewer.resolves("payments.fraud", alias="champion", at=at(4))

        moves = story.viewer.gets("models/payments.fraud/events").body["results"]
        [event] = [each for each in moves if each["data"].get("to") == "2"]
        assert (answer.body["eventId"], answer.body["since"]) == (event["eventId"], event["occurredAt"])
        assert answer.body["at"] == (NOON + timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def test_before_it_meant_anything_the_answer_says_so(self, story: Cast) -> None:
        assert story.viewer.resolves("payments.fraud", alias="champion", at=at(0)).problem == snapshot(
            {
                "type": "/problems/nothing-at-that-time",
                "title": "It meant nothing at that time",
                "status": 404,
                "detail": "At that time the name meant no version, or none that you may see.",
            }
        )

    @pytest.mark.parametrize("offset", [timedelta(hours=5, minutes=30), timedelta(hours=-8), timedelta(0)])
    def test_a_time_may_be_written_with_any_offset(self, story: Cast, offset: timedelta) -> None:
        written = (NOON + timedelta(minutes=4)).astimezone(timezone(offset)).isoformat()

        assert meant(story.viewer.resolves("payments.fraud", alias="champion", at=written)) == "2"
        unescaped = f"models/payments.fraud/resolve?alias=champion&at={written}"
        assert meant(story.viewer.gets(unescaped)) == "2"


class TestClocksThatDiffer:
    def test_a_move_under_a_clock_that_is_behind_comes_after_the_one_that_it_replaces(
        self, story: Cast, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        time.move_to(NOON + timedelta(minutes=20))
        story.maintainer.moves("payments.fraud", "champion", "2")
        monkeypatch.setattr(clock, "_last", (0, 0))  # another process: it knows none of the ids of this one
        time.move_to(NOON + timedelta(minutes=19))

        story.maintainer.moves("payments.fraud", "champion", "1")

        later = story.viewer.resolves("payments.fraud", alias="champion", at=at(30))
        assert meant(later) == "1"
        assert later.body["since"] == story.viewer.resolves("payments.fraud", alias="champion").body["since"]


class TestLatestAtATime:
    @pytest.fixture
    def rise_and_fall(self, payments: Cast, time: time_machine.Traveller) -> Cast:
        """Each minute something that concerns ``latest``, or seems to."""
        for step in (
            lambda: payments.contributor.registers("fraud", version="1"),
            lambda: payments.contributor.registers("fraud", version="3"),
            lambda: payments.contributor.registers("fraud", version="2"),
            lambda: payments.maintainer.deletes("payments.fraud", "3"),
            lambda: payments.maintainer.deletes("payments.fraud", "1"),
            lambda: payments.maintainer.deletes("payments.fraud", "2"),
            lambda: payments.maintainer.restores("payments.fraud", "1"),
            lambda: payments.maintainer.restores("payments.fraud", "3"),
            lambda: payments.maintainer.restores("payments.fraud", "2"),
        ):
            assert step().status < 300
            time.shift(60)
        return payments

    def test_it_meant_the_highest_that_was_there(self, rise_and_fall: Cast) -> None:
        found = [
            meant(rise_and_fall.viewer.resolves("payments.fraud", alias="latest", at=at(minutes + 0.5)))
            for minutes in range(-1, 9)
        ]

        assert found == [None, "1", "3", "3", "2", "2", None, "1", "3", "3"]


class TestQuestionsThatMakeNoSense:
    @pytest.mark.parametrize(
        "written",
        [
            *("yesterday", "", "2026-03-03", "2026-03-03T14:05:00", "14:05", "1772546700", "2026-02-30T00:00:00Z"),
            *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00"),
        ],
    )
    def test_a_time_without_doubt_is_needed(self, story: Cast, written: str) -> None:
        answer = story.viewer.resolves("payments.fraud", alias="champion", at=written)

        assert answer.wrong_fields == {"at": "invalid"}

    def test_an_alias_is_needed(self, story: Cast) -> None:
        assert story.viewer.resolves("payments.fraud").wrong_fields == {"alias": "required"}

    @pytest.mark.parametrize("name", ["1.2.0", "a.b", "", "@", "v7"])
    def test_a_word_that_no_alias_can_have_is_refused(self, story: Cast, name: str) -> None:
        assert set(story.viewer.resolves("payments.fraud", alias=name).wrong_fields) == {"alias"}

    def test_unknown_parameters_are_refused_by_name(self, story: Cast) -> None:
        assert story.viewer.resolves("payments.fraud", alias="champion", when="now").wrong_fields == {"when": "unknown"}

"""The search itself: what it must explain, and what it must not."""

from __future__ import annotations

import math

from tests.proof.linear.history import Happened, History, Verdict, judge
from tests.proof.specification import Alias, Deed, MoveAlias, ReadAlias, Register, RemoveAlias, Said, Version


def happened(deed: Deed, said: Said | None, called: int, returned: float = math.inf) -> Happened:
    return Happened(deed=deed, said=said, called=called, returned=returned)


def two_versions() -> list[Happened]:
    labels = ("1.0.0", "2.0.0")
    registered = [Said(201, told=Version(label, "s3://models/one", "")) for label in labels]
    return [
        happened(Register(label, "s3://models/one"), said, 2 * place, 2 * place + 1)
        for place, (label, said) in enumerate(zip(labels, registered, strict=True))
    ]


def moved(label: str, revision: int, *, is_new: bool = False) -> Said:
    return Said(201 if is_new else 200, told=Alias(label, revision))


def test_deeds_that_overlap_may_have_been_done_in_either_order() -> None:
    one = happened(MoveAlias("best", "1.0.0"), moved("1.0.0", 2), 10, 20)
    two = happened(MoveAlias("best", "2.0.0"), moved("2.0.0", 1, is_new=True), 11, 19)

    assert judge([*two_versions(), one, two]) is Verdict.LINEARIZABLE


def test_what_was_told_before_something_began_is_not_told_of_it() -> None:
    read = happened(ReadAlias("best"), moved("1.0.0", 1), 10, 11)
    late = happened(MoveAlias("best", "1.0.0"), moved("1.0.0", 1, is_new=True), 12, 13)

    assert judge([*two_versions(), read, late]) is Verdict.IMPOSSIBLE


def test_what_nobody_answered_may_have_been_done_or_not() -> None:
    unknown = happened(MoveAlias("best", "1.0.0"), None, 10)
    gone = happened(ReadAlias("best"), Said(404, "alias-not-found"), 20, 21)
    there = happened(ReadAlias("best"), moved("1.0.0", 1), 22, 23)

    assert judge([*two_versions(), unknown, gone, there]) is Verdict.LINEARIZABLE
    assert judge([*two_versions(), unknown, there, happened(gone.deed, gone.said, 24, 25)]) is Verdict.IMPOSSIBLE


def test_a_move_that_would_change_nothing_now_may_be_the_one_that_changes_something_later() -> None:
    """Its answer is the same: done at once, nobody is left who brings the alias back."""
    history: History = [
        *two_versions(),
        happened(MoveAlias("best", "1.0.0"), moved("1.0.0", 1, is_new=True), 10, 11),
        happened(MoveAlias("best", "2.0.0", "1.0.0-1"), moved("2.0.0", 2), 12, 14),
        happened(MoveAlias("best", "2.0.0"), moved("2.0.0", 2), 13, 40),
        happened(RemoveAlias("best"), Said(204), 20, 21),
        happened(MoveAlias("best", "1.0.0"), moved("1.0.0", 1, is_new=True), 22, 23),
        happened(ReadAlias("best"), moved("2.0.0", 2), 41, 42),
    ]

    assert judge(history) is Verdict.LINEARIZABLE

"""What many callers did to one model and heard of it, and whether that can have been one deed after the other.

The search is Wing and Gong's with the memory that Lowe gave it ("Testing for linearizability", 2017): a deed may be
next if none that is still missing had ended before it began; no state is gone into twice with the same deeds done.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tests.proof.specification import Deed, Delete, Model, ReadVersion, Register, Said, Version, accounts_for
from tests.proof.specification_of_deployments import Deploy, Once

# A search that goes through more states than this is given up: nobody knows. It takes some seconds.
PATIENCE = 200_000
SHRINKING_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A deed with its answer, when it was asked and when answered.

    Without an answer (a 503, a broken connection) it may have been done at any time after it was asked, or never.
    ``chosen`` is then what the registry chose if it was.
    """

    deed: Deed
    said: Said | None
    called: int
    returned: float
    client: int = 0
    chosen: str | None = None

    @property
    def is_settled(self) -> bool:
        return self.said is not None

    def forgotten(self) -> Happened:
        """The same without its answer."""
        chosen = self.said.chosen if self.said else self.chosen
        return replace(self, said=None, returned=math.inf, chosen=chosen)

    def __str__(self) -> str:
        until = "…" if math.isinf(self.returned) else f"{self.returned / 1e6:.2f}"
        return f"{self.called / 1e6:10.2f} - {until:>9} ms  client {self.client}  {self.deed}\n{'':36}{self.said}"


History = Sequence[Happened]


class Verdict(Enum):
    LINEARIZABLE = "linearizable"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"


def judge(history: History, *, patience: int = PATIENCE) -> Verdict:
    """Whether one order explains all answers in a history of one model, which began empty."""
    deeds = sorted(history, key=lambda each: each.called)
    needed = sum(1 << place for place, each in enumerate(deeds) if each.is_settled)
    start = (0, Model())
    seen, waiting = {start}, [start]
    while waiting:
        done, model = waiting.pop()
        if done & needed == needed:
            return Verdict.LINEARIZABLE
        if len(seen) > patience:
            return Verdict.UNDECIDED
        for state in _next(deeds, done, model):
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return Verdict.IMPOSSIBLE


def _next(deeds: History, done: int, model: Model) -> list[tuple[int, Model]]:
    """Where one more deed leads; one of them alone where that can change nothing, since it never hurts to do it now."""
    found = []
    for place in _possible(deeds, done):
        each = deeds[place]
        after = accounts_for(each.deed, each.said, model) if each.said else each.deed.done_to(model, each.chosen)[1]
        if after is None:
            continue
        if each.is_settled and not _writes(each):
            return [(done | 1 << place, model)]
        # What changes nothing now, such as a move to where an alias points, may change something later.
        if each.is_settled or after != model:
            found.append((done | 1 << place, after))
    return found[::-1]  # the first to have begun is tried first


def _possible(deeds: History, done: int) -> list[int]:
    """The deeds that may be next: they began before any that is missing had ended."""
    found, first_end = [], math.inf
    first_missing = (~done & (done + 1)).bit_length() - 1
    for place in range(first_missing, len(deeds)):
        each = deeds[place]
        if each.called > first_end:
            break
        if not done >> place & 1:
            found.append(place)
            first_end = min(first_end, each.returned)
    return found


def smallest(history: History) -> list[Happened]:
    """The shortest part of an impossible history that still is one.

    Each step takes away knowledge only, so that what is left is impossible for the same reason: what came after the
    first contradiction, then reads and refusals one by one, then answers.
    """
    deeds = sorted(history, key=lambda each: each.called)
    ends = sorted(each.returned for each in deeds if each.is_settled)
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if _still_fails(_until(deeds, ends[middle])):
            high = middle
        else:
            low = middle + 1
    left = _until(deeds, ends[low])
    deadline = time.monotonic() + SHRINKING_SECONDS
    for each in reversed(list(left)):
        others = [other for other in left if other is not each]
        weaker = [other.forgotten() if other is each else other for other in left]
        if not each.is_settled or time.monotonic() > deadline:
            continue
        if not _writes(each) and _still_fails(others):
            left = others
        elif _writes(each) and _still_fails(weaker):
            left = weaker
    return left


def _still_fails(history: History) -> bool:
    return judge(history) is Verdict.IMPOSSIBLE


def _until(deeds: History, end: float) -> list[Happened]:
    """What was known at a moment."""
    return [each if each.returned <= end else each.forgotten() for each in deeds if each.called <= end]


def _writes(each: Happened) -> bool:
    """Whether a deed may have changed something, as far as its kind and answer tell."""
    assert each.said is not None
    return each.said.status < 400 and not type(each.deed).__name__.startswith(("Read", "What"))


# Checks that take no search -----------------------------------------------------------------------------------------


def numbers_out_of_order(history: History) -> list[tuple[Happened, Happened]]:
    """Registrations that ended before others began, and yet have the higher automatic number."""
    given = [
        each
        for each in history
        if isinstance(each.deed, Register) and each.deed.label is None and each.said and each.said.status == 201
    ]
    return [(one, two) for one in given for two in given if one.returned < two.called and _number(one) >= _number(two)]


def _number(each: Happened) -> int:
    assert each.said is not None
    assert each.said.chosen is not None
    return int(each.said.chosen)


def latest_that_were_not(history: History) -> list[tuple[Happened, Happened]]:
    """Answers to ``latest`` when a higher version was there, which nobody can have deleted; and its registration."""
    found = []
    for read in history:
        told = _version(read) if isinstance(read.deed, ReadVersion) and read.deed.reference == "latest" else None
        if told is None:
            continue
        gone = {
            each.deed.reference for each in history if isinstance(each.deed, Delete) and each.called < read.returned
        }
        if any(reference == "latest" or reference.startswith("@") for reference in gone):
            continue
        for one in history:
            new = _version(one) if _is_new(one) and one.returned < read.called else None
            if new is not None and new.label not in gone and new.rank > told.rank:
                found.append((read, one))
    return found


def _version(each: Happened) -> Version | None:
    return each.said.told if each.said and isinstance(each.said.told, Version) else None


def _is_new(each: Happened) -> bool:
    return bool(each.said and each.said.status == 201 and isinstance(each.said.told, Version))


def duplicates(history: History) -> list[tuple[Happened, Happened]]:
    """Registrations that were both told that theirs is new, under one label and with no key in common."""
    new = [each for each in history if _is_new(each)]
    return [
        (one, two)
        for place, one in enumerate(new)
        for two in new[place + 1 :]
        if _label(one) == _label(two) and _key(one) != _key(two)
    ]


def _label(each: Happened) -> str | None:
    return each.said.chosen if each.said else None


def _key(each: Happened) -> object:
    return each.deed.key if isinstance(each.deed, Once) else each


def made(deed: Deed) -> str | None:
    """What tells in the registry's own history that a deed made something: a version's address, a deployment's mark."""
    inner = deed.deed if isinstance(deed, Once) else deed
    if isinstance(inner, Register) and inner.label is None:
        return inner.uri
    return inner.mark if isinstance(inner, Deploy) else None

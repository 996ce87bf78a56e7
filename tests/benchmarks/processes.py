"""What Linux tells of processes: who began whom, what memory they have, what CPU time they took."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
GRACE_SECONDS = 10


@dataclass(frozen=True)
class Memory:
    """Megabytes: resident, and with each shared page counted in parts (its proportional set size)."""

    rss: float
    pss: float

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.rss + other.rss, self.pss + other.pss)


def tree(root: int) -> list[int]:
    """A process and all that began from it."""
    found = [root]
    children: dict[int, list[int]] = {}
    for each in PROC.glob("[0-9]*"):
        fields = _stat(int(each.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(each.name))
    for each in found:  # it grows while it is walked
        found += children.get(each, [])
    return found


def without(pids: Iterable[int], part: str) -> list[int]:
    """Those of them that are not, and did not begin from, a program with this in its command line."""
    kept = list(pids)
    for each in list(kept):
        if part in _command(each):
            kept = [other for other in kept if other not in tree(each)]
    return kept


def memory(pids: Iterable[int]) -> Memory:
    """What they have together."""
    total = Memory(0, 0)
    for each in pids:
        text = (PROC / str(each) / "smaps_rollup").read_text()
        rss, pss = (int(re.search(rf"^{name}: +(\d+) kB", text, re.MULTILINE)[1]) for name in ("Rss", "Pss"))
        total += Memory(rss / 1024, pss / 1024)
    return total


def cpu_seconds(pids: Iterable[int]) -> float:
    """What they have taken together, in the system too."""
    spent = [fields[11:13] for fields in map(_stat, pids) if fields]
    return sum(int(user) + int(system) for user, system in spent) / TICKS


def end(root: int, pids: Collection[int], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Ask the first of these processes to end, and see that all of them do: nothing stays that was begun here.

    What its going leaves behind is asked too; what does not hear is killed.
    """
    asked: Collection[int] = [root]
    for signal_number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        for each in filter(_lives, asked):
            os.kill(each, signal_number)
        deadline = time.monotonic() + grace_seconds
        while any(map(_lives, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
        asked = pids


def _lives(pid: int) -> bool:
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def _stat(pid: int) -> list[str]:
    """The fields from the state on; none of a process that has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()


def _command(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""

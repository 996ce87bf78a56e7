"""How far a long command is: one line that is written over on a terminal; elsewhere a line now and then."""

from __future__ import annotations

import time
from typing import Any

ON_A_TERMINAL_SECONDS = 0.2
ELSEWHERE_SECONDS = 10.0
BAR = 30


class Progress:
    """A line on standard error. It says nothing before its first interval is over."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.is_terminal = bool(getattr(out, "isatty", None) and out.isatty())
        self.began_at = self.told_at = time.monotonic()
        self.is_shown = False

    def tell(self, sentence: str, *, share: float | None = None) -> None:
        """Say how far it is, if it is time to. ``share`` is how much of the whole is done, where that is known."""
        now = time.monotonic()
        if now - self.told_at < (ON_A_TERMINAL_SECONDS if self.is_terminal else ELSEWHERE_SECONDS):
            return
        self.told_at = now
        text = f"{sentence} {now - self.began_at:.0f} s"
        if share is not None:
            done = round(min(share, 1) * BAR)
            text = f"[{'#' * done}{'.' * (BAR - done)}] {min(share, 1):4.0%} {text}"
        if not self.is_terminal:
            self.out.write(text)
            return
        self.out.write(f"\r\x1b[K{text}", ending="")
        self.out.flush()
        self.is_shown = True

    def close(self) -> None:
        """Take the line away again."""
        if self.is_shown:
            self.out.write("\r\x1b[K", ending="")
            self.out.flush()
            self.is_shown = False

"""What the proofs came to: a line each for whoever runs them, and a row each in docs/proof.md.

    proves("histories are linearizable", "40 of 40", target="40 of 40", holds=True)
    controls("histories are linearizable", "moto: 0 of 4 pass", target="0", holds=True)

A control is the same proof against something that is wrong on purpose; it holds when the proof notices.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

IN_FULL = os.environ.get("PROOF") == "full"


def proves(name: str, figure: object, *, target: object, holds: bool) -> None:
    """Say what a proof came to, and fail if that is not enough.

    ``name`` is what is promised, in a few words: its row in docs/proof.md. Several parts of a proof have names of
    their own.
    """
    _say("proof", name, figure, target, holds=holds)


def controls(name: str, figure: object, *, target: object, holds: bool) -> None:
    """Say what the control of the proof ``name`` came to, and fail if it went unnoticed. A proof may have several."""
    _say("control", name, figure, target, holds=holds)


def in_time(holds: bool) -> bool:  # noqa: FBT001 - it is what is asked
    """What rests on the machine's speed counts in full only, where the machine has nothing else to do."""
    return holds or not IN_FULL


def _say(kind: str, name: str, figure: object, target: object, *, holds: bool) -> None:
    verdict = "PASS" if holds else "FAIL"
    line = f"{'control of ' if kind == 'control' else ''}{name}: {figure} (target: {target}) {verdict}"
    sys.stdout.write(f"\n{line}\n")
    if wanted := os.environ.get("PROOF_FIGURES"):
        row = {"kind": kind, "name": name, "figure": str(figure), "target": str(target), "verdict": verdict}
        # One write, so that the lines of several processes stay whole.
        with Path(wanted).open("a", encoding="utf-8") as figures:
            figures.write(json.dumps(row) + "\n")
    assert holds, line

"""Writes figures into docs/proof.md: ``python -m tests.proof.page KEPT LATEST "2026-11-24, commit 1a2b3c4"``.

KEPT are the lines that the page has, LATEST those of a run, which take the place of the lines of the same names.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs" / "proof.md"
BEGIN, END = "<!-- figures: written by make proof -->", "<!-- end of figures -->"
HEAD = "| what must hold | figure | target | | control | |\n|---|---|---|---|---|---|"


def table(lines: list[dict[str, str]]) -> str:
    """A row for each proof by name, its controls beside it."""
    rows: dict[str, dict[str, list[dict[str, str]]]] = {}
    for line in lines:
        rows.setdefault(line["name"], {"proof": [], "control": []})[line["kind"]].append(line)
    return "\n".join([HEAD, *(_row(name, rows[name]) for name in sorted(rows))])


def write(page: str, lines: list[dict[str, str]]) -> str:
    """The page with these figures in the place of the last ones."""
    before, rest = page.split(BEGIN)
    failed = sum(line["verdict"] == "FAIL" for line in lines)
    runs = Counter(line["made"] for line in lines)
    said = "; ".join(f"{count} of {made}" for made, count in runs.most_common())
    head = f"{len(lines)} lines, {failed or 'none'} failed: {said}."
    return f"{before}{BEGIN}\n{head}\n\n{table(lines)}\n{END}{rest.split(END)[1]}"


def renewed(lines: list[dict[str, str]], again: list[dict[str, str]]) -> list[dict[str, str]]:
    """Lines of an earlier run, where what was tried again takes the place of what has its name."""
    names = {line["name"] for line in again}
    return [*(line for line in lines if line["name"] not in names), *again]


def _row(name: str, lines: dict[str, list[dict[str, str]]]) -> str:
    proof, control = lines["proof"], lines["control"]
    cells = [
        name,
        _each(proof, "figure"),
        _each(proof, "target"),
        _each(proof, "verdict"),
        "<br>".join(f"{line['figure']} (target: {line['target']})" for line in control),
        _each(control, "verdict"),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _each(lines: list[dict[str, str]], field: str) -> str:
    return "<br>".join(line[field] for line in lines)


def said(line: dict[str, str]) -> str:
    """A line as it is read at the end of a run."""
    whose = "control of " if line["kind"] == "control" else ""
    return f"{line['verdict']}  {whose}{line['name']}: {line['figure']}  (target: {line['target']})"


def _read(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


if __name__ == "__main__":
    kept, latest, made = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    again = [line | {"made": made} for line in _read(latest)]
    sys.stdout.write("".join(f"{said(line)}\n" for line in again))
    lines = renewed(_read(kept), again)
    kept.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    PAGE.write_text(write(PAGE.read_text(encoding="utf-8"), lines), encoding="utf-8")

"""Writes the figures of a run into docs/proof.md: ``python -m tests.proof.page FIGURES "of when, of which commit"``."""

from __future__ import annotations

import json
import sys
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


def write(page: str, lines: list[dict[str, str]], made: str) -> str:
    """The page with the figures of this run in the place of the last one's."""
    before, rest = page.split(BEGIN)
    failed = sum(line["verdict"] == "FAIL" for line in lines)
    said = f"Run of {made}: {len(lines)} lines, {failed or 'none'} failed."
    return f"{before}{BEGIN}\n{said}\n\n{table(lines)}\n{END}{rest.split(END)[1]}"


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


if __name__ == "__main__":
    figures, made = sys.argv[1:]
    lines = [json.loads(line) for line in Path(figures).read_text(encoding="utf-8").splitlines()]
    PAGE.write_text(write(PAGE.read_text(encoding="utf-8"), lines, made), encoding="utf-8")

"""What an export as CSV holds is text to a spreadsheet, and the same text to whoever reads it back."""

from __future__ import annotations

import csv
import io
import random
import string

from models_app.management.importing.tables import cell_of, original
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves

NAME = "no cell of an export is a formula, and each comes back as it was"
# What begins a formula somewhere, full-width forms too: https://owasp.org/www-community/attacks/CSV_Injection
BEGINNINGS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 - they are what is meant
CELLS = rounds(1_000, full=10_000)


def texts() -> list[str]:
    """Texts of which every other one begins as a formula does, or as what is taken for a mark of one."""
    chance = random.Random(16)
    letters = string.printable + "äß模🚀" + BEGINNINGS + "'" * 20
    begun = ["", *BEGINNINGS, "'", *(f"'{each}" for each in BEGINNINGS), "''="]
    return [chance.choice(begun) + "".join(chance.choices(letters, k=chance.randrange(1, 12))) for _ in range(CELLS)]


def as_read(cells: list[str]) -> list[str]:
    """The cells after they were written to a file and read from it."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([each] for each in cells)
    file.seek(0)
    return [row[0] for row in csv.reader(file, strict=True)]


def test_no_cell_is_computed() -> None:
    written = texts()
    cells = as_read([cell_of(text) for text in written])

    formulas = sum(cell.startswith(tuple(BEGINNINGS)) for cell in cells)
    changed = sum(original(cell) != text for cell, text in zip(cells, written, strict=True))
    figure = f"{formulas} formulas, {changed} changed, of {CELLS:,} cells"
    proves(NAME, figure, target="0, 0", holds=not formulas and not changed)


def test_cells_as_they_come_are_noticed() -> None:
    formulas = sum(cell.startswith(tuple(BEGINNINGS)) for cell in as_read(texts()))

    controls(NAME, f"written as they come: {formulas} formulas", target="at least 1", holds=formulas > 0)

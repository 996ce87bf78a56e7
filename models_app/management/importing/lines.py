"""A file's lines without trust in the file: of bounded length, in UTF-8, text and nothing else."""

from __future__ import annotations

from typing import BinaryIO

from models_app.management.importing.entries import Unusable

# The largest version, with each of its characters escaped, takes less.
MAX_LINE_BYTES = 3 * 1024 * 1024
SKIPPED_AT_ONCE = 1024 * 1024

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# What files begin with that are no text. None of them is opened: what they would grow to is not known.
NO_TEXT = {
    b"PK\x03\x04": "a zip archive (or an Excel workbook)",
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"PAR1": "a Parquet file",
    b"\xff\xfe": "UTF-16 (little-endian)",
    b"\xfe\xff": "UTF-16 (big-endian)",
}


class LineRefused(Exception):
    """A line that cannot be read; those behind it can."""


class Lines:
    """The lines of a binary file as texts with their ends. ``number`` is that of the last one, the first is 1.

    Iterating may raise ``LineRefused`` and be gone on with. Never more than one line is held.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.number = 0
        self.read_bytes = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        """The next line.

        Raises:
            LineRefused: it is too long, not UTF-8, or holds NUL.
            Unusable: on the first line, that the file is no text.
        """
        raw = self.file.readline(MAX_LINE_BYTES + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        self.read_bytes += len(raw)
        if self.number == 1:
            _check_beginning(raw)
            raw = raw.removeprefix(BYTE_ORDER_MARK)
        if len(raw) > MAX_LINE_BYTES and not raw.endswith(b"\n"):
            self._skip_rest()
            raise LineRefused(f"The line has more than {MAX_LINE_BYTES} bytes.")
        if b"\0" in raw:
            raise LineRefused("The line holds the character NUL.")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise LineRefused(f"The line is not UTF-8, from its byte {wrong.start + 1} on.") from None

    def _skip_rest(self) -> None:
        while rest := self.file.readline(SKIPPED_AT_ONCE):
            self.read_bytes += len(rest)
            if rest.endswith(b"\n"):
                return


def _check_beginning(raw: bytes) -> None:
    for beginning, name in NO_TEXT.items():
        if raw.startswith(beginning):
            raise Unusable(f"The file is {name}. Give the text itself, in UTF-8: JSON lines or CSV.")

"""JSON lines: an object a line. What cannot be read without doubt is refused, as in the body of a request."""

from __future__ import annotations

from models_app.domain import documents
from models_app.management.importing.entries import Entries, Entry
from models_app.management.importing.lines import LineRefused, Lines


def read(lines: Lines) -> Entries:
    """The entries of a file; empty lines are none."""
    while True:
        try:
            text = next(lines).strip()
        except StopIteration:
            return
        except LineRefused as refusal:
            yield Entry(line=lines.number, complaint=str(refusal))
            continue
        if not text:
            continue
        try:
            document = documents.read_object(text, name="The line")
        except documents.Unreadable as wrong:
            complaint = str(wrong).replace(", line 1 column", ", column")
            yield Entry(line=lines.number, complaint=complaint)
        else:
            yield Entry(line=lines.number, document=document, size_bytes=len(text))

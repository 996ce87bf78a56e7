"""What was right once: cut, doubled, spliced, and sprinkled with what has broken parsers before."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from random import Random
from typing import Any

# Tokens that end, open or stand for something somewhere, and characters that not everybody takes for one.
TOKENS = (
    *(
        b"\x00",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x92\xa9",
        b"\xe2\x80\xae",
        b"\xef\xbb\xbf",
        b"\\u0000",
        b"\\ud800",
    ),
    *(
        b'"',
        b"'",
        b"`",
        b"\\",
        b"%",
        b"%00",
        b"%ff",
        b"%2e%2e%2f",
        b"&",
        b"=",
        b";",
        b"#",
        b"?",
        b":",
        b"::",
        b",",
        b".",
    ),
    *(b"..", b"/", b"@", b"*", b"+", b"-", b"--", b"|", b"$", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\x1e", b"\x7f"),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b"<",
        b">",
        b"{}",
        b"[]",
        b"null",
        b"true",
        b"NaN",
        b"Infinity",
        b"-0",
        b"1e999",
    ),
    *(
        b"9" * 20,
        b"9" * 5000,
        b"0",
        b"1.0",
        b"-1",
        b"\xd9\xa3",
        b"0x10",
        b"1_0",
        b"latest",
        b"None",
        b"AND",
        b"LIKE",
        b"IN",
    ),
    *(b"T24:00:00Z", b"0000-00-00", b"+99:99", b"2026-02-30T00:00:00Z", b"[" * 1500, b'{"a":' * 1500, b"x" * 9000),
)
JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", "x", "\0", "\ud800", "é" * 300, [], [1], [None], [[]], {}, {"a": 1}),
    *({"": ""}, ["a", "b"], "latest", "payments.fraud", "relay_events", "DeploymentStatusReported"),
)


def changed(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A text with up to four changes; one in twenty is noise from end to end."""
    if random.random() < 0.05:
        return random.randbytes(random.randrange(60))
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(text) + 1)
        match random.randrange(6):
            case 0:
                text = text[:place] + random.choice(TOKENS) + text[place:]
            case 1:
                text = text[:place] + text[place + random.randint(1, 8) :]
            case 2:
                text = text[:place] + bytes([random.randrange(256)]) + text[place + 1 :]
            case 3:
                text = text[:place] + text[max(0, place - random.randint(1, 20)) :]
            case 4:
                text = text[:place] + random.choice(others)[place:]
            case 5:
                text = text[:place] + random.choice(TOKENS) + text[place + random.randint(1, 20) :]
    return text


def changed_document(document: Any, random: Random) -> Any:
    """A document with up to three values replaced, taken away or added, anywhere in it."""
    document = copy.deepcopy(document)
    for _ in range(random.randint(1, 3)):
        holder = document
        while isinstance(holder, dict) and holder:
            name = random.choice(list(holder))
            if isinstance(holder[name], dict) and holder[name] and random.random() < 0.7:
                holder = holder[name]
                continue
            match random.randrange(4):
                case 0:
                    del holder[name]
                case 1:
                    holder[random.choice(("x", "job", "command", "Records", "detail-type"))] = random.choice(JUNK)
                case _:
                    holder[name] = random.choice(JUNK)
            break
    return random.choice(JUNK) if random.random() < 0.02 else document


def as_bytes(document: Any) -> bytes:
    """A document as a seed for changes of its text."""
    return json.dumps(document).encode()

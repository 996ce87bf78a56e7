"""Bodies that hold what a door reads, each with one field spoiled; and bodies that are no form."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes, urlencode

from tests.api.hostile.corpus import JSON, Body

T = TypeVar("T")

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"

# Instead of a value in JSON, as they stand in the body.
VALUES = (
    *("null", "true", "7", "-1", "1.5", "-0.0", "1e308", "1e999", "NaN", "9" * 40, "9" * 5000, "0.1e-400"),
    *('""', '" "', '"x"', '"\\ud800"', '"a\\u0000b"', '"\\u202e\\u200b\\ufeff"', '"\\ud83d\\ude00"', '"a\\nb\\tc"'),
    *('"../../x"', '"%2e%2e%2f"', '"x/y"', '"TEAM#x"', '"payments.x"', '"@champion"', '"latest"', '"\\u0130"'),
    *('"' + "x" * 300 + '"', '"' + "\\u00e9" * 20_000 + '"', '"' + "9" * 5000 + '"'),
    *("[]", "[[]]", "[null]", '[""]', '["x","x"]', "[1e999]", '["\\ud800"]', '[{"key":"x"}]', "[" + "1," * 9999 + "1]"),
    *("{}", '{"":""}', '{"x":null}', '{"x":{"y":[]}}', '{"\\udc00":1}', '{"x":1,"x":2}', '{"__proto__":{"x":1}}'),
    *('{"key":"x","value":7}', '{"x":' * 31 + "1" + "}" * 31, '{"x":' * 9999 + "1" + "}" * 9999),
)

# Instead of a field of a form, as the bytes that arrive.
TEXTS = (
    *(b"", b" ", b"x", b"\0", b"a\0b", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", "\u202e\u200b\ufeff".encode(), b"a\r\nb"),
    *(b"-1", b"1e999", b"NaN", b"9" * 400, b"9" * 5000, "٣²".encode(), b"9999-12-31T23:59", b"0001-01-01T00:00"),
    *(b"x" * 300, b"x" * 100_000, "İ".encode() * 5000, b"../../x", b"x/y", b"payments.x", b"latest", b"@champion"),
    *(b"[]", b"null", b"{", b'{"x": 1, "x": 2}', b'{"x": NaN}', rb'{"x": "\ud800"}', rb'{"x": "\u0000"}'),
    *(b'{"x":' * 31 + b"1" + b"}" * 31, b'{"x":' * 9999 + b"1" + b"}" * 9999, b'{"\\udc00": 1}', b'{"x": 1e999}'),
    *(b"a", b"a =", b"= b", b'"a = b', rb'"a" = "\ud800"', rb'"\ud800" = "a"', rb'"a" = "\u0000"', rb'"a" = "b" c'),
    *(b"a = 1\na = 2", "a = ²".encode(), "a = ٣".encode(), b"a = 1_0", b"a = 0x1", b"a = +-1", b"a = 1e999"),
    *(b"a = " + b"9" * 300, b"a = " + b"9" * 5000, b"<script>", b"{{ x }}{% x %}", b"%s%n%x", b"' OR 1=1 --"),
)


def spoiled(good: Mapping[str, Any], *, count: int | None, seed: str) -> Iterator[Body]:
    """A good body with another value for one field, and with a field that nobody knows; some of all there are."""
    for field, value in some(list(product([*good, "unknown", ""], VALUES)), count, seed=seed):
        others = {name: json.dumps(value) for name, value in good.items() if name != field}
        fields = ",".join(f"{json.dumps(name)}:{text}" for name, text in {**others, field: value}.items())
        yield f"{field}: {VALUES.index(value)} {value[:24]}", f"{{{fields}}}".encode(), JSON


def spoiled_form(good: Mapping[str, str], *, count: int, seed: str) -> Iterator[Body]:
    """A form with another text in one field, and with a field that it lacks; some of all there are."""
    for field, text in some(list(product([*good, "_selected_action", "action"], TEXTS)), count, seed=seed):
        others = urlencode({name: value for name, value in good.items() if name != field}).encode()
        sent = others + b"&" + field.encode() + b"=" + quote_from_bytes(text).encode()
        yield f"{field}: {TEXTS.index(text)} {text[:24]!r}", sent, FORM


def no_forms() -> Iterator[Body]:
    """What pretends to be a form."""
    part = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n'
    headed = b"--b\r\nContent-Disposition: form-data; %s\r\n%s\r\ny\r\n--b--\r\n"
    for name, body in {
        "100 fields": b"&".join(b"f%d=1" % each for each in range(100)),
        "101 fields": b"&".join(b"f%d=1" % each for each in range(101)),
        "100000 fields": b"&".join(b"f%d=1" % each for each in range(100_000)),
        "100000 signs": b"&" * 100_000,
        "100000 equals signs": b"=" * 100_000,
        "one field a hundred times": b"&".join([b"name=1"] * 100),
        "cut off in an escape": b"name=%",
        "half an escape": b"name=%f",
        "escapes of nothing": b"name=%zz%u0041%00",
        "bytes that are no text": b"name=\xff\xfe\x80",
        "raw NUL": b"na\0me=\0",
        "1 MB and a byte": b"name=" + b"x" * (1024 * 1024 - 4),
        "1 MB of escapes": b"name=" + b"%41" * 349_000,
        "another method": b"_method=DELETE",
        "strange names": b"__class__=x&self=x&form-TOTAL_FORMS=999999999&a[b][c]=1&%00=1",
        "strange tokens": b"csrfmiddlewaretoken=x&csrfmiddlewaretoken=y",
        "an address to go on to": b"next=//evil.example/&_popup=1&_to_field=x&_save=1&_saveasnew=1",
        "actions": b"action=delete_selected&_selected_action=x&_selected_action=%00&index=9999&select_across=1",
        "an action without a number": b"action=x&index=x&_selected_action=",
    }.items():
        yield name, body, FORM
    for name, body in {
        "no end": part,
        "nothing": b"",
        "only an end": b"--b--\r\n",
        "101 parts": part * 101 + b"--b--\r\n",
        "20000 parts": part * 20_000 + b"--b--\r\n",
        "101 files": (part.replace(b'"x"', b'"x"; filename="x"')) * 101 + b"--b--\r\n",
        "a file for a text": headed % (b'name="name"; filename="../../etc/passwd"', b""),
        "a file without a name": headed % (b'name="name"; filename=""', b""),
        "a file called NUL": headed % (b'name="name"; filename="\0"', b""),
        "base64 that is none": headed % (b'name="name"', b"Content-Transfer-Encoding: base64\r\n"),
        "unknown transfer encoding": headed % (b'name="name"', b"Content-Transfer-Encoding: x\r\n"),
        "a charset that is none": headed % (b"name*=nonsense''x", b"Content-Type: text/plain; charset=hex\r\n"),
        "a header of 100000 bytes": headed % (b'name="name"', b"X: " + b"x" * 100_000 + b"\r\n"),
        "10000 headers": headed % (b'name="name"', b"X: y\r\n" * 10_000),
        "10000 parameters": headed % (b'name="name"; x=y' * 10_000, b""),
        "no name": headed % (b"", b""),
        "a name of 100000 bytes": headed % (b'name="' + b"x" * 100_000 + b'"', b""),
        "bytes that are no text in a part": headed % (b'name="\xff\xfe"', b""),
        "borders alone": b"--b\r\n" * 50_000,
        "a border nearly": b"\r\n--" * 100_000,
        "1 MB and a byte in parts": headed % (b'name="name"', b"\r\n" + b"x" * 1024 * 1024),
    }.items():
        yield f"multipart: {name}", body, MULTIPART
    for boundary in ("", "x" * 300, '"', "\xff", "b; charset=hex", "b; boundary=c", "--"):
        yield f"boundary {boundary[:20]!a}", part + b"--b--\r\n", f"multipart/form-data; boundary={boundary}"
    for charset in ("utf-16", "hex", "nonsense"):
        for sign in ("=", "*=", "*=utf-8''", "*0="):
            yield f"form in {sign}{charset}", b"name=%ff&x=y", f"{FORM}; charset{sign}{charset}"
    for media in (
        "multipart/form-data",
        "multipart/mixed; boundary=b",
        "multipart/form-data; boundary",
        "",
        "x" * 5000,
    ):
        yield f"called {media[:24]}", part + b"--b--\r\n", media


def some(bodies: Sequence[T], count: int | None, *, seed: str) -> Sequence[T]:
    """So many of them, always the same ones; all without a count."""
    return bodies if count is None else random.Random(seed).sample(bodies, min(count, len(bodies)))

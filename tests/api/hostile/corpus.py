"""Bodies that no endpoint may take: (name, bytes, content type). None of them may cost more than a refusal."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

from tests.builders import a_registration

JSON = "application/json"
Body = tuple[str, bytes, str]


def corpus() -> list[Body]:
    """All of them."""
    return [*unreadable(), *ambiguous(), *too_much(), *other_media(), *wrong_types()]


def registration(**different: Any) -> bytes:
    """A registration, as its bytes."""
    return json.dumps(a_registration(**different)).encode()


def with_raw(metadata: str) -> bytes:
    """A registration that is good but for the text that stands for its metadata."""
    return registration()[:-1] + b', "metadata": ' + metadata.encode("utf-8", "surrogatepass") + b"}"


def unreadable() -> Iterator[Body]:
    """What is no JSON object in UTF-8."""
    good = registration()
    yield "one byte", b"{", JSON
    yield "half of it", good[: len(good) // 2], JSON
    yield "something behind it", good + b"x", JSON
    yield "two of them", good + good, JSON
    yield "white space", b" \r\n\t ", JSON
    for name, text in {
        "array": "[]",
        "array of one": f"[{good.decode()}]",
        "text": '"x"',
        "number": "1",
        "true": "true",
        "null": "null",
        "word": "fraud",
        "single quotes": "{'modelName': 'x'}",
        "comment": "{/* x */}",
        "trailing comma": '{"modelName": "x",}',
        "bare key": '{modelName: "x"}',
        "XML": "<model/>",
        "XML entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        "YAML": "modelName: x\nframework: onnx",
        "pickle": "cos\nsystem\n(S'true'\ntR.",
        "control character in a text": '{"modelName": "a\nb"}',
        "unknown escape": r'{"modelName": "\x41"}',
        "half an escape": r'{"modelName": "\u12"}',
        "leading zero": '{"sizeBytes": 007}',
        "plus sign": '{"sizeBytes": +1}',
        "hexadecimal": '{"sizeBytes": 0xFF}',
        "no digit before the point": '{"sizeBytes": .5}',
        "no digit behind the point": '{"sizeBytes": 5.}',
        "minus alone": '{"sizeBytes": -}',
    }.items():
        yield name, text.encode(), JSON
    yield "NUL", b"\0", JSON
    yield "NUL in a text", b'{"modelName": "a\0b"}', JSON
    yield "NUL behind it", good + b"\0", JSON
    yield "BOM", b"\xef\xbb\xbf" + good, JSON
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"):
        yield encoding, '{"modelName": "ä"}'.encode(encoding), JSON
    yield "latin-1", '{"modelName": "ä"}'.encode("latin-1"), JSON
    for name, piece in {
        "lone continuation byte": b"\x80",
        "overlong slash": b"\xc0\xaf",
        "overlong NUL": b"\xc0\x80",
        "surrogate as UTF-8": b"\xed\xa0\x80",
        "beyond Unicode": b"\xf4\x90\x80\x80",
        "cut off": b"\xe2\x82",
        "FE FF": b"\xfe\xff",
    }.items():
        yield name, b'{"modelName": "' + piece + b'"}', JSON
    yield "gzip without saying so", gzip.compress(good), JSON


def ambiguous() -> Iterator[Body]:
    """What two readers would read in two ways, or no storage takes."""
    yield "the same key twice", b'{"modelName": "a", ' + registration()[1:], JSON
    yield "twice, once escaped", b'{"model\\u004eame": "a", ' + registration()[1:], JSON
    yield "twice further down", with_raw('{"a": {"b": 1, "b": 2}}'), JSON
    for text in (
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "1E400",
        "9" * 5000,
        "-" + "9" * 5000,
        "1" + "0" * 40,
    ):
        yield f"number {text[:12]}", with_raw(f'{{"x": {text}}}'), JSON
        yield f"metric {text[:12]}", with_raw(f'{{}}, "metrics": {{"x": {text}}}'), JSON
    for name, text in {"high half": r"\ud800", "low half": r"\udc00", "wrong order": r"\udc00\ud800"}.items():
        yield f"{name} in a text", with_raw(f'{{"x": "{text}"}}'), JSON
        yield f"{name} in a key", with_raw(f'{{"{text}": 1}}'), JSON
        yield f"{name} in a field's name", b'{"' + text.encode() + b'": 1}', JSON
        yield f"{name} in the model's name", b'{"modelName": "' + text.encode() + b'"}', JSON
    yield "escaped NUL in a text", with_raw(r'{"x": "a\u0000b"}'), JSON
    yield "escaped NUL in a key", with_raw(r'{"a\u0000b": 1}'), JSON
    yield "escaped NUL in a tag", with_raw(r'{}, "tags": {"k": "\u0000"}'), JSON


def too_much() -> Iterator[Body]:
    """What is too deep, too long or too many."""
    for name, opening, closing in (("objects", '{"a":', "}"), ("arrays", "[", "]")):
        for depth in (33, 1_000, 100_000):
            yield f"{depth} {name} deep", with_raw(opening * depth + "1" + closing * depth), JSON
        yield f"100000 {name} never closed", (opening * 100_000).encode(), JSON
    yield "1 MB and a byte", b" " * (1024 * 1024 + 1), JSON
    yield "1 MB and a byte of good JSON", with_raw('{"x": "' + "y" * (1024 * 1024) + '"}'), JSON
    yield "3 MB", registration(description="x" * 3_000_000), JSON
    yield "1 MB of digits", with_raw('{"x": 0.' + "1" * 1_000_000 + "e999}"), JSON
    yield "1 MB of brackets", b"[" * 1_048_576, JSON
    yield "1 MB of quotes", b'"' * 1_048_576, JSON
    yield "1 MB of backslashes", b'{"a": "' + b"\\" * 1_048_000 + b'"}', JSON
    yield "10000 fields", json.dumps({f"field{number}": number for number in range(10_000)}).encode(), JSON
    yield "a name of 100000 characters", registration(modelName="x" * 100_000), JSON
    yield "a field's name of 100000 characters", json.dumps({"x" * 100_000: 1}).encode(), JSON
    yield "the last of 30000 fields twice", _last_twice(30_000), JSON
    yield "metadata of 65 KB", registration(metadata={"x": "y" * 65_536}), JSON
    yield "501 metrics", registration(metrics={f"m{number}": 1 for number in range(501)}), JSON
    yield "51 tags", registration(tags={f"t{number}": "x" for number in range(51)}), JSON
    yield "10000 tags", registration(tags={f"t{number}": "x" for number in range(10_000)}), JSON
    yield "10000 wrong metrics", registration(metrics={f"m{number}": "x" for number in range(10_000)}), JSON


def other_media() -> Iterator[Body]:
    """What is announced as something else than JSON in UTF-8."""
    good = registration()
    form = b"modelName=x&framework=onnx"
    part = b'--b\r\nContent-Disposition: form-data; name="modelName"\r\n\r\nx\r\n--b--\r\n'
    file = b'--b\r\nContent-Disposition: form-data; name="f"; filename="../../x"\r\n\r\nx\r\n--b--\r\n'
    yield "form", form, "application/x-www-form-urlencoded"
    yield "JSON called a form", good, "application/x-www-form-urlencoded"
    yield (
        "form of 1000 fields",
        b"&".join(b"f%d=1" % number for number in range(1000)),
        "application/x-www-form-urlencoded",
    )
    yield "multipart", part, "multipart/form-data; boundary=b"
    yield "multipart with a file", file, "multipart/form-data; boundary=b"
    yield "multipart without a boundary", part, "multipart/form-data"
    yield "multipart with a strange boundary", part, "multipart/form-data; boundary=\x01"
    yield "multipart of 2000 parts", part[:-8] * 2000, "multipart/form-data; boundary=b"
    for charset in ("utf-16", "latin-1", "iso-8859-1", "nonsense", "utf-7", "hex", "rot13", "idna", "undefined", '"'):
        yield f"charset {charset}", good, f"{JSON}; charset={charset}"
    for media in (
        *("text/plain", "text/json", "application/xml", "application/yaml", "application/octet-stream", "text/html"),
        *("application/x-msgpack", "application/json-patch+json", "application/vnd.api+json", "application/*", "*/*"),
        *(
            "json",
            "application",
            "/",
            ";",
            " ",
            "application/json,application/xml",
            "application/json5",
            "\xff",
            "a" * 5000,
        ),
    ):
        yield f"media type {media[:24]!a}", good, media


def wrong_types() -> Iterator[Body]:
    """Registrations with one field that is of another type than it should be."""
    others: list[Any] = [7, 1.5, True, None, "", [], ["x"], {}, {"x": 1}]
    texts = ("modelName", "teamId", "version", "framework", "s3Uri", "deploymentTarget")
    for field in texts:
        for value in others:
            yield f"{field} {value!r}", json.dumps(a_registration() | {field: value}).encode(), JSON
    for field in ("metadata", "metrics", "tags", "signature", "lineage"):
        for value in (7, True, "x", [], ["x"], [[]]):
            yield f"{field} {value!r}", registration(**{field: value}), JSON
    for value in ("7", 1.5, 1.0, True, [], {}, -1, 2**53):
        yield f"sizeBytes {value!r}", registration(sizeBytes=value), JSON
    for value in (7, True, [], {}, "x", "g" * 64, "a" * 63, ""):
        yield f"sha256 {value!r:.12}", registration(sha256=value), JSON
    for value in ("x", None, True, [], {}, {"x": 1}):
        yield f"metric {value!r}", registration(metrics={"m": value}), JSON
    for value in (7, None, True, [], {}, "x" * 5001):
        yield f"tag {value!r:.12}", registration(tags={"t": value}), JSON
    for value in (7, None, True, [], {}, "x" * 10_001):
        yield f"description {value!r:.12}", json.dumps(a_registration() | {"description": value}).encode(), JSON


def _last_twice(count: int) -> bytes:
    fields = ",".join(f'"f{number}":1' for number in [*range(count), count - 1])
    return f"{{{fields}}}".encode()

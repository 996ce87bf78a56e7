"""Where the trained bytes are, and their digest. The registry keeps the reference and never opens it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models_app.domain.errors import InvalidFields

# Bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
IN_S3 = re.compile(r"s3://[^/]+/.+")  # as events promise it, whatever else a face lets in
SHA256 = re.compile(r"[0-9a-f]{64}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
DOT_SEGMENT = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
MAX_KEY_BYTES = 1024
MAX_SIZE_BYTES = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A reference to trained bytes, which never changes once registered."""

    uri: str
    sha256: str | None = None
    size_bytes: int | None = None

    def differences(self, other: Artifact) -> list[str]:
        """The wire names of what contradicts. A digest or size that one side does not claim contradicts nothing."""
        differing = [] if self.uri == other.uri else ["s3Uri"]
        if None not in (self.sha256, other.sha256) and self.sha256 != other.sha256:
            differing.append("sha256")
        if None not in (self.size_bytes, other.size_bytes) and self.size_bytes != other.size_bytes:
            differing.append("sizeBytes")
        return differing


def is_in_s3(uri: str) -> bool:
    """Whether a pipeline can fetch it: the API registers nothing else, other faces also what they are given.

    >>> is_in_s3("s3://models/fraud"), is_in_s3("runs:/4f2a/model"), is_in_s3("s3://models")
    (True, False, False)
    """
    return IN_S3.match(uri) is not None


def parse_uri(text: str, *, field: str = "s3Uri") -> str:
    """An S3 URI, or InvalidFields naming ``field``.

    >>> parse_uri("s3://models/fraud/1.2.0/model.joblib")
    's3://models/fraud/1.2.0/model.joblib'
    """
    if (complaint := _complaint_about(text)) is not None:
        raise InvalidFields.one(field, "invalid", complaint)
    return text


def parse_sha256(text: str, *, field: str = "sha256") -> str:
    """A SHA-256 digest in lower case, or InvalidFields naming ``field``."""
    if not SHA256.fullmatch(text.lower()):
        raise InvalidFields.one(field, "invalid", "A SHA-256 digest is 64 hexadecimal digits.")
    return text.lower()


def _complaint_about(uri: str) -> str | None:
    """What is wrong with an S3 URI, or None."""
    scheme, _, rest = uri.partition("://")
    bucket, slash, key = rest.partition("/")
    if scheme != "s3":
        return "The artifact is given as s3://bucket/key."
    if not BUCKET.fullmatch(bucket) or ".." in bucket:
        return "The bucket's name is 3-63 lower-case letters, digits, dots and hyphens."
    if CONTROL.search(key) or DOT_SEGMENT.search(key):
        return "The key holds a control character, or a '.' or '..' segment, which tools resolve differently."
    if not slash or not 1 <= len(key.encode()) <= MAX_KEY_BYTES:
        return f"The key behind the bucket has 1 to {MAX_KEY_BYTES} bytes: s3://bucket/key."
    return None

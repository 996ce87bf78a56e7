"""Artifacts: references to trained bytes, and when two of them contradict each other."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain.artifacts import Artifact, parse_sha256, parse_uri
from models_app.domain.errors import InvalidFields

URI = "s3://models/fraud/model.joblib"
DIGEST = "0123456789abcdef" * 4


class TestUris:
    """Promised: "s3Uri (required, s3://bucket/key; never opened by the API)"."""

    @pytest.mark.parametrize(
        "text",
        [
            URI,
            "s3://abc/k",
            "s3://a.b-c.9/k",
            f"s3://{'b' * 63}/k",
            "s3://models/a b/ü/模型.pt",
            "s3://models//double//slash",
            "s3://models/a?b=c#d&e=%2F",
            "s3://models/...",
            "s3://models/.hidden/..name/na.me",
            "s3://models/directory/",
            f"s3://models/{'k' * 1024}",
            f"s3://models/{'é' * 512}",
        ],
        ids=lambda text: ascii(text)[:40],
    )
    def test_these_are_kept_as_they_are(self, text: str) -> None:
        assert parse_uri(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            *("", "model.joblib", "/models/k", "file:///etc/passwd", "https://models.s3.amazonaws.com/k", "S3://models/k"),
            *("s3:/models/k", "s3:models/k", "s3a://models/k", " s3://models/k", "javascript:alert(1)", "data:,x"),
            *("s3://", "s3://models", "s3://models/", "s3:///k", "s3://ab/k", "s3://Models/k", "s3://mod_els/k"),
            *("s3://-models/k", "s3://models-/k", "s3://.models/k", "s3://a..b/k", "s3://mödels/k", "s3://m m/k"),
            *("s3://user@models/k", "s3://user:password@models/k", "s3://models:443/k", "s3://[::1]/k"),
            *("s3://models/../k", "s3://models/a/../k", "s3://models/a/..", "s3://models/./k", "s3://models/."),
            *("s3://models/a\nb", "s3://models/a\r\nHost: x", "s3://models/a\x00b", "s3://models/a\x7fb", "s3://models/\t"),
            *(f"s3://{'b' * 64}/k", f"s3://models/{'k' * 1025}", f"s3://models/{'é' * 513}"),
        ],
        ids=lambda text: ascii(text)[:40],
    )  # fmt: skip
    def test_these_are_refused_by_name(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refusal:
            parse_uri(text)

        assert [(error.field, error.code) for error in refusal.value.errors] == [("s3Uri", "invalid")]

    @given(key=st.text(st.characters(exclude_categories=[]), max_size=30))
    def test_whatever_is_written_it_is_refused_or_kept_and_nothing_breaks(self, key: str) -> None:
        try:
            assert parse_uri(f"s3://models/{key}") == f"s3://models/{key}"
        except InvalidFields:
            return
        key.encode()

    def test_half_a_character_is_refused(self) -> None:
        with pytest.raises(InvalidFields):
            parse_uri("s3://models/\ud800")


class TestDigests:
    def test_a_digest_is_kept_in_lower_case(self) -> None:
        assert parse_sha256(DIGEST.upper()) == DIGEST

    @pytest.mark.parametrize(
        "text", ["", "a" * 63, "a" * 65, "g" * 64, "a" * 64 + "\n", "0x" + "a" * 62, "\uff10" * 64], ids=ascii
    )
    def test_what_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refusal:
            parse_sha256(text)

        assert [(error.field, error.code) for error in refusal.value.errors] == [("sha256", "invalid")]


class TestTwoArtifacts:
    """Promised: "Registering the same label again with the same artifact answers 200 …; with another artifact, 409"."""

    def test_the_same_do_not_differ(self) -> None:
        one = Artifact(uri=URI, sha256=DIGEST, size_bytes=7)

        assert one.differences(Artifact(uri=URI, sha256=DIGEST, size_bytes=7)) == []

    def test_each_contradiction_is_named(self) -> None:
        one = Artifact(uri=URI, sha256=DIGEST, size_bytes=7)
        other = Artifact(uri=URI + "x", sha256="f" * 64, size_bytes=0)

        assert one.differences(other) == ["s3Uri", "sha256", "sizeBytes"]

    def test_what_one_side_does_not_claim_contradicts_nothing(self) -> None:
        claims = [
            Artifact(uri=URI, sha256=sha256, size_bytes=size) for sha256, size in product((None, DIGEST), (None, 7))
        ]

        assert all(one.differences(other) == [] for one, other in product(claims, repeat=2))

    def test_a_size_of_nothing_is_a_claim(self) -> None:
        assert Artifact(uri=URI, size_bytes=0).differences(Artifact(uri=URI, size_bytes=1)) == ["sizeBytes"]

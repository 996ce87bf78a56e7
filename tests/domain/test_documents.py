"""Users' JSON: one text for one document, and what an update changes in it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain.documents import canonical_json, size_bytes
from models_app.domain.events import MAX_VALUE_CHARACTERS, told
from models_app.domain.frameworks import Target
from models_app.domain.versions import MutablePart, VersionStatus, differences

NUMBERS = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=20)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
PARTS = st.builds(
    MutablePart,
    description=st.text(max_size=10),
    metadata=st.dictionaries(st.text(max_size=3), DOCUMENTS, max_size=3),
    metrics=st.dictionaries(st.text(max_size=3), NUMBERS, max_size=3),
    tags=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
    target=st.none() | st.sampled_from(Target),
    status=st.sampled_from(VersionStatus),
)


def spelled_out(document: Any) -> Any:
    """A document with the type and sign of everything in it, because 1 == 1.0 == True and 0.0 == -0.0 in Python."""
    if isinstance(document, dict):
        return {key: spelled_out(value) for key, value in document.items()}
    if isinstance(document, list):
        return [spelled_out(value) for value in document]
    sign = math.copysign(1, document) if isinstance(document, float) else None
    return type(document).__name__, sign, document


class TestCanonicalJson:
    """Promised: "User numbers survive bit for bit: keep user JSON as canonical JSON text"."""

    @given(document=DOCUMENTS)
    def test_a_document_reads_back_with_every_type_and_digit(self, document: Any) -> None:
        assert spelled_out(json.loads(canonical_json(document))) == spelled_out(document)

    @given(document=DOCUMENTS)
    def test_writing_it_again_changes_nothing(self, document: Any) -> None:
        once = canonical_json(document)

        assert canonical_json(json.loads(once)) == once

    @given(document=st.dictionaries(st.text(max_size=5), DOCUMENTS, max_size=6), order=st.randoms())
    def test_the_order_of_keys_does_not_matter(self, document: dict[str, Any], order: Any) -> None:
        shuffled = list(document.items())
        order.shuffle(shuffled)

        assert canonical_json(dict(shuffled)) == canonical_json(document)
        assert list(json.loads(canonical_json(document))) == sorted(document)

    @given(document=DOCUMENTS)
    def test_its_size_is_that_of_its_bytes(self, document: Any) -> None:
        assert size_bytes(document) == len(canonical_json(document).encode())

    @pytest.mark.parametrize(
        ("document", "text"),
        [
            (0.1 + 0.2, "0.30000000000000004"),
            (1.0, "1.0"),
            (1e22, "1e+22"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (-0.0, "-0.0"),
            (10**38 + 1, "100000000000000000000000000000000000001"),
            ({"ü": "模型 \u2028", "a": [True, None]}, '{"a":[true,null],"ü":"模型 \u2028"}'),
        ],
        ids=lambda value: ascii(value)[:24],
    )
    def test_it_is_what_it_always_was(self, document: Any, text: str) -> None:
        assert canonical_json(document) == text

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
    def test_what_json_cannot_say_is_refused(self, number: float) -> None:
        with pytest.raises(ValueError, match="not JSON compliant"):
            canonical_json({"accuracy": [number]})


class TestDifferences:
    @given(part=PARTS)
    def test_a_part_does_not_differ_from_itself(self, part: MutablePart) -> None:
        assert differences(part, replace(part)) == {}

    @given(old=PARTS, new=PARTS)
    def test_they_are_what_turns_one_part_into_the_other(self, old: MutablePart, new: MutablePart) -> None:
        changes = differences(old, new)
        renamed = {"deploymentTarget": "target"}
        rebuilt = replace(old, **{renamed.get(name, name): after for name, (_, after) in changes.items()})

        assert differences(rebuilt, new) == {}
        assert {name: (after, before) for name, (before, after) in changes.items()} == differences(new, old)

    @pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0.0, -0.0), ("1", 1), (None, {})])
    def test_values_that_python_takes_for_equal_differ(self, one: Any, other: Any) -> None:
        assert differences(MutablePart(metadata={"x": one}), MutablePart(metadata={"x": other}))

    def test_they_go_by_the_names_of_the_wire(self) -> None:
        old, new = MutablePart(), MutablePart(target=Target.EKS, status=VersionStatus.DEPRECATED)

        assert differences(old, new) == {
            "deploymentTarget": (None, Target.EKS),
            "status": (VersionStatus.REGISTERED, VersionStatus.DEPRECATED),
        }


class TestWhatAnEventTells:
    """An event must fit into an entry of EventBridge, whatever a user wrote."""

    @given(value=DOCUMENTS)
    def test_a_small_value_is_told_whole(self, value: Any) -> None:
        assert spelled_out(told(value)) == spelled_out(value)

    def test_the_limit_counts_the_canonical_text(self) -> None:
        just_fits, too_long = "x" * (MAX_VALUE_CHARACTERS - 2), "x" * (MAX_VALUE_CHARACTERS - 1)

        assert told(just_fits) == just_fits
        assert told(too_long) == {"omitted": True, "characters": MAX_VALUE_CHARACTERS + 1}

    def test_what_is_told_is_never_longer_than_the_limit(self) -> None:
        for value in ({"k" * 3000: "v" * 3000}, ["\u0000" * 2000], "模" * 5000, 10**4200):
            assert len(canonical_json(told(value))) <= MAX_VALUE_CHARACTERS

"""Version labels: what is one, and the one order of all of them."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain.errors import InvalidFields
from models_app.domain.labels import LABEL, MAX_LENGTH, VersionLabel, label_in

# The whole order at a glance: every label stands below all that follow it.
ASCENDING = [
    *("0.9", "0", "0.0.1-alpha", "0.0.1", "0.1.0"),
    *("01", "1-rc", "1.0", "1.2", "1.2.3.4", "1.9", "1.10", "1_a", "1a"),
    *("1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0--x", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"),
    *("1", "1.0.0", "1.0.0+a", "1.0.0+b", "V1", "v1", "v1.0.0"),
    *("1.0.1", "1.2.0", "1.2.3-rc.1", "1.2.3", "1.10.0"),
    *("2", "v2", "3", "007", "7", "9", "10", "v11", "100"),
    *("2026-1-9", "2026-01-10", "2026-11", "2026-11-01", "2026-11-01T12.00", "2026", "2026.1.0", "2026.11.1"),
    *("20261101", "99999999999999999999"),
]

# semver.org 2.0.0, section 11, points 2 and 4: its own examples, one behind the other.
SEMVER_ORG = [
    *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"),
    *("1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"),
]

LABELS = st.from_regex(LABEL, fullmatch=True).filter(lambda text: len(text) <= MAX_LENGTH).map(VersionLabel.parse)
NUMBERS = st.integers(0, 10**12)
RELEASES = st.tuples(NUMBERS, NUMBERS, NUMBERS)


def dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def is_below(one: str, other: str) -> bool:
    return VersionLabel.parse(one).key < VersionLabel.parse(other).key


class TestTheOrder:
    """Promised: "Ordered by semantic-version precedence where it parses (plain integers count as majors),
    else naturally."
    """

    def test_every_label_stands_below_all_that_follow_it(self) -> None:
        assert [pair for pair in combinations(ASCENDING, 2) if not is_below(*pair)] == []

    def test_the_specifications_own_examples_stand_in_their_order(self) -> None:
        assert [pair for pair in combinations(SEMVER_ORG, 2) if not is_below(*pair)] == []

    @given(one=NUMBERS, other=NUMBERS)
    def test_plain_integers_stand_in_the_order_of_their_values(self, one: int, other: int) -> None:
        assert (one < other) == is_below(str(one), str(other))

    @given(one=RELEASES, other=RELEASES)
    def test_releases_stand_in_the_order_of_their_numbers(self, one: tuple[int, ...], other: tuple[int, ...]) -> None:
        assert (one < other) == is_below(dotted(one), dotted(other))

    @given(release=RELEASES, pre=st.from_regex(r"[0-9A-Za-z-]{1,12}", fullmatch=True))
    def test_a_pre_release_stands_below_its_release_and_above_the_one_before(
        self, release: tuple[int, ...], pre: str
    ) -> None:
        major, minor, patch = release

        assert is_below(f"{dotted(release)}-{pre}", dotted(release))
        assert is_below(dotted(release), f"{major}.{minor}.{patch + 1}-{pre}")

    @given(release=RELEASES, number=NUMBERS, word=st.from_regex(r"[A-Za-z-][0-9A-Za-z-]{0,9}", fullmatch=True))
    def test_numeric_identifiers_stand_below_words(self, release: tuple[int, ...], number: int, word: str) -> None:
        assert is_below(f"{dotted(release)}-{number}", f"{dotted(release)}-{word}")

    @given(one=st.dates(), other=st.dates())
    def test_dates_stand_in_the_order_of_the_calendar(self, one: object, other: object) -> None:
        assert (one < other) == is_below(str(one), str(other))  # type: ignore[operator]

    @given(release=RELEASES, build=st.from_regex(r"[0-9A-Za-z-]{1,9}", fullmatch=True))
    def test_a_prefix_and_build_metadata_do_not_lift_a_label_over_the_next_release(
        self, release: tuple[int, ...], build: str
    ) -> None:
        major, minor, patch = release
        following = f"{major}.{minor}.{patch + 1}"

        assert is_below(f"v{dotted(release)}+{build}", following)
        assert is_below(dotted(release), f"v{following}+{build}")


class TestTheKey:
    """Promised: a version's sort key is ``VERSION#{ordering key}``. Its form may never change."""

    @given(one=LABELS, other=LABELS)
    def test_two_labels_never_share_a_key(self, one: VersionLabel, other: VersionLabel) -> None:
        assert (one == other) == (one.key == other.key)

    @given(label=LABELS)
    def test_the_label_can_be_read_back_from_it(self, label: VersionLabel) -> None:
        assert label_in(label.key) == label

    @given(label=LABELS)
    def test_it_fits_into_a_sort_key(self, label: VersionLabel) -> None:
        assert len(f"VERSION#{label.key}".encode()) < 1024

    @given(labels=st.lists(LABELS, min_size=3, max_size=3))
    def test_the_order_is_total(self, labels: list[VersionLabel]) -> None:
        low, middle, high = sorted(labels, key=lambda label: label.key)

        assert low.key <= middle.key <= high.key
        assert (low.key == high.key) == (low == middle == high)

    @given(label=LABELS)
    def test_it_sorts_as_its_bytes_do_which_is_how_dynamodb_compares(self, label: VersionLabel) -> None:
        assert label.key.isascii()
        assert "#" not in label.key

    @pytest.mark.parametrize(
        ("label", "key"),
        [
            ("3", "013s010010~ 3"),
            ("1.2.0", "011s012010~ 1.2.0"),
            ("v1.10.0-rc.1", "011s02100101rc 0011  v1.10.0-rc.1"),
            ("2026-11-01", "042026n1- 002111- 0011  2026-11-01"),
        ],
    )  # fmt: skip
    def test_it_is_what_it_always_was(self, label: str, key: str) -> None:
        assert VersionLabel.parse(label).key == key


class TestWhatIsALabel:
    """Promised: "Its label begins with a digit, or v and a digit, so words are free for paths"."""

    @pytest.mark.parametrize("text", [*sorted({*ASCENDING, *SEMVER_ORG}), "1" * MAX_LENGTH, "V2+x.y_z-"])
    def test_these_are(self, text: str) -> None:
        assert VersionLabel.parse(text) == text
        assert VersionLabel.looks_like(text)

    @pytest.mark.parametrize(
        "text",
        [
            *("", "v", "vv1", "x1", "latest", "aliases", "events", "@champion", "-1", ".1", "+1", "_1", " 1", "1 "),
            *("1\n", "1/2", "1#2", "1:2", "1%2", "1\x00", "1é", "1٣", "٣", "\uff11", "²", "1\u200b", "1~"),
            "1" * (MAX_LENGTH + 1),
        ],
        ids=ascii,
    )
    def test_these_are_none(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refusal:
            VersionLabel.parse(text, field="to")

        assert [(error.field, error.code) for error in refusal.value.errors] == [("to", "invalid")]

    @given(text=st.text(max_size=70))
    def test_a_text_is_refused_or_kept_as_it_is(self, text: str) -> None:
        try:
            label = VersionLabel.parse(text)
        except InvalidFields:
            return
        assert label == text
        assert label.isascii()


class TestTheLeadingNumber:
    """Promised: "Left out on registration: the next integer"."""

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("0", 0),
            ("7", 7),
            ("007", 7),
            ("v7", 7),
            ("V2.1.0", 2),
            ("2026-11-01", 2026),
            ("3x4", 3),
            ("9" * 15, 10**15 - 1),
        ],
    )
    def test_it_is_what_the_label_begins_with(self, text: str, number: int) -> None:
        assert VersionLabel.parse(text).leading_number == number

    def test_beyond_reason_it_counts_for_nothing(self) -> None:
        assert VersionLabel.parse("9" * 16).leading_number == 0

    @given(label=LABELS)
    def test_the_integer_after_it_stands_above_the_label(self, label: VersionLabel) -> None:
        number = label.leading_number

        assert number == 0 or label.key < VersionLabel.of_number(number + 1).key

    @given(number=st.integers(0, 10**15 - 1))
    def test_of_an_automatic_number_it_is_the_number(self, number: int) -> None:
        assert VersionLabel.of_number(number).leading_number == number
